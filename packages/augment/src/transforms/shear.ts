import { checkOptions, checkRange, drawFrom, type NumberRange } from '../options.js';
import type { Transform, TransformOptions } from '../transform.js';
import { affineTransform } from '../warp/affine-transform.js';
import { SAMPLING_OPTIONS, type SamplingOptions } from '../warp/sampling.js';

/** Options of `shear`. */
export interface ShearOptions extends TransformOptions, SamplingOptions {
  /** Degrees along x, −89..89. @default 0 */
  x?: NumberRange | undefined;
  /** Degrees along y, −89..89. @default 0 */
  y?: NumberRange | undefined;
}

/** What `shear` draws; units as in its options. */
export type ShearParams = { readonly shear: readonly [x: number, y: number] };

const LIMITS = { shear: [-89, 89] } as const;

/** Slants the image about its centre, as torchvision's `affine` with shear only. */
export function shear(options: ShearOptions = {}): Transform<ShearParams> {
  checkOptions<ShearOptions>('shear', options, { x: true, y: true, ...SAMPLING_OPTIONS, p: true });
  const x = checkRange('x', options.x ?? 0, ...LIMITS.shear);
  const y = checkRange('y', options.y ?? 0, ...LIMITS.shear);
  return affineTransform('shear', options, LIMITS, (rng) => ({
    shear: [drawFrom(rng, x), drawFrom(rng, y)],
  }));
}
