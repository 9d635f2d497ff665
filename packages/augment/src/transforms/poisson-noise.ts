import { createRng } from '@cxr/image';
import { SEED_LIMITS } from '../check-params.js';
import { type Image, maximum, raster, toImage } from '../image.js';
import { samplesLike } from '../memory.js';
import { checkOptions, checkRange, drawLogFrom, type NumberRange } from '../options.js';
import { addNoise } from '../pixels/add-noise.js';
import { photometric, type Transform, type TransformOptions } from '../transform.js';

/** Options of `poissonNoise`. */
export interface PoissonNoiseOptions extends TransformOptions {
  /**
   * Photons of a white pixel; fewer give more noise. Drawn evenly in its logarithm. 1..1e9.
   * @default [500, 20000]
   */
  photons?: NumberRange | undefined;
}

/** What `poissonNoise` draws; units as in its options. */
export type PoissonNoiseParams = { readonly photons: number; readonly seed: number };

const LIMITS = { photons: [1, 1e9], seed: SEED_LIMITS } as const;

/**
 * Quantum noise of an X-ray detector: each sample becomes a Poisson number with its own value as the mean. (In a processed
 * radiograph the brightness is no longer proportional to the exposure, so this is only a model.)
 */
export function poissonNoise(options: PoissonNoiseOptions = {}): Transform<PoissonNoiseParams> {
  checkOptions<PoissonNoiseOptions>('poissonNoise', options, { photons: true, p: true });
  const photons = checkRange('photons', options.photons ?? [500, 20_000], ...LIMITS.photons);
  return photometric({
    name: 'poissonNoise',
    p: options.p,
    limits: LIMITS,
    sample: (rng) => ({ photons: drawLogFrom(rng, photons), seed: rng.uint32() }),
    apply: (image, params) =>
      params.photons < EXACT_BELOW
        ? counted(image, params)
        : addNoise(image, params.seed, (value, max) =>
            Math.sqrt((Math.max(0, value) * max) / params.photons),
          ),
  });
}

/** From about this many photons on, normal noise of the same variance looks the same as Poisson noise in 8 bits. */
const EXACT_BELOW = 200;

function counted(image: Image, { photons, seed }: PoissonNoiseParams): Image {
  const source = raster(image);
  const { data } = source;
  const max = maximum(data);
  const out = samplesLike(data, data.length);
  const rng = createRng(seed);
  const bias = max === 1 ? 0 : 0.5;
  for (let i = 0; i < data.length; i++) {
    const count = poisson((Math.max(0, data[i]!) * photons) / max, rng.uniform());
    out[i] = Math.min(max, (count * max) / photons + bias);
  }
  return toImage(out, source, source.channels);
}

/** The quantile of a Poisson distribution, by adding up its terms; for means below a few hundred. */
function poisson(mean: number, quantile: number): number {
  let term = Math.exp(-mean);
  let sum = term;
  let count = 0;
  // The second condition stops when the terms no longer change the sum.
  while (sum < quantile && (term > 1e-17 || count < mean)) {
    count++;
    term *= mean / count;
    sum += term;
  }
  return count;
}
