import { type Image, imageSize } from '../image.js';
import { recycle } from '../memory.js';
import { checkOptions, checkRange, drawFrom, type NumberRange } from '../options.js';
import { resample } from '../pixels/resample.js';
import { roundHalfEven } from '../round.js';
import { photometric, type Transform, type TransformOptions } from '../transform.js';
import { type Interpolation, samplings } from '../warp/sampling.js';

/** Options of `downscale`. */
export interface DownscaleOptions extends TransformOptions {
  /** Size of the small image as a fraction of the image's, 0.001..1. @default [0.25, 0.5] */
  scale?: NumberRange | undefined;
  /** Of both steps. @default 'bilinear' */
  interpolation?: Interpolation | undefined;
}

/** What `downscale` draws; units as in its options. */
export type DownscaleParams = { readonly scale: number };

const LIMITS = { scale: [1e-3, 1] } as const;

/**
 * Makes the image small and enlarges it again, as a picture that was stored small: detail is lost, the size stays. Both steps
 * are Pillow's `Image.resize`, which averages when shrinking.
 */
export function downscale(options: DownscaleOptions = {}): Transform<DownscaleParams> {
  checkOptions<DownscaleOptions>('downscale', options, { scale: true, interpolation: true, p: true });
  const scale = checkRange('scale', options.scale ?? [0.25, 0.5], ...LIMITS.scale);
  const { interpolation } = samplings({ interpolation: options.interpolation }).image;
  return photometric({
    name: 'downscale',
    p: options.p,
    limits: LIMITS,
    sample: (rng) => ({ scale: drawFrom(rng, scale) }),
    apply: (image, params) => enlarged(image, params.scale, interpolation),
  });
}

function enlarged(image: Image, scale: number, interpolation: Interpolation): Image {
  const size = imageSize(image);
  const part = (length: number) => Math.max(1, roundHalfEven(length * scale));
  const small = resample(image, { height: part(size.height), width: part(size.width) }, interpolation);
  const result = resample(small, size, interpolation);
  if (small !== image) recycle(small);
  return result;
}
