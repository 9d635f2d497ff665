import { samples } from '../image.js';
import type { Taps } from './resize-filter.js';

type PixelData = Uint16Array | Float32Array;

// Sums are in double precision, as in Pillow. Each pass rounds and clips 16-bit samples; floats stay as they are.

/** Resamples along the rows: `[height, width, channels]` to `[height, taps.length, channels]`. */
export function resizeRowsInDoubles<T extends PixelData>(
  data: T,
  height: number,
  width: number,
  channels: number,
  taps: Taps,
): T {
  const { length, size, starts, counts, weights } = taps;
  const out = samples(data, height * length * channels);
  const sums = new Float64Array(length * channels);
  for (let y = 0; y < height; y++) {
    let at = 0;
    for (let x = 0; x < length; x++) {
      const first = (y * width + starts[x]!) * channels;
      const end = x * size + counts[x]!;
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let k = x * size, i = first + c; k < end; k++, i += channels) sum += data[i]! * weights[k]!;
        sums[at++] = sum;
      }
    }
    store(sums, out, y * sums.length);
  }
  return out;
}

/** Resamples along the columns: rows of `rowLength` samples to `taps.length` such rows. */
export function resizeColumnsInDoubles<T extends PixelData>(data: T, rowLength: number, taps: Taps): T {
  const { length, size, starts, counts, weights } = taps;
  const out = samples(data, length * rowLength);
  const sums = new Float64Array(rowLength);
  for (let y = 0; y < length; y++) {
    sums.fill(0);
    for (let k = 0; k < counts[y]!; k++) {
      const weight = weights[y * size + k]!;
      const row = (starts[y]! + k) * rowLength;
      for (let x = 0; x < rowLength; x++) sums[x] = sums[x]! + data[row + x]! * weight;
    }
    store(sums, out, y * rowLength);
  }
  return out;
}

function store(sums: Float64Array, out: PixelData, at: number): void {
  if (out instanceof Float32Array) out.set(sums, at);
  else for (let x = 0; x < sums.length; x++) out[at + x] = clip16(sums[x]! + 0.5);
}

/** Clips to 0..65535; storing then drops the fraction. */
function clip16(value: number): number {
  return Math.max(0, Math.min(65535, value));
}
