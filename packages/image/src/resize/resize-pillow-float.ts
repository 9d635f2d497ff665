import { type Image, image, pixels } from '../image.js';
import type { ResizeFilter } from './resize-filter.js';
import { resizePillow } from './resize-pillow.js';

/**
 * Resizes without rounding or clipping: each channel as Pillow resizes a mode F image, which is what clean-fid does
 * (Parmar, Zhang, Zhu, CVPR 2022).
 * @returns Float32 `[height, width, c]` in the range of the source (0..255 for Uint8); 'bicubic' and 'lanczos' overshoot it.
 * @param filter @default 'bicubic'
 * @throws RangeError for a size that is not positive whole numbers, or an unknown filter; TypeError if it is no image.
 */
export function resizePillowFloat(
  source: Image,
  width: number,
  height: number,
  filter: ResizeFilter = 'bicubic',
): Image<Float32Array> {
  const data = pixels(source);
  const [fromHeight, fromWidth, channels] = source.shape as [number, number, number];
  const floats = data instanceof Float32Array ? data : Float32Array.from(data);
  return resizePillow(image(floats, fromHeight, fromWidth, channels), width, height, filter);
}
