import { checkOptions, checkRange, drawLogFrom, type NumberRange } from '../options.js';
import { mapLevels } from '../pixels/levels.js';
import { photometric, type Transform, type TransformOptions } from '../transform.js';

/** Options of `gamma`. */
export interface GammaOptions extends TransformOptions {
  /**
   * Exponent on values scaled to 0..1: above 1 darkens, below 1 brightens. Drawn evenly in its
   * logarithm. 0.001..1000.
   */
  gamma: NumberRange;
}

/** What `gamma` draws; units as in its options. */
export type GammaParams = { readonly gamma: number };

const LIMITS = { gamma: [1e-3, 1e3] } as const;

/** Raises values to a power: torchvision's `adjust_gamma`. Black and white stay. */
export function gamma(options: GammaOptions): Transform<GammaParams> {
  checkOptions<GammaOptions>('gamma', options, { gamma: true, p: true });
  const range = checkRange('gamma', options.gamma, ...LIMITS.gamma);
  return photometric({
    name: 'gamma',
    p: options.p,
    limits: LIMITS,
    sample: (rng) => ({ gamma: drawLogFrom(rng, range) }),
    apply: (image, params) => mapLevels(image, (value, max) => powerOf(value, max, params.gamma)),
  });
}

let logarithms: Float64Array | undefined;

/** torchvision's scale for integer types: fractions are dropped, so white gets a full step this way. */
function powerOf(value: number, max: number, exponent: number): number {
  if (max !== 255) return max === 1 ? value ** exponent : (max + 1 - 1e-3) * (value / max) ** exponent;
  // A quarter of the time of a power, which for a small image is half of all; near a whole number only the power is sure.
  logarithms ??= Float64Array.from({ length: 256 }, (_, level) => Math.log(level / 255));
  const near = 255.999 * Math.exp(exponent * logarithms[value]!);
  return Math.abs(near - Math.round(near)) > 1e-6 ? near : 255.999 * (value / 255) ** exponent;
}
