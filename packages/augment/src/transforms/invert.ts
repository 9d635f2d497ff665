import { mapLevels } from '../pixels/levels.js';
import { type NoParams, photometric, type Transform, type TransformOptions } from '../transform.js';

/** Turns the greyscale around, as between MONOCHROME1 and MONOCHROME2: Pillow's `ImageOps.invert`. */
export function invert(options: TransformOptions = {}): Transform<NoParams> {
  return photometric({
    name: 'invert',
    p: options.p,
    sample: () => ({}),
    apply: (image) => mapLevels(image, (value, max) => max - value),
  });
}
