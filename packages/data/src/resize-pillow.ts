import { checkSize, dimensions, type Image, image, pixels, samples } from './image.js';
import { filterTaps, type ResizeFilter, type Taps } from './resize-filter.js';

// 8-bit sums are written to a Uint8ClampedArray, which cuts overshoot off at 0 and 255.

/** Weights of 8-bit images are whole numbers of 2^-22: with 8 bits of pixel and 2 of headroom they fill 32. */
const PRECISION_BITS = 22;
const HALF = 1 << (PRECISION_BITS - 1);

/**
 * Resizes as Pillow's `Image.resize` does, bit for bit: `[height, width, c]` of the same depth. Filters other than
 * 'nearest' average over all source pixels when shrinking. The result is a new image even at the same size.
 * 16-bit images go through doubles, rounded after each pass, as Pillow ≥ 10.3 does with mode I;16.
 * @throws RangeError for a size that is not positive whole numbers, or an unknown filter.
 */
export function resizePillow(
  source: Image,
  width: number,
  height: number,
  filter: ResizeFilter = 'bicubic',
): Image {
  checkSize(width, height);
  const [fromHeight, fromWidth, channels] = dimensions(source);
  const data = pixels(source);
  if (filter === 'nearest') {
    return image(nearest(data, fromWidth, fromHeight, channels, width, height), height, width, channels);
  }
  const across = filterTaps(fromWidth, width, filter);
  const down = filterTaps(fromHeight, height, filter);
  let result = data;
  if (width !== fromWidth) result = resizeRows(result, fromHeight, fromWidth, channels, across);
  if (height !== fromHeight) result = resizeColumns(result, width * channels, down);
  return image(result === data ? data.slice() : result, height, width, channels);
}

type PixelData = Uint8Array | Uint16Array;

function resizeRows(data: PixelData, height: number, width: number, channels: number, taps: Taps): PixelData {
  if (data instanceof Uint16Array) return rows16(data, height, width, channels, taps);
  return channels === 1 ? rows8Grey(data, height, width, taps) : rows8Rgb(data, height, width, taps);
}

function resizeColumns(data: PixelData, rowLength: number, taps: Taps): PixelData {
  return data instanceof Uint16Array ? columns16(data, rowLength, taps) : columns8(data, rowLength, taps);
}

/** Weights as fixed-point numbers, rounded half away from zero. */
function fixedPoint({ weights }: Taps): Int32Array {
  const fixed = new Int32Array(weights.length);
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i]! * 2 ** PRECISION_BITS;
    fixed[i] = Math.trunc(weight < 0 ? weight - 0.5 : weight + 0.5);
  }
  return fixed;
}

function rows8Grey(data: Uint8Array, height: number, width: number, taps: Taps): Uint8Array {
  const { length, size, starts, counts } = taps;
  const weights = fixedPoint(taps);
  const out = new Uint8ClampedArray(height * length);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < length; x++) {
      let sum = HALF;
      let from = y * width + starts[x]!;
      const first = x * size;
      const end = first + counts[x]!;
      for (let k = first; k < end; k++) sum = (sum + data[from++]! * weights[k]!) | 0;
      out[at++] = sum >> PRECISION_BITS;
    }
  }
  return new Uint8Array(out.buffer);
}

function rows8Rgb(data: Uint8Array, height: number, width: number, taps: Taps): Uint8Array {
  const { length, size, starts, counts } = taps;
  const weights = fixedPoint(taps);
  const out = new Uint8ClampedArray(height * length * 3);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < length; x++) {
      let red = HALF;
      let green = HALF;
      let blue = HALF;
      let from = (y * width + starts[x]!) * 3;
      const first = x * size;
      const end = first + counts[x]!;
      for (let k = first; k < end; k++, from += 3) {
        const weight = weights[k]!;
        red = (red + data[from]! * weight) | 0;
        green = (green + data[from + 1]! * weight) | 0;
        blue = (blue + data[from + 2]! * weight) | 0;
      }
      out[at++] = red >> PRECISION_BITS;
      out[at++] = green >> PRECISION_BITS;
      out[at++] = blue >> PRECISION_BITS;
    }
  }
  return new Uint8Array(out.buffer);
}

function columns8(data: Uint8Array, rowLength: number, taps: Taps): Uint8Array {
  const { length, size, starts, counts } = taps;
  const weights = fixedPoint(taps);
  const out = new Uint8ClampedArray(length * rowLength);
  const sums = new Int32Array(rowLength);
  for (let y = 0; y < length; y++) {
    sums.fill(HALF);
    for (let k = 0; k < counts[y]!; k++) {
      const weight = weights[y * size + k]!;
      const from = (starts[y]! + k) * rowLength;
      for (let x = 0; x < rowLength; x++) sums[x] = sums[x]! + data[from + x]! * weight;
    }
    const to = y * rowLength;
    for (let x = 0; x < rowLength; x++) out[to + x] = sums[x]! >> PRECISION_BITS;
  }
  return new Uint8Array(out.buffer);
}

function clip16(sum: number): number {
  return Math.max(0, Math.min(65535, Math.trunc(sum + 0.5)));
}

function rows16(data: Uint16Array, height: number, width: number, channels: number, taps: Taps): Uint16Array {
  const { length, size, starts, counts, weights } = taps;
  const out = new Uint16Array(height * length * channels);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < length; x++) {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        let from = (y * width + starts[x]!) * channels + c;
        for (let k = 0; k < counts[x]!; k++, from += channels) sum += data[from]! * weights[x * size + k]!;
        out[at++] = clip16(sum);
      }
    }
  }
  return out;
}

function columns16(data: Uint16Array, rowLength: number, taps: Taps): Uint16Array {
  const { length, size, starts, counts, weights } = taps;
  const out = new Uint16Array(length * rowLength);
  for (let y = 0; y < length; y++) {
    for (let x = 0; x < rowLength; x++) {
      let sum = 0;
      let from = starts[y]! * rowLength + x;
      for (let k = 0; k < counts[y]!; k++, from += rowLength) sum += data[from]! * weights[y * size + k]!;
      out[y * rowLength + x] = clip16(sum);
    }
  }
  return out;
}

function nearest(
  data: PixelData,
  fromWidth: number,
  fromHeight: number,
  channels: number,
  width: number,
  height: number,
): PixelData {
  const columns = nearestIndices(fromWidth, width);
  const rows = nearestIndices(fromHeight, height);
  const out = samples(data, height * width * channels);
  let at = 0;
  for (let y = 0; y < height; y++) {
    const row = rows[y]! * fromWidth;
    for (let x = 0; x < width; x++) {
      const from = (row + columns[x]!) * channels;
      for (let c = 0; c < channels; c++) out[at++] = data[from + c]!;
    }
  }
  return out;
}

/** The step is added up, not multiplied, as Pillow does: its rounding errors decide some pixels. */
function nearestIndices(from: number, to: number): Int32Array {
  const indices = new Int32Array(to);
  const step = from / to;
  let position = step * 0.5;
  for (let i = 0; i < to; i++, position += step) indices[i] = Math.min(from - 1, Math.trunc(position));
  return indices;
}
