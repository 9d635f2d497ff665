import { pixels } from '@cxr/image';
import type { NdArray } from 'ndarray';
import type { Batch } from './batches.js';
import { GAN_RANGE, scaleInto } from './to-batch.js';

/** Some images of a set in memory, Uint8 `[n, height, width, channels]`, as a batch in [−1, 1], in the order of `indices`. */
export function takeBatch(images: NdArray<Uint8Array>, indices: readonly number[]): Batch {
  if (images.shape.length !== 4) throw new TypeError(`a set in memory is [n, h, w, c]: [${images.shape}]`);
  const [count, height, width, channels] = images.shape as [number, number, number, number];
  const length = height * width * channels;
  const data = new Float32Array(indices.length * length);
  for (const [i, index] of indices.entries()) {
    if (!(Number.isInteger(index) && index >= 0 && index < count)) {
      throw new RangeError(`invalid index: ${index} (0 to ${count - 1})`);
    }
    scaleInto(data, i * length, pixels(images.pick(index, null, null, null)));
  }
  return { data, shape: [indices.length, height, width, channels], range: GAN_RANGE };
}
