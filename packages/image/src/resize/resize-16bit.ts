import type { Taps } from './resize-filter.js';

/** Resamples along the rows: `[height, width, channels]` to `[height, taps.length, channels]`. */
export function resizeRows16(
  data: Uint16Array,
  height: number,
  width: number,
  channels: number,
  taps: Taps,
): Uint16Array {
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

/** Resamples along the columns: rows of `rowLength` samples to `taps.length` such rows. */
export function resizeColumns16(data: Uint16Array, rowLength: number, taps: Taps): Uint16Array {
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

function clip16(sum: number): number {
  return Math.max(0, Math.min(65535, Math.trunc(sum + 0.5)));
}
