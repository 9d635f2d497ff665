import { checkOptions, checkRange, drawFrom, type NumberRange } from '../options.js';
import { blend } from '../pixels/blend.js';
import { mapLevels } from '../pixels/levels.js';
import { photometric, type Transform, type TransformOptions } from '../transform.js';

/** Options of `brightness`. */
export interface BrightnessOptions extends TransformOptions {
  /** From 0 on: 0 gives black, 1 changes nothing, 2 is twice as bright. */
  factor: NumberRange;
}

/** What `brightness` draws; units as in its options. */
export type BrightnessParams = { readonly factor: number };

const LIMITS = { factor: [0, Infinity] } as const;

/** Multiplies every value: Pillow's `ImageEnhance.Brightness`, torchvision's `adjust_brightness`. */
export function brightness(options: BrightnessOptions): Transform<BrightnessParams> {
  checkOptions<BrightnessOptions>('brightness', options, { factor: true, p: true });
  const factor = checkRange('factor', options.factor, ...LIMITS.factor);
  return photometric({
    name: 'brightness',
    p: options.p,
    limits: LIMITS,
    sample: (rng) => ({ factor: drawFrom(rng, factor) }),
    apply: (image, params) => mapLevels(image, (value) => blend(0, value, params.factor)),
  });
}
