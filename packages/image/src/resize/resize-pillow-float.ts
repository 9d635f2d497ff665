import ndarray, { type NdArray } from 'ndarray';
import { checkSize, dimensions, type Image, pixels } from '../image.js';
import { filterTaps, type ResizeFilter, type Taps } from './resize-filter.js';

/**
 * Resizes without rounding or clipping: each channel as Pillow resizes a mode F image, which is what clean-fid does
 * (Parmar, Zhang, Zhu, CVPR 2022). Gives Float32 `[height, width, c]` in the range of the source; 'bicubic' and
 * 'lanczos' overshoot it.
 * @throws RangeError for an invalid size or filter ('nearest' has no float form).
 */
export function resizePillowFloat(
  source: Image,
  width: number,
  height: number,
  filter: Exclude<ResizeFilter, 'nearest'> = 'bicubic',
): NdArray<Float32Array> {
  checkSize(width, height);
  const [fromHeight, fromWidth, channels] = dimensions(source);
  const across = filterTaps(fromWidth, width, filter);
  const down = filterTaps(fromHeight, height, filter);
  let data = Float32Array.from(pixels(source));
  if (width !== fromWidth) data = resizeRows(data, fromHeight, fromWidth, channels, across);
  if (height !== fromHeight) data = resizeColumns(data, width * channels, down);
  return ndarray(data, [height, width, channels]);
}

function resizeRows(
  data: Float32Array,
  height: number,
  width: number,
  channels: number,
  taps: Taps,
): Float32Array<ArrayBuffer> {
  const { length, size, starts, counts, weights } = taps;
  const out = new Float32Array(height * length * channels);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < length; x++) {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        let from = (y * width + starts[x]!) * channels + c;
        for (let k = 0; k < counts[x]!; k++, from += channels) sum += data[from]! * weights[x * size + k]!;
        out[at++] = sum;
      }
    }
  }
  return out;
}

function resizeColumns(data: Float32Array, rowLength: number, taps: Taps): Float32Array<ArrayBuffer> {
  const { length, size, starts, counts, weights } = taps;
  const out = new Float32Array(length * rowLength);
  for (let y = 0; y < length; y++) {
    for (let x = 0; x < rowLength; x++) {
      let sum = 0;
      let from = starts[y]! * rowLength + x;
      for (let k = 0; k < counts[y]!; k++, from += rowLength) sum += data[from]! * weights[y * size + k]!;
      out[y * rowLength + x] = sum;
    }
  }
  return out;
}
