import type { NdArray } from 'ndarray';
import { dimensions, type Image, image, pixels } from './image.js';
import { toBytes } from './to-bytes.js';

/**
 * An image as 8-bit grey, `[height, width, 1]`, values 0..255, by ITU-R 601-2 luma in the fixed-point form of Pillow's
 * `convert('L')`: (19595 R + 38470 G + 7471 B + 2^15) / 2^16. 16-bit samples are reduced to their high byte first, and
 * floats in 0..1 rounded to 255ths. An image that is 8-bit grey already is not copied.
 * @throws TypeError if it is no image; RangeError for a float outside 0..1.
 */
export function toGrey8(source: Image): NdArray<Uint8Array> {
  const [height, width, channels] = dimensions(source);
  const bytes = toBytes(pixels(source));
  if (channels === 1) return image(bytes, height, width, 1);
  const grey = new Uint8Array(height * width);
  for (let i = 0, at = 0; i < grey.length; i++, at += 3) {
    grey[i] = (19595 * bytes[at]! + 38470 * bytes[at + 1]! + 7471 * bytes[at + 2]! + 0x8000) >> 16;
  }
  return image(grey, height, width, 1);
}
