import { checkOptions, checkWholeNumber, createRng, shuffle } from '@cxr/image';
import type { NdArray } from 'ndarray';
import type { Batch } from './batches.js';
import { checkSet, takeBatch } from './take-batch.js';

/** Batch size, seed and epoch of `epochBatches`. */
export interface EpochBatchesOptions {
  /** Images in a batch, from 1 on; the last one may have fewer. */
  batchSize: number;
  /** A whole number. The same seed and epoch give the same order. */
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
 * @throws RangeError for an unknown option, or an invalid batch size, seed or epoch; TypeError for what is no such set. At once, not at
 * the first batch.
 */
export function epochBatches(
  images: NdArray<Uint8Array>,
  options: EpochBatchesOptions,
): Generator<EpochBatch, void, void> {
  checkOptions<EpochBatchesOptions>('epochBatches', options, {
    batchSize: true,
    seed: true,
    epoch: true,
    dropLast: true,
  });
  checkWholeNumber('batchSize', options.batchSize);
  checkSet(images);
  const rng = createRng(options.seed, options.epoch);
  return inOrder(images, shuffle([...Array(images.shape[0]!).keys()], rng), options);
}

function* inOrder(
  images: NdArray<Uint8Array>,
  order: readonly number[],
  { batchSize, dropLast = false }: EpochBatchesOptions,
): Generator<EpochBatch, void, void> {
  const count = order.length;
  for (let start = 0; start < count; start += batchSize) {
    const indices = order.slice(start, start + batchSize);
    if (dropLast && indices.length < batchSize) return;
    yield { ...takeBatch(images, indices), indices };
  }
}
