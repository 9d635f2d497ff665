import { augment, chestXray, recycle } from '@cxr/augment';
import { createRng, image, shuffle } from '@cxr/image';

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
  const pixels = size * size;
  let current: { epoch: number; order: number[] } | undefined;
  const orderOf = (epoch: number): number[] => {
    if (current?.epoch !== epoch) {
      current = { epoch, order: shuffle([...images.keys()], createRng(seed, epoch)) };
    }
    return current.order;
  };
  return (step) => {
    const data = new Float32Array(batchSize * pixels);
    const drawn: number[] = [];
    for (let i = 0; i < batchSize; i++) {
      const place = step * batchSize + i;
      const epoch = Math.floor(place / images.length);
      const index = orderOf(epoch)[place % images.length]!;
      drawn.push(labels[index]!);
      const source = images[index]!;
      const at = i * pixels;
      if (!classic) writeScaled(source, data, at);
      else {
        const changed = augment(preset, { image: image(source, size, size, 1) }, { seed, epoch, index });
        writeScaled(changed.image.data, data, at);
        if (changed.image.data !== source) recycle(changed.image);
      }
    }
    return { data, labels: drawn };
  };
}

/** Grey values 0..255 as −1..1. */
export function writeScaled(source: ArrayLike<number>, data: Float32Array, at: number): void {
  for (let k = 0; k < source.length; k++) data[at + k] = source[k]! / 127.5 - 1;
}
