import { checkOptions, checkRange, drawFrom, type NumberRange } from '../options.js';
import { blend } from '../pixels/blend.js';
import { mapLevels } from '../pixels/levels.js';
import { photometric, type Transform, type TransformOptions } from '../transform.js';

export interface BrightnessOptions extends TransformOptions {
  /** 0 is black, 1 as it is, 2 twice as bright; from 0 on. */
  factor: NumberRange;
}

export type BrightnessParams = { readonly factor: number };

/** Multiplies every value: Pillow's `ImageEnhance.Brightness`, torchvision's `adjust_brightness`. */
export function brightness(options: BrightnessOptions): Transform<BrightnessParams> {
  checkOptions<BrightnessOptions>('brightness', options, { factor: true, p: true });
  const factor = checkRange('factor', options.factor, 0);
  return photometric({
    name: 'brightness',
    p: options.p,
    sample: (rng) => ({ factor: drawFrom(rng, factor) }),
    apply: (image, params) => mapLevels(image, (value) => blend(0, value, params.factor)),
  });
}
