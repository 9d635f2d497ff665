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
    apply: (image, params) =>
      mapLevels(image, (value, max) => {
        const power = (value / max) ** params.gamma;
        // torchvision's scale for integer types: fractions are dropped, so white gets a full step this way.
        return max === 1 ? power : (max + 1 - 1e-3) * power;
      }),
  });
}
