import { type Image, raster } from '../image.js';
import { checkOptions, checkRange, drawFrom, type NumberRange } from '../options.js';
import { blend } from '../pixels/blend.js';
import { mapLevels } from '../pixels/levels.js';
import { lumaOf } from '../pixels/luma.js';
import { sumOf } from '../pixels/sum-of.js';
import { photometric, type Transform, type TransformOptions } from '../transform.js';

export interface ContrastOptions extends TransformOptions {
  /** 0 is grey, 1 as it is, 2 twice the distance from the mean; from 0 on. */
  factor: NumberRange;
}

export type ContrastParams = { readonly factor: number };

/** Stretches values about the mean brightness: Pillow's `ImageEnhance.Contrast`, torchvision's `adjust_contrast`. */
export function contrast(options: ContrastOptions): Transform<ContrastParams> {
  checkOptions<ContrastOptions>('contrast', options, { factor: true, p: true });
  const factor = checkRange('factor', options.factor, 0);
  return photometric({
    name: 'contrast',
    p: options.p,
    sample: (rng) => ({ factor: drawFrom(rng, factor) }),
    apply(image, params) {
      const mean = meanBrightness(image);
      return mapLevels(image, (value) => blend(mean, value, params.factor));
    },
  });
}

/** A whole level where the type is whole, as in Pillow. */
function meanBrightness(image: Image): number {
  const source = raster(image);
  const brightness = lumaOf(source);
  const mean = sumOf(brightness) / brightness.length;
  return source.data instanceof Float32Array ? mean : Math.trunc(mean + 0.5);
}
