import { createRng, UNIT_RANGE, type ValueRange } from '@cxr/image';
import type { Box, Point } from './boxes.js';
import { checkImage, withoutChecks } from './check-image.js';
import { checkSample } from './check-sample.js';
import { checkTransform } from './compose.js';
import { imageSize } from './image.js';
import type { Json } from './json.js';
import { checkNumber, checkOptions } from './options.js';
import type { Sample } from './sample.js';
import type { Transform } from './transform.js';
import { inUnitRange } from './unit-range.js';
import { visibleBoxes, visiblePoints } from './visible.js';

/**
 * A sample after augmentation: the parts that were given, of the same types. `boxes` and `points` keep their order, with null for
 * what is now outside the image.
 */
export type AugmentedSample<S extends Sample = Sample> = {
  readonly [K in keyof Given<S>]: K extends 'boxes'
    ? AugmentedBoxes<Given<S>[K]>
    : K extends 'points'
      ? AugmentedPoints<Given<S>[K]>
      : Given<S>[K];
};

type Given<S extends Sample> = Pick<S, Extract<keyof S, keyof Sample>>;

type AugmentedBoxes<B> = B extends readonly Box[] ? { readonly [I in keyof B]: Box | null } : B;

type AugmentedPoints<B> = B extends readonly Point[] ? { readonly [I in keyof B]: Point | null } : B;

/**
 * Identifies one augmentation. The same key gives the same result for any batch size, order and number of workers. All three
 * are safe integers.
 */
export interface AugmentKey {
  readonly seed: number;
  readonly epoch: number;
  /** Number of the image in its data set. */
  readonly index: number;
}

/** Options of `augment` and `replay`. */
export interface AugmentOptions {
  /**
   * The values of black and white in a float image, [−1, 1] for a GAN's. The image is augmented in 0..1 (so options such as
   * `fill` are in 0..1) and returned in this range, rounded to single precision.
   * @default [0, 1]
   */
  range?: ValueRange | undefined;
  /**
   * Boxes of which a smaller share is inside the image become null, 0..1: albumentations' `min_visibility`. The share is that of
   * the area of the box around the moved outline. @default 0, boxes that are wholly outside alone
   */
  minVisibility?: number | undefined;
}

/** What was done to a sample, as plain JSON: `replay` does it again. */
export interface AugmentRecord extends AugmentKey {
  readonly transform: string;
  readonly params: Json;
}

/**
 * Draws the parameters for a key and applies them to the image and to its mask and boxes.
 * @throws RangeError for a float sample outside the range, or NaN, for a mask of another size than the image's, for an unknown
 * part of the sample, for a box that is not four finite numbers in order, and for a key that is not made of safe integers;
 * TypeError if the transform, the sample, its image or the key is missing or something else.
 */
export function augment<const S extends Sample>(
  transform: Transform,
  sample: S,
  key: AugmentKey,
  options: AugmentOptions = {},
): AugmentedSample<S> & { readonly record: AugmentRecord } {
  checkTransform('augment: the first argument', transform);
  if (key === null || typeof key !== 'object') {
    throw new TypeError(`augment takes a key { seed, epoch, index } after the sample, not ${String(key)}`);
  }
  const { seed, epoch, index } = key;
  for (const [name, value] of Object.entries({ seed, epoch, index })) {
    if (!Number.isSafeInteger(value)) throw new RangeError(`invalid ${name}: ${value}`);
  }
  const params = transform.sample(createRng(seed, epoch, index));
  const record = { seed, epoch, index, transform: transform.name, params };
  return { ...applyTo('augment', transform, sample, params, options), record };
}

/**
 * Applies the parameters of a record, such as one read from a log.
 * @throws TypeError if the record is not of this transform; RangeError for parameters that it does not draw: missing, unknown or
 * not finite; and the errors of `augment`.
 */
export function replay<const S extends Sample>(
  transform: Transform,
  sample: S,
  record: Pick<AugmentRecord, 'transform' | 'params'>,
  options: AugmentOptions = {},
): AugmentedSample<S> {
  checkTransform('replay: the first argument', transform);
  if (record === null || typeof record !== 'object') {
    throw new TypeError(
      `replay takes a record { transform, params } after the sample, not ${String(record)}`,
    );
  }
  if (record.transform !== transform.name) {
    throw new TypeError(`a record of '${record.transform}' cannot be replayed by '${transform.name}'`);
  }
  return applyTo('replay', transform, sample, record.params, options);
}

function applyTo<S extends Sample>(
  caller: string,
  transform: Transform,
  sample: S,
  params: Json,
  options: AugmentOptions,
): AugmentedSample<S> {
  checkOptions<AugmentOptions>(caller, options, { range: true, minVisibility: true });
  const { range = UNIT_RANGE } = options;
  const minVisibility = checkNumber('minVisibility', options.minVisibility ?? 0, 0, 1);
  checkSample(caller, sample);
  const { image, mask, softMask, boxes, points } = sample;
  const size = imageSize(image);
  const result = inUnitRange(image, range, (unit) => {
    checkImage(unit);
    return withoutChecks(() => transform.apply(unit, params));
  });
  return {
    image: result,
    ...(mask && { mask: transform.applyToMask(mask, params) }),
    ...(softMask && { softMask: transform.applyToMask(softMask, params, 'soft') }),
    ...(boxes && { boxes: visibleBoxes(transform, boxes, params, size, minVisibility) }),
    ...(points && { points: visiblePoints(transform, points, params, size) }),
  } as AugmentedSample as AugmentedSample<S>;
}
