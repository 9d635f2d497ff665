import { checkOptions, checkRange, drawFrom, type NumberRange } from '../options.js';
import { sharpened } from '../pixels/sharpened.js';
import { photometric, type Transform, type TransformOptions } from '../transform.js';

/** Options of `sharpen`. */
export interface SharpenOptions extends TransformOptions {
  /** From 0 on: 0 smooths, 1 changes nothing, 2 adds as much detail as 0 takes away. @default [1, 2] */
  factor?: NumberRange | undefined;
}

/** What `sharpen` draws; units as in its options. */
export type SharpenParams = { readonly factor: number };

const LIMITS = { factor: [0, Infinity] } as const;

/** Sharpens, or smooths slightly: Pillow's `ImageEnhance.Sharpness`, torchvision's `adjust_sharpness`. The outermost pixels stay. */
export function sharpen(options: SharpenOptions = {}): Transform<SharpenParams> {
  checkOptions<SharpenOptions>('sharpen', options, { factor: true, p: true });
  const factor = checkRange('factor', options.factor ?? [1, 2], ...LIMITS.factor);
  return photometric({
    name: 'sharpen',
    p: options.p,
    limits: LIMITS,
    sample: (rng) => ({ factor: drawFrom(rng, factor) }),
    apply: (image, params) => sharpened(image, params.factor),
  });
}
