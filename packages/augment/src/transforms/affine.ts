import { checkOptions, checkRange, drawFrom, drawLogFrom, type NumberRange } from '../options.js';
import type { Transform, TransformOptions } from '../transform.js';
import { affineTransform } from '../warp/affine-transform.js';
import { SAMPLING_OPTIONS, type SamplingOptions } from '../warp/sampling.js';

/** Options of `affine`. */
export interface AffineOptions extends TransformOptions, SamplingOptions {
  /** Degrees, counter-clockwise. @default 0 */
  degrees?: NumberRange | undefined;
  /** Right and down, fractions of width and height, −1..1. @default [0, 0] */
  translate?: readonly [x: NumberRange, y: NumberRange] | undefined;
  /** Drawn evenly in its logarithm; 2 is twice as large. 0.001..1000. @default 1 */
  scale?: NumberRange | undefined;
  /** Degrees, along x and along y, −89..89. @default [0, 0] */
  shear?: readonly [x: NumberRange, y: NumberRange] | undefined;
}

/** What `affine` draws; units as in its options. */
export type AffineParams = {
  readonly degrees: number;
  readonly translate: readonly [number, number];
  readonly scale: number;
  readonly shear: readonly [number, number];
};

const LIMITS = {
  degrees: [-Infinity, Infinity],
  translate: [-1, 1],
  scale: [1e-3, 1e3],
  shear: [-89, 89],
} as const;

/**
 * Shear, scale, rotation about the centre and translation in one warp, so the image is interpolated only once. torchvision's `affine` with the
 * angle negated (there it is clockwise); translations are rounded to whole pixels, as there.
 */
export function affine(options: AffineOptions = {}): Transform<AffineParams> {
  checkOptions<AffineOptions>('affine', options, {
    degrees: true,
    translate: true,
    scale: true,
    shear: true,
    ...SAMPLING_OPTIONS,
    p: true,
  });
  const degrees = checkRange('degrees', options.degrees ?? 0, ...LIMITS.degrees);
  const scale = checkRange('scale', options.scale ?? 1, ...LIMITS.scale);
  const translate = pairOfRanges('translate', options.translate);
  const shear = pairOfRanges('shear', options.shear);
  return affineTransform<AffineParams>('affine', options, LIMITS, (rng) => ({
    degrees: drawFrom(rng, degrees),
    translate: [drawFrom(rng, translate[0]), drawFrom(rng, translate[1])],
    scale: drawLogFrom(rng, scale),
    shear: [drawFrom(rng, shear[0]), drawFrom(rng, shear[1])],
  }));
}

function pairOfRanges(
  name: 'translate' | 'shear',
  value: readonly [x: NumberRange, y: NumberRange] = [0, 0],
): readonly [x: readonly [number, number], y: readonly [number, number]] {
  if (!Array.isArray(value) || value.length !== 2) {
    throw new RangeError(`invalid ${name}: ${String(value)} (a pair, along x and along y)`);
  }
  return [checkRange(name, value[0], ...LIMITS[name]), checkRange(name, value[1], ...LIMITS[name])];
}
