import { checkPixelData, type Pixels } from './image.js';

/** The values of black and white in float samples, `[min, max]`: [0, 1] by default everywhere, [−1, 1] for a GAN. */
export type ValueRange = readonly [min: number, max: number];

/** The default range of float samples. */
export const UNIT_RANGE: ValueRange = [0, 1];

/** Checks an option `range`. @throws RangeError unless min < max, both finite. */
export function checkRange(range: ValueRange): ValueRange {
  const [min, max] = Array.isArray(range) ? (range as ValueRange) : [Number.NaN, Number.NaN];
  if (!(Number.isFinite(min) && Number.isFinite(max) && min < max)) {
    throw new RangeError(`invalid range: [${range}] (the values of black and white)`);
  }
  return range;
}

/**
 * Checks that float samples lie in their range: numbers computed from another range would be wrong. Uint8 and Uint16 always pass.
 * @param range of float samples. @default [0, 1]
 * @throws RangeError for a float outside the range, or NaN; TypeError unless `data` is a Uint8Array, Uint16Array or Float32Array.
 */
export function checkSamples(data: Pixels, range: ValueRange = UNIT_RANGE): void {
  checkPixelData(data);
  if (!(data instanceof Float32Array)) return;
  const [low, high] = singleEnds(checkRange(range));
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    // Written so that NaN is refused too.
    if (!(value >= low && value <= high)) throw new RangeError(outside(value, range));
  }
}

/** The ends widened to single precision: a white of 0.1 is stored as 0.10000000149, which must pass. */
function singleEnds([min, max]: ValueRange): ValueRange {
  return [Math.min(min, Math.fround(min)), Math.max(max, Math.fround(max))];
}

function outside(value: number, [min, max]: ValueRange): string {
  const advice = Number.isFinite(value)
    ? `; if black and white are other values, say them in a program as { range: [${likelyRange(value)}] }, or give whole numbers (uint8, uint16) or floats in 0..1`
    : '';
  return `a sample of ${value} is outside [${min}, ${max}]${advice}`;
}

function likelyRange(value: number): string {
  if (value < 0) return value < -1 ? 'black, white' : '-1, 1';
  return value > 255 ? '0, 65535' : '0, 255';
}
