import { checkPixelData, type Pixels } from './image.js';
import { checkSamples, UNIT_RANGE, type ValueRange } from './value-range.js';

/**
 * Samples as bytes: 8-bit samples are returned as they are, not copied; 16-bit samples keep their high byte; floats are scaled
 * from `range` to 0..255 and rounded, as torchvision's `save_image` does.
 * @param range of float samples. @default [0, 1]
 * @throws RangeError for a float outside the range, or NaN; TypeError unless `data` is a Uint8Array, Uint16Array or Float32Array.
 */
export function toBytes(data: Pixels, range: ValueRange = UNIT_RANGE): Uint8Array {
  checkPixelData(data);
  if (data instanceof Uint8Array) return data;
  const bytes = new Uint8Array(data.length);
  if (data instanceof Uint16Array) {
    for (let i = 0; i < data.length; i++) bytes[i] = data[i]! >> 8;
    return bytes;
  }
  checkSamples(data, range);
  const [min, max] = range;
  const scale = 255 / (max - min);
  for (let i = 0; i < data.length; i++) bytes[i] = Math.round((data[i]! - min) * scale);
  return bytes;
}
