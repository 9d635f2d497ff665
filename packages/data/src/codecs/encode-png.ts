import { dimensions, type Image, pixels } from '@cxr/image';
import { encode } from 'fast-png';

/**
 * A PNG file of an image: 8 or 16 bits a sample, grey or RGB, as the image is.
 * @throws TypeError for an image of floats: `toGrey8` and `toRgb8` round them.
 */
export function encodePng(image: Image): Uint8Array {
  const [height, width, channels] = dimensions(image);
  const data = pixels(image);
  if (data instanceof Float32Array) throw new TypeError('a PNG holds whole numbers: use toGrey8 or toRgb8');
  return encode({ width, height, channels, depth: data instanceof Uint8Array ? 8 : 16, data });
}
