import { encode } from 'fast-png';
import { dimensions, type Image, pixels } from './image.js';

/** A PNG file of an image: 8 or 16 bits a sample, grey or RGB, as the image is. */
export function encodePng(image: Image): Uint8Array {
  const [height, width, channels] = dimensions(image);
  const data = pixels(image);
  return encode({ width, height, channels, depth: data instanceof Uint8Array ? 8 : 16, data });
}
