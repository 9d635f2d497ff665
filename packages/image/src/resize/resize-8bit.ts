import type { Taps } from './resize-filter.js';

/** Weights for 8-bit images are whole numbers of 2^-22: 22 bits of weight, 8 of pixel and 2 of headroom make 32. */
const PRECISION_BITS = 22;
const HALF = 1 << (PRECISION_BITS - 1);

/** Resamples along the rows: `[height, width, channels]` to `[height, taps.length, channels]`. */
export function resizeRows8(
  data: Uint8Array,
  height: number,
  width: number,
  channels: number,
  taps: Taps,
): Uint8Array {
  const fixed = fixedPoint(taps);
  if (fixed.size === 4) return rowsOfFour(data, height, width, channels, fixed);
  return channels === 1 ? rowsGrey(data, height, width, fixed) : rowsRgb(data, height, width, fixed);
}

/** Resamples along the columns: rows of `rowLength` samples to `taps.length` such rows. */
export function resizeColumns8(data: Uint8Array, rowLength: number, taps: Taps): Uint8Array {
  const fixed = fixedPoint(taps);
  return fixed.size === 4 ? columnsOfFour(data, rowLength, fixed) : columns(data, rowLength, fixed);
}

interface FixedTaps {
  length: number;
  /** A multiple of 4, since the loops take four taps at a time; the added ones have weight 0. */
  size: number;
  starts: Int32Array;
  counts: Int32Array;
  /** `[length, size]` */
  weights: Int32Array;
}

/** A weight in whole numbers of 2^-22, rounded half away from zero. */
export function fixedWeight(weight: number): number {
  const scaled = weight * 2 ** PRECISION_BITS;
  return Math.trunc(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
}

function fixedPoint({ length, size, starts, counts, weights }: Taps): FixedTaps {
  const max = counts.reduce((a, b) => Math.max(a, b), 0);
  const padded = Math.ceil(max / 4) * 4;
  const fixed = new Int32Array(length * padded);
  for (let i = 0; i < length; i++) {
    for (let k = 0; k < counts[i]!; k++) {
      fixed[i * padded + k] = fixedWeight(weights[i * size + k]!);
    }
  }
  return { length, size: padded, starts, counts, weights: fixed };
}

// Results go to a Uint8ClampedArray, which clips the overshoot of cubic filters at 0 and 255.

/** For at most four taps (enlarging). It goes down the columns of the output, so weights and offsets stay in registers. */
function rowsOfFour(
  data: Uint8Array,
  height: number,
  width: number,
  channels: number,
  { length, starts, weights }: FixedTaps,
): Uint8Array {
  const out = new Uint8ClampedArray(height * length * channels);
  const step = width * channels;
  const outStep = length * channels;
  for (let x = 0; x < length; x++) {
    const [w0, w1, w2, w3] = weights.subarray(4 * x, 4 * x + 4) as unknown as Four;
    const [x0, x1, x2, x3] = fourFrom(starts[x]!, width);
    for (let c = 0; c < channels; c++) {
      const d1 = (x1 - x0) * channels;
      const d2 = (x2 - x0) * channels;
      const d3 = (x3 - x0) * channels;
      let from = x0 * channels + c;
      for (let to = x * channels + c; to < out.length; to += outStep, from += step) {
        const near = Math.imul(data[from]!, w0) + Math.imul(data[from + d1]!, w1);
        const far = Math.imul(data[from + d2]!, w2) + Math.imul(data[from + d3]!, w3);
        out[to] = (HALF + near + far) >> PRECISION_BITS;
      }
    }
  }
  return new Uint8Array(out.buffer);
}

type Four = [number, number, number, number];

/** Four neighbours from `start` on. Those after the end have weight 0 and are replaced by the last one. */
function fourFrom(start: number, end: number): Four {
  const last = end - 1;
  return [start, Math.min(last, start + 1), Math.min(last, start + 2), Math.min(last, start + 3)];
}

function rowsGrey(data: Uint8Array, height: number, width: number, taps: FixedTaps): Uint8Array {
  const { length, size, starts, counts, weights } = taps;
  const out = new Uint8ClampedArray(height * length);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < length; x++) {
      let sum = HALF;
      let from = y * width + starts[x]!;
      let k = x * size;
      const end = k + counts[x]!;
      for (; k + 3 < end; k += 4, from += 4) {
        const near = Math.imul(data[from]!, weights[k]!) + Math.imul(data[from + 1]!, weights[k + 1]!);
        const far = Math.imul(data[from + 2]!, weights[k + 2]!) + Math.imul(data[from + 3]!, weights[k + 3]!);
        sum = (sum + near + far) | 0;
      }
      for (; k < end; k++) sum = (sum + Math.imul(data[from++]!, weights[k]!)) | 0;
      out[at++] = sum >> PRECISION_BITS;
    }
  }
  return new Uint8Array(out.buffer);
}

function rowsRgb(data: Uint8Array, height: number, width: number, taps: FixedTaps): Uint8Array {
  const { length, size, starts, counts, weights } = taps;
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

function columnsOfFour(
  data: Uint8Array,
  rowLength: number,
  { length, starts, weights }: FixedTaps,
): Uint8Array {
  const height = data.length / rowLength;
  const out = new Uint8ClampedArray(length * rowLength);
  let to = 0;
  for (let y = 0; y < length; y++) {
    const [w0, w1, w2, w3] = weights.subarray(4 * y, 4 * y + 4) as unknown as Four;
    const [y0, y1, y2, y3] = fourFrom(starts[y]!, height);
    const d1 = (y1 - y0) * rowLength;
    const d2 = (y2 - y0) * rowLength;
    const d3 = (y3 - y0) * rowLength;
    const first = y0 * rowLength;
    for (let from = first; from < first + rowLength; from++) {
      const near = Math.imul(data[from]!, w0) + Math.imul(data[from + d1]!, w1);
      const far = Math.imul(data[from + d2]!, w2) + Math.imul(data[from + d3]!, w3);
      out[to++] = (HALF + near + far) >> PRECISION_BITS;
    }
  }
  return new Uint8Array(out.buffer);
}

function columns(data: Uint8Array, rowLength: number, taps: FixedTaps): Uint8Array {
  const { length, size, starts, counts, weights } = taps;
  const height = data.length / rowLength;
  const out = new Uint8ClampedArray(length * rowLength);
  const sums = new Int32Array(rowLength);
  for (let y = 0; y < length; y++) {
    sums.fill(HALF);
    for (let k = 0; k < counts[y]!; k += 4) {
      const [w0, w1, w2, w3] = weights.subarray(y * size + k, y * size + k + 4) as unknown as Four;
      const [y0, y1, y2, y3] = fourFrom(starts[y]! + k, height);
      const d1 = (y1 - y0) * rowLength;
      const d2 = (y2 - y0) * rowLength;
      const d3 = (y3 - y0) * rowLength;
      let from = y0 * rowLength;
      for (let x = 0; x < rowLength; x++, from++) {
        const near = Math.imul(data[from]!, w0) + Math.imul(data[from + d1]!, w1);
        const far = Math.imul(data[from + d2]!, w2) + Math.imul(data[from + d3]!, w3);
        sums[x] = sums[x]! + near + far;
      }
    }
    let to = y * rowLength;
    for (let x = 0; x < rowLength; x++) out[to++] = sums[x]! >> PRECISION_BITS;
  }
  return new Uint8Array(out.buffer);
}
