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
  const addedUp = !(data instanceof Uint16Array);
  const columns = nearestIndices(fromWidth, width, addedUp);
  const rows = nearestIndices(fromHeight, height, addedUp);
  let at = 0;
  for (let y = 0; y < height; y++) {
    const row = rows[y]! * fromWidth;
    for (let x = 0; x < width; x++) {
      const from = (row + columns[x]!) * channels;
      for (let c = 0; c < channels; c++) out[at++] = data[from + c]!;
    }
  }
}

/** Pillow adds the step up for 8 bits and floats, and multiplies for 16 bits; the rounding errors decide some pixels. */
function nearestIndices(from: number, to: number, addedUp: boolean): Int32Array {
  const indices = new Int32Array(to);
  const step = from / to;
  let position = step * 0.5;
  for (let i = 0; i < to; i++, position += step) {
    indices[i] = Math.min(from - 1, Math.trunc(addedUp ? position : step * (i + 0.5)));
  }
  return indices;
}
