import { checkOptions, checkRange, drawLogFrom, type NumberRange } from '../options.js';
import type { Transform, TransformOptions } from '../transform.js';
import { affineTransform } from '../warp/affine-transform.js';
import { SAMPLING_OPTIONS, type SamplingOptions } from '../warp/sampling.js';

/** Options of `scale`. */
export interface ScaleOptions extends TransformOptions, SamplingOptions {
  /** 2 is twice as large. Drawn evenly in its logarithm. 0.001..1000. */
  factor: NumberRange;
}

/** What `scale` draws; units as in its options. */
export type ScaleParams = { readonly scale: number };

const LIMITS = { scale: [1e-3, 1e3] } as const;

/** Zooms about the centre; the image keeps its size (`resize` changes it). */
export function scale(options: ScaleOptions): Transform<ScaleParams> {
  checkOptions<ScaleOptions>('scale', options, { factor: true, ...SAMPLING_OPTIONS, p: true });
  const factor = checkRange('factor', options.factor, ...LIMITS.scale);
  return affineTransform('scale', options, LIMITS, (rng) => ({ scale: drawLogFrom(rng, factor) }));
}
