import { checkOptions, checkRange, drawFrom, type NumberRange } from '../options.js';
import { addNoise } from '../pixels/add-noise.js';
import { photometric, type Transform, type TransformOptions } from '../transform.js';

export interface GaussianNoiseOptions extends TransformOptions {
  /** Standard deviation as a fraction of white, 0..1. @default [0, 0.05] */
  sigma?: NumberRange | undefined;
}

export type GaussianNoiseParams = { readonly sigma: number; readonly seed: number };

/** Adds normal noise of one strength to every sample: the noise of a receiver. */
export function gaussianNoise(options: GaussianNoiseOptions = {}): Transform<GaussianNoiseParams> {
  checkOptions<GaussianNoiseOptions>('gaussianNoise', options, { sigma: true, p: true });
  const sigma = checkRange('sigma', options.sigma ?? [0, 0.05], 0, 1);
  return photometric({
    name: 'gaussianNoise',
    p: options.p,
    sample: (rng) => ({ sigma: drawFrom(rng, sigma), seed: rng.uint32() }),
    apply: (image, params) => addNoise(image, params.seed, (_, max) => params.sigma * max),
  });
}
