import { checkOptions, createRng, shuffle } from '@cxr/image';
import type { NdArray } from 'ndarray';
import type { Batch } from './batches.js';
import { takeBatch } from './take-batch.js';

/** Batch size, seed and epoch of `epochBatches`. */
export interface EpochBatchesOptions {
  batchSize: number;
  seed: number;
  /** Counted from 0; each epoch has an order of its own. */
  epoch: number;
  /** Leaves out the last batch if it is not full. @default false */
  dropLast?: boolean | undefined;
}

/** A batch of `epochBatches`. */
export interface EpochBatch extends Batch {
  /** Which images of the set these are, `[n]`. */
  indices: number[];
}

/**
 * One epoch over a set in memory, Uint8 `[n, height, width, channels]` (as `loadDataset` gives): each image once, in an
 * order fixed by (seed, epoch), as batches in [−1, 1].
 * @throws RangeError for an unknown option or an invalid batch size.
 */
export function* epochBatches(
  images: NdArray<Uint8Array>,
  options: EpochBatchesOptions,
): Generator<EpochBatch, void, void> {
  checkOptions<EpochBatchesOptions>('epochBatches', options, {
    batchSize: true,
    seed: true,
    epoch: true,
    dropLast: true,
  });
  const { batchSize, seed, epoch, dropLast = false } = options;
  if (!(Number.isSafeInteger(batchSize) && batchSize > 0))
    throw new RangeError(`invalid batchSize: ${batchSize}`);
  if (images?.shape?.length !== 4) throw new TypeError(`a set in memory is [n, h, w, c]: [${images?.shape}]`);
  const count = images.shape[0]!;
  const order = shuffle(
    Array.from({ length: count }, (_, i) => i),
    createRng(seed, epoch),
  );
  for (let start = 0; start < count; start += batchSize) {
    const indices = order.slice(start, start + batchSize);
    if (dropLast && indices.length < batchSize) return;
    yield { ...takeBatch(images, indices), indices };
  }
}
