import type { Image, NamedImage } from '@cxr/data';
import type { Tensor } from '@tensorflow/tfjs-core';
import ndarray, { type NdArray } from 'ndarray';
import { prepareImage, type ResizeMode } from './prepare-image.js';

/** Pixels that an engine takes as they are: `[299, 299, 3]` row-major, 0 to 255. */
export interface PreparedImage {
  /** File or made name, for messages. */
  name: string;
  pixels: Uint8Array | Float32Array;
}

/**
 * A set of images: any iterable of images, named or not; or a batch `[n, h, w, c]` of bytes, 0 to 255, as an ndarray
 * or a tensor. Floats are taken as the GAN's, in [−1, 1].
 */
export type ImageSet =
  | Iterable<Image | NamedImage>
  | AsyncIterable<Image | NamedImage>
  | NdArray<Uint8Array>
  | NdArray<Float32Array>
  | Tensor;

/** The images of a set, resized for the engines, one after the other. */
export async function* prepareImages(set: ImageSet, mode: ResizeMode): AsyncGenerator<PreparedImage> {
  let index = 0;
  for await (const item of images(set)) {
    const named = 'image' in item ? item : { name: `image ${index}`, image: item };
    yield { name: named.name, pixels: prepareImage(named.image, mode) };
    index++;
  }
}

function images(set: ImageSet): Iterable<Image | NamedImage> | AsyncIterable<Image | NamedImage> {
  if (Symbol.iterator in set || Symbol.asyncIterator in set) return set;
  return 'dataSync' in set ? tensorImages(set) : batchImages(set);
}

async function* tensorImages(tensor: Tensor): AsyncGenerator<Image> {
  const data = await tensor.data();
  const bytes = tensor.dtype === 'int32' ? Uint8Array.from(data) : (data as Float32Array);
  yield* batchImages(ndarray(bytes, tensor.shape) as NdArray<Uint8Array> | NdArray<Float32Array>);
}

function* batchImages(batch: NdArray<Uint8Array> | NdArray<Float32Array>): Generator<Image> {
  if (batch.shape.length !== 4) throw new RangeError(`a batch of images is [n, h, w, c]: [${batch.shape}]`);
  for (let n = 0; n < batch.shape[0]!; n++) {
    const view = batch.pick(n, null, null, null);
    yield isBytes(view) ? view : toBytes(view, n);
  }
}

function isBytes(view: NdArray<Uint8Array> | NdArray<Float32Array>): view is NdArray<Uint8Array> {
  return view.data instanceof Uint8Array;
}

/** Image number `index` from [−1, 1] to bytes, rounded. */
function toBytes(view: NdArray<Float32Array>, index: number): NdArray<Uint8Array> {
  const [height, width, channels] = view.shape as [number, number, number];
  const bytes = new Uint8Array(height * width * channels);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        const value = view.get(y, x, c);
        if (!Number.isFinite(value))
          throw new RangeError(`image ${index} holds a value that is not finite: ${value}`);
        bytes[at++] = Math.max(0, Math.min(255, Math.round((value + 1) * 127.5)));
      }
    }
  }
  return ndarray(bytes, view.shape);
}
