import type { Pixels } from './image.js';

/** The values of black and white in float samples, `[min, max]`: [0, 1] by default everywhere, [−1, 1] for a GAN. */
export type ValueRange = readonly [min: number, max: number];

/** What float samples mean where nothing else is said. */
export const UNIT_RANGE: ValueRange = [0, 1];

/**
 * Samples as bytes: 8 bits as they are, not copied; of 16 bits the high byte; floats scaled from `range` and rounded, as
 * torchvision's `save_image` does.
 * @param range of float samples. @default [0, 1]
 * @throws RangeError for a float outside the range, or not a number: in a wrong range everything computed is wrong.
 */
export function toBytes(data: Pixels, range: ValueRange = UNIT_RANGE): Uint8Array {
  if (data instanceof Uint8Array) return data;
  const bytes = new Uint8Array(data.length);
  if (data instanceof Uint16Array) {
    for (let i = 0; i < data.length; i++) bytes[i] = data[i]! >> 8;
    return bytes;
  }
  const [min, max] = checkRange(range);
  const scale = 255 / (max - min);
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    // This way round, NaN is refused too.
    if (!(value >= min && value <= max)) throw new RangeError(outside(value, range));
    bytes[i] = Math.round((value - min) * scale);
  }
  return bytes;
}

/** @throws RangeError unless min < max, both finite. */
function checkRange(range: ValueRange): ValueRange {
  const [min, max] = range;
  if (!(Number.isFinite(min) && Number.isFinite(max) && min < max)) {
    throw new RangeError(`invalid range: [${range}] (the values of black and white)`);
  }
  return range;
}

function outside(value: number, [min, max]: ValueRange): string {
  const advice = Number.isFinite(value)
    ? '; say so if black and white are other values: { range: [−1, 1] }'
    : '';
  return `a sample of ${value} is outside [${min}, ${max}]${advice}`;
}
