import { checkSize, dimensions, type Image, image, pixels } from '../image.js';
import { resizeColumns8, resizeRows8 } from './resize-8bit.js';
import { resizeSimd8 } from './resize-8bit-simd.js';
import { resizeColumns16, resizeRows16 } from './resize-16bit.js';
import { filterTaps, type ResizeFilter, type Taps } from './resize-filter.js';
import { resizeNearest } from './resize-nearest.js';

/**
 * Resizes as Pillow's `Image.resize` does (9.4 to 12.0), bit for bit: `[height, width, c]` of the same depth. Filters
 * other than 'nearest' average over all source pixels when shrinking. The result is a new image even at the same size.
 *
 * 16-bit images go through doubles, rounded after each pass, as in Pillow's mode I;16 (10.3 and later); where a cubic
 * filter overshoots the range they are clipped, while Pillow wraps the low byte around.
 * @throws TypeError for a float image; RangeError for a size that is not positive whole numbers, or an unknown filter.
 */
export function resizePillow<T extends Uint8Array | Uint16Array>(
  source: Image<T>,
  width: number,
  height: number,
  filter: ResizeFilter = 'bicubic',
): Image<T> {
  checkSize(width, height);
  const [fromHeight, fromWidth, channels] = dimensions(source);
  const data: PixelData = pixels(source);
  if ((data as unknown) instanceof Float32Array)
    throw new TypeError('floats are resized by resizePillowFloat');
  if (filter === 'nearest') {
    const nearest = resizeNearest(data, fromWidth, fromHeight, channels, width, height);
    return image(nearest as T, height, width, channels);
  }
  const across = filterTaps(fromWidth, width, filter);
  const down = filterTaps(fromHeight, height, filter);
  const passes = [
    width === fromWidth ? undefined : across,
    height === fromHeight ? undefined : down,
  ] as const;
  const result = resample(data, fromHeight, fromWidth, channels, ...passes);
  return image((result === data ? copy(data) : result) as T, height, width, channels);
}

type PixelData = Uint8Array | Uint16Array;

/** Not by `slice`, which on Node's Buffer shares the memory. */
function copy(data: PixelData): PixelData {
  return data instanceof Uint8Array ? new Uint8Array(data) : new Uint16Array(data);
}

/** Both passes, each where there are taps for it. */
function resample(
  data: PixelData,
  height: number,
  width: number,
  channels: number,
  across: Taps | undefined,
  down: Taps | undefined,
): PixelData {
  if (data instanceof Uint8Array && (across || down)) {
    const fast = resizeSimd8(data, height, width, channels, across, down);
    if (fast) return fast;
  }
  const rows = across ? resizeRows(data, height, width, channels, across) : data;
  return down ? resizeColumns(rows, (across?.length ?? width) * channels, down) : rows;
}

function resizeRows(data: PixelData, height: number, width: number, channels: number, taps: Taps): PixelData {
  return data instanceof Uint8Array
    ? resizeRows8(data, height, width, channels, taps)
    : resizeRows16(data, height, width, channels, taps);
}

function resizeColumns(data: PixelData, rowLength: number, taps: Taps): PixelData {
  return data instanceof Uint8Array
    ? resizeColumns8(data, rowLength, taps)
    : resizeColumns16(data, rowLength, taps);
}
