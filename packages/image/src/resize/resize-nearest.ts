import { samples } from '../image.js';

type PixelData = Uint8Array | Uint16Array;

/** Takes, for each output pixel, the source pixel under its centre. */
export function resizeNearest(
  data: PixelData,
  fromWidth: number,
  fromHeight: number,
  channels: number,
  width: number,
  height: number,
): PixelData {
  const columns = nearestIndices(fromWidth, width, data instanceof Uint8Array);
  const rows = nearestIndices(fromHeight, height, data instanceof Uint8Array);
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

/** Pillow adds the step up for 8 bits and multiplies for 16; the rounding errors decide some pixels. */
function nearestIndices(from: number, to: number, addedUp: boolean): Int32Array {
  const indices = new Int32Array(to);
  const step = from / to;
  let position = step * 0.5;
  for (let i = 0; i < to; i++, position += step) {
    indices[i] = Math.min(from - 1, Math.trunc(addedUp ? position : step * (i + 0.5)));
  }
  return indices;
}
