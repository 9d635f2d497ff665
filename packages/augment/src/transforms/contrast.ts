import { type Image, raster } from '../image.js';
import { checkOptions, checkRange, drawFrom, type NumberRange } from '../options.js';
import { blend } from '../pixels/blend.js';
import { mapLevels } from '../pixels/levels.js';
import { lumaOf } from '../pixels/luma.js';
import { sumOf } from '../pixels/sum-of.js';
import { photometric, type Transform, type TransformOptions } from '../transform.js';

/** Options of `contrast`. */
export interface ContrastOptions extends TransformOptions {
  /** From 0 on: 0 gives grey, 1 changes nothing, 2 doubles the distance from the mean. */
  factor: NumberRange;
}

/** What `contrast` draws; units as in its options. */
export type ContrastParams = { readonly factor: number };

const LIMITS = { factor: [0, Infinity] } as const;

/** Stretches values about the mean brightness: Pillow's `ImageEnhance.Contrast`, torchvision's `adjust_contrast`. */
export function contrast(options: ContrastOptions): Transform<ContrastParams> {
  checkOptions<ContrastOptions>('contrast', options, { factor: true, p: true });
  const factor = checkRange('factor', options.factor, ...LIMITS.factor);
  return photometric({
    name: 'contrast',
    p: options.p,
    limits: LIMITS,
    sample: (rng) => ({ factor: drawFrom(rng, factor) }),
    apply(image, params) {
      const mean = meanBrightness(image);
      return mapLevels(image, (value) => blend(mean, value, params.factor));
    },
  });
}

/** For integer types it is rounded to a level, as in Pillow. */
function meanBrightness(image: Image): number {
  const source = raster(image);
  const brightness = lumaOf(source);
  const mean = sumOf(brightness) / brightness.length;
  return source.data instanceof Float32Array ? mean : Math.trunc(mean + 0.5);
}
