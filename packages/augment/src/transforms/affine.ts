import { checkRange, drawFrom, drawLogFrom, type NumberRange } from '../options.js';
import type { Transform, TransformOptions } from '../transform.js';
import { affineTransform } from '../warp/affine-transform.js';
import type { SamplingOptions } from '../warp/sampling.js';

export interface AffineOptions extends TransformOptions, SamplingOptions {
  /** Counter-clockwise. @default 0 */
  degrees?: NumberRange;
  /** Right and down, fractions of width and height. @default [0, 0] */
  translate?: readonly [x: NumberRange, y: NumberRange];
  /** Drawn evenly in its logarithm; 2 is twice as large. @default 1 */
  scale?: NumberRange;
  /** Degrees, along x and along y. @default [0, 0] */
  shear?: readonly [x: NumberRange, y: NumberRange];
}

export type AffineParams = {
  readonly degrees: number;
  readonly translate: readonly [number, number];
  readonly scale: number;
  readonly shear: readonly [number, number];
};

/**
 * Shear, scale, rotation about the centre and translation in one warp, sampled once. torchvision's `affine` with the
 * angle negated (there it is clockwise); translations are rounded to whole pixels, as there.
 */
export function affine(options: AffineOptions = {}): Transform<AffineParams> {
  const degrees = checkRange('degrees', options.degrees ?? 0);
  const scale = checkRange('scale', options.scale ?? 1, 1e-3, 1e3);
  const translate = pairOfRanges('translate', options.translate, 1);
  const shear = pairOfRanges('shear', options.shear, 89);
  return affineTransform<AffineParams>('affine', options, (rng) => ({
    degrees: drawFrom(rng, degrees),
    translate: [drawFrom(rng, translate[0]), drawFrom(rng, translate[1])],
    scale: drawLogFrom(rng, scale),
    shear: [drawFrom(rng, shear[0]), drawFrom(rng, shear[1])],
  }));
}

function pairOfRanges(
  name: string,
  value: readonly [NumberRange, NumberRange] = [0, 0],
  limit: number,
): readonly [x: readonly [number, number], y: readonly [number, number]] {
  return [checkRange(name, value[0], -limit, limit), checkRange(name, value[1], -limit, limit)];
}
