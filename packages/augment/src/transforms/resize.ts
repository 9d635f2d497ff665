import type { Size } from '../image.js';
import { checkWhole } from '../options.js';
import { resample } from '../pixels/resample.js';
import { geometric, type NoParams, type Transform, type TransformOptions } from '../transform.js';
import { type Interpolation, samplings } from '../warp/sampling.js';

export interface ResizeOptions extends TransformOptions {
  /** Pixels. */
  height: number;
  /** Pixels. */
  width: number;
  /** @default 'bilinear' */
  interpolation?: Interpolation;
}

/** Brings the image to this size, whatever its aspect. Equals Pillow's `Image.resize`, which averages when shrinking. */
export function resize(options: ResizeOptions): Transform<NoParams> {
  const size: Size = {
    height: checkWhole('height', options.height, 1),
    width: checkWhole('width', options.width, 1),
  };
  const sampling = samplings(options);
  return geometric({
    name: 'resize',
    p: options.p,
    sample: () => ({}),
    move: (image, _, isMask) =>
      resample(image, size, (isMask ? sampling.mask : sampling.image).interpolation),
    point: (x, y, _, of) => [(x * size.width) / of.width, (y * size.height) / of.height],
    outputSize: () => size,
  });
}
