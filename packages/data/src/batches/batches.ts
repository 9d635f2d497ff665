import {
  assertImageSet,
  checkFit,
  checkOptions,
  checkWholeNumber,
  createRng,
  FIT_OPTIONS,
  type FitOptions,
  fitImage,
  type ImageItem,
  type ImageSet,
  imagesOf,
  shuffle,
  type ValueRange,
} from '@cxr/image';
import { GAN_RANGE, scaleInto } from './to-batch.js';

/** Batch and image size, order and epochs of `batches`. */
export interface BatchesOptions extends FitOptions {
  /** Images in a batch, from 1 on; the last one of an epoch may have fewer. */
  batchSize: number;
  /** Shuffles each epoch, keyed by (seed, epoch). Needs an array: of loaders, if the images are many. @default the order given */
  seed?: number | undefined;
  /** More than 1 needs an array or another source that can be read again. @default 1 */
  epochs?: number | undefined;
  /** Leaves out the last batch of an epoch if it is not full. @default false */
  dropLast?: boolean | undefined;
  /** The values of black and white in float images. @default [0, 1] */
  range?: ValueRange | undefined;
  /** Bits that the samples of Uint16 images really use, 1 to 16, see `imagesOf`. @default 16 */
  bits?: number | undefined;
  /** Called once, at the end of the first epoch, where `bits` seems to be missing. */
  onWarning?: ((message: string) => void) | undefined;
  /** Aborts the work: its reason is thrown. @default none */
  signal?: AbortSignal | undefined;
}

/** A batch as the GAN takes it. It carries its range, so that everything that takes a set of images reads it right. */
export interface Batch {
  data: Float32Array;
  shape: [n: number, height: number, width: number, channels: number];
  /** [−1, 1]. */
  range: ValueRange;
}

/**
 * Streams a set of images as batches `[n, size, size, channels]` in [−1, 1]. Holds one batch at a time; each is a new
 * array. Images of any size, depth and channels are converted.
 * @throws RangeError for unknown or invalid options, TypeError for what is no set of images: both at once, not at the first batch. While
 * reading: whatever the source throws.
 */
export function batches(source: ImageSet, options: BatchesOptions): AsyncGenerator<Batch, void, void> {
  assertImageSet(source);
  checkOptions<BatchesOptions>('batches', options, {
    batchSize: true,
    ...FIT_OPTIONS,
    seed: true,
    epochs: true,
    dropLast: true,
    range: true,
    bits: true,
    onWarning: true,
    signal: true,
  });
  const { batchSize, seed, epochs = 1, range, bits } = options;
  checkFit(options);
  checkWholeNumber('batchSize', batchSize);
  checkWholeNumber('epochs', epochs);
  if (seed !== undefined) {
    createRng(seed);
    if (!Array.isArray(source)) throw new TypeError('a seed needs an array of images or loaders');
  }
  // The set's own options are checked before anything is read from it.
  imagesOf([], { range, bits });
  return readBatches(source, options);
}

async function* readBatches(source: ImageSet, options: BatchesOptions): AsyncGenerator<Batch, void, void> {
  const { batchSize, size, channels = 1, filter, seed, epochs = 1, dropLast = false, signal } = options;
  const { range, bits } = options;
  const length = size * size * channels;
  for (let epoch = 0; epoch < epochs; epoch++) {
    let data = new Float32Array(batchSize * length);
    let n = 0;
    const items: ImageSet =
      seed === undefined ? source : shuffle(source as ImageItem[], createRng(seed, epoch));
    const onWarning = epoch === 0 ? options.onWarning : undefined;
    for await (const { image } of imagesOf(items, { range, bits, onWarning })) {
      signal?.throwIfAborted();
      scaleInto(data, n * length, fitImage(image, { size, channels, filter }).data);
      n++;
      if (n === batchSize) {
        yield { data, shape: [n, size, size, channels], range: GAN_RANGE };
        data = new Float32Array(batchSize * length);
        n = 0;
      }
    }
    if (n > 0 && !dropLast)
      yield { data: data.slice(0, n * length), shape: [n, size, size, channels], range: GAN_RANGE };
  }
}
