import type { NdArray } from 'ndarray';
import { dimensions, type Image, image, pixels } from './image.js';
import { toBytes } from './to-bytes.js';

/**
 * An image as 8-bit RGB, `[height, width, 3]`, values 0..255, as Pillow's `convert('RGB')` gives it for 8-bit images.
 * 16-bit samples keep their high byte, as in Pillow for 16-bit RGB. (Pillow clips 16-bit grey at 255, so that nearly all of it
 * becomes white; here it keeps its high byte too.) Floats in 0..1 are rounded to 255ths. An image that is 8-bit RGB already is
 * not copied.
 * @throws TypeError if it is no image; RangeError for a float outside 0..1.
 */
export function toRgb8(source: Image): NdArray<Uint8Array> {
  const [height, width, channels] = dimensions(source);
  const bytes = toBytes(pixels(source));
  if (channels === 3) return image(bytes, height, width, 3);
  const rgb = new Uint8Array(3 * bytes.length);
  for (let i = 0, at = 0; i < bytes.length; i++) {
    const grey = bytes[i]!;
    rgb[at++] = grey;
    rgb[at++] = grey;
    rgb[at++] = grey;
  }
  return image(rgb, height, width, 3);
}
