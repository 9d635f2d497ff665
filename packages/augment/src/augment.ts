import { createRng } from '@cxr/image';
import { type Image, imageSize } from './image.js';
import type { Box, Json, Transform } from './transform.js';

/** An image with what belongs to it. */
export interface Sample {
  readonly image: Image;
  /** Classes a pixel; of any size with the image's aspect. */
  readonly mask?: Image;
  /** Pixels of the image. */
  readonly boxes?: readonly Box[];
}

/** A sample after augmentation; `boxes` keeps its order, with null for a box that is outside now. */
export interface AugmentedSample {
  readonly image: Image;
  readonly mask?: Image;
  readonly boxes?: readonly (Box | null)[];
}

/**
 * Names one augmentation: the same key gives the same result, whatever the batch size, the order or the number of workers.
 * All are safe integers.
 */
export interface AugmentKey {
  readonly seed: number;
  readonly epoch: number;
  /** Of the image in its data set. */
  readonly index: number;
}

/** What was done to a sample: plain JSON, from which `replay` does it again. */
export interface AugmentRecord extends AugmentKey {
  readonly transform: string;
  readonly params: Json;
}

/** Draws the parameters for a key and applies them to the image, and to its mask and boxes. */
export function augment(
  transform: Transform,
  sample: Sample,
  { seed, epoch, index }: AugmentKey,
): AugmentedSample & { readonly record: AugmentRecord } {
  const params = transform.sample(createRng(seed, epoch, index));
  const record = { seed, epoch, index, transform: transform.name, params };
  return { ...applied(transform, sample, params), record };
}

/**
 * Does to a sample what a record says, such as one read from a log.
 * @throws TypeError if the record is not of this transform.
 */
export function replay(
  transform: Transform,
  sample: Sample,
  record: Pick<AugmentRecord, 'transform' | 'params'>,
): AugmentedSample {
  if (record.transform !== transform.name) {
    throw new TypeError(`a record of '${record.transform}' cannot be replayed by '${transform.name}'`);
  }
  return applied(transform, sample, record.params);
}

function applied(transform: Transform, sample: Sample, params: Json): AugmentedSample {
  const { image, mask, boxes } = sample;
  return {
    image: transform.apply(image, params),
    ...(mask && { mask: transform.applyToMask(mask, params) }),
    ...(boxes && { boxes: transform.applyToBoxes(boxes, params, imageSize(image)) }),
  };
}
