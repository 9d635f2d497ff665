import { type FitOptions, fitImage } from './fit-image.js';
import type { Image, NamedImage } from './image.js';
import { createRng } from './rng.js';
import { shuffle } from './shuffle.js';
import { scaleInto } from './to-batch.js';

/** One item of a set of images: the image, the image with its name, or a function that loads it. */
export type ImageItem = Image | NamedImage | (() => Promise<Image> | Image);

/** "A set of images": an array, or any iterable or async iterable, such as `readImages(files)`. */
export type ImageSource = Iterable<ImageItem> | AsyncIterable<ImageItem>;

export interface BatchesOptions extends FitOptions {
  batchSize: number;
  /** Shuffles each epoch, keyed by (seed, epoch). Needs an array: of loaders, if the images are many. Default: as given. */
  seed?: number;
  /** Default 1. More needs an array or another source that can be gone through again. */
  epochs?: number;
  /** Leaves out the last batch of an epoch if it is not full. Default false. */
  dropLast?: boolean;
  signal?: AbortSignal;
}

export interface Batch {
  /** Values in [−1, 1]. */
  data: Float32Array;
  shape: [n: number, height: number, width: number, channels: number];
}

/**
 * Streams a set of images as batches `[n, size, size, channels]` in [−1, 1]. Holds one batch at a time; each is a new
 * array. Images of any size, depth and channels are converted.
 * @throws RangeError for invalid options; whatever the source throws.
 */
export async function* batches(
  source: ImageSource,
  options: BatchesOptions,
): AsyncGenerator<Batch, void, void> {
  const { batchSize, size, channels = 1, seed, epochs = 1, dropLast = false, signal } = options;
  for (const [name, value] of Object.entries({ batchSize, size, epochs })) {
    if (!(Number.isSafeInteger(value) && value > 0)) throw new RangeError(`invalid ${name}: ${value}`);
  }
  if (seed !== undefined && !Array.isArray(source))
    throw new TypeError('a seed needs an array of images or loaders');
  const length = size * size * channels;
  for (let epoch = 0; epoch < epochs; epoch++) {
    let data = new Float32Array(batchSize * length);
    let n = 0;
    const items: ImageSource =
      seed === undefined ? source : shuffle(source as ImageItem[], createRng(seed, epoch));
    for await (const item of items) {
      signal?.throwIfAborted();
      scaleInto(data, n * length, fitImage(await imageOf(item), options).data);
      n++;
      if (n === batchSize) {
        yield { data, shape: [n, size, size, channels] };
        data = new Float32Array(batchSize * length);
        n = 0;
      }
    }
    if (n > 0 && !dropLast) yield { data: data.slice(0, n * length), shape: [n, size, size, channels] };
  }
}

async function imageOf(item: ImageItem): Promise<Image> {
  if (typeof item === 'function') return item();
  return 'image' in item ? item.image : item;
}
