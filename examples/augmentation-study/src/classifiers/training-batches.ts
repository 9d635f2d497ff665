import { augment, chestXray, recycle } from '@cxr/augment';
import { toBatch } from '@cxr/data';
import { createRng, type Image, shuffle } from '@cxr/image';
import { greyImage } from '../data/pixels.js';

/** A training set in memory: grey images of one size. */
export interface TrainingImages {
  readonly size: number;
  /** Grey values `[size, size]` of each image, 0..255. */
  readonly images: readonly Uint8Array[];
  /** The class of each. */
  readonly labels: readonly number[];
}

/** A batch for the network. */
export interface LabelledBatch {
  /** `[n, size, size, 1]` in [−1, 1]. */
  readonly data: Float32Array;
  readonly labels: number[];
}

/** How batches are drawn. */
export interface BatchOptions {
  readonly batchSize: number;
  /** Of the order and of the augmentation. */
  readonly seed: number;
  /** Whether the preset `chestXray` changes each image each time. */
  readonly classic: boolean;
}

/**
 * The batch of each step: every epoch goes through all images once in an order of its own, and a batch may reach into the next
 * epoch, so that all batches are full. A step's batch follows from the seed and the step alone.
 */
export function trainingBatches(set: TrainingImages, options: BatchOptions): (step: number) => LabelledBatch {
  const { size, images, labels } = set;
  const { batchSize, seed, classic } = options;
  const preset = chestXray();
  let current: { epoch: number; order: number[] } | undefined;
  const orderOf = (epoch: number): number[] => {
    if (current?.epoch !== epoch) {
      current = { epoch, order: shuffle([...images.keys()], createRng(seed, epoch)) };
    }
    return current.order;
  };
  return (step) => {
    const batch: Image[] = [];
    const made: Image[] = [];
    const drawn: number[] = [];
    for (let i = 0; i < batchSize; i++) {
      const place = step * batchSize + i;
      const epoch = Math.floor(place / images.length);
      const index = orderOf(epoch)[place % images.length]!;
      drawn.push(labels[index]!);
      const source = greyImage(images[index]!, size);
      const used = classic ? augment(preset, { image: source }, { seed, epoch, index }).image : source;
      batch.push(used);
      if (used.data !== source.data) made.push(used);
    }
    const { data } = toBatch(batch);
    for (const one of made) recycle(one);
    return { data, labels: drawn };
  };
}
