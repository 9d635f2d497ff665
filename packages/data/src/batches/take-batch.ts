import { checkList, describeValue, pixels } from '@cxr/image';
import type { NdArray } from 'ndarray';
import type { Batch } from './batches.js';
import { GAN_RANGE, scaleInto } from './to-batch.js';

/** @throws TypeError unless `images` is a set in memory, as `loadDataset` and `collectImages` give it. */
export function checkSet(images: NdArray<Uint8Array>): void {
  if (images?.shape?.length === 4 && typeof images.pick === 'function') return;
  const what = images?.shape === undefined ? describeValue(images) : `[${images.shape}]`;
  throw new TypeError(`a set in memory is an ndarray [n, h, w, c], not ${what}`);
}

/** Some images of a set in memory, Uint8 `[n, height, width, channels]`, as a batch in [−1, 1], in the order of `indices`. @throws RangeError for an index outside the set; TypeError for wrong arguments. */
export function takeBatch(images: NdArray<Uint8Array>, indices: readonly number[]): Batch {
  checkSet(images);
  checkList('indices', indices);
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
