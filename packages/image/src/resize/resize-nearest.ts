import type { Pixels } from '../image.js';

/** Writes to `out`, for each output pixel, the source pixel under its centre. */
export function resizeNearest(
  data: Pixels,
  fromWidth: number,
  fromHeight: number,
  channels: number,
  width: number,
  height: number,
  out: Pixels,
): void {
  const repeatedAddition = !(data instanceof Uint16Array);
  const columns = nearestIndices(fromWidth, width, repeatedAddition);
  const rows = nearestIndices(fromHeight, height, repeatedAddition);
  let at = 0;
  for (let y = 0; y < height; y++) {
    const row = rows[y]! * fromWidth;
    for (let x = 0; x < width; x++) {
      const from = (row + columns[x]!) * channels;
      for (let c = 0; c < channels; c++) out[at++] = data[from + c]!;
    }
  }
}

/** For 8 bits and floats Pillow adds the step repeatedly, for 16 bits it multiplies; some pixels depend on the rounding errors. */
function nearestIndices(from: number, to: number, repeatedAddition: boolean): Int32Array {
  const indices = new Int32Array(to);
  const step = from / to;
  let position = step * 0.5;
  for (let i = 0; i < to; i++, position += step) {
    indices[i] = Math.min(from - 1, Math.trunc(repeatedAddition ? position : step * (i + 0.5)));
  }
  return indices;
}
