import { SEED_LIMITS } from '../check-params.js';
import { checkOptions, checkRange, drawFrom, type NumberRange } from '../options.js';
import { addNoise } from '../pixels/add-noise.js';
import { photometric, type Transform, type TransformOptions } from '../transform.js';

/** Options of `gaussianNoise`. */
export interface GaussianNoiseOptions extends TransformOptions {
  /** Standard deviation as a fraction of white, 0..1. @default [0, 0.05] */
  sigma?: NumberRange | undefined;
}

/** What `gaussianNoise` draws; units as in its options. */
export type GaussianNoiseParams = { readonly sigma: number; readonly seed: number };

const LIMITS = { sigma: [0, 1], seed: SEED_LIMITS } as const;

/** Adds normal noise of the same strength to every sample, like a receiver's noise. */
export function gaussianNoise(options: GaussianNoiseOptions = {}): Transform<GaussianNoiseParams> {
  checkOptions<GaussianNoiseOptions>('gaussianNoise', options, { sigma: true, p: true });
  const sigma = checkRange('sigma', options.sigma ?? [0, 0.05], ...LIMITS.sigma);
  return photometric({
    name: 'gaussianNoise',
    p: options.p,
    limits: LIMITS,
    sample: (rng) => ({ sigma: drawFrom(rng, sigma), seed: rng.uint32() }),
    apply: (image, params) => addNoise(image, params.seed, (_, max) => params.sigma * max),
  });
}
