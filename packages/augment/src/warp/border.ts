import { clip, maximum, type Raster } from '../image.js';
import { cubic } from './kernels.js';
import { clampIndex, fillValues, reflectIndex, type Sampling } from './sampling.js';

/** Samples all channels at one position, whose taps may lie outside the image, and writes them to `out[o…]`. */
export type BorderSampler = (x: number, y: number, out: Raster['data'], o: number) => void;

/**
 * The general, slower form of the kernels, for pixels at and outside the border. With a constant fill it does as Pillow:
 * positions outside get the fill; positions inside use the edge pixel in place of a missing neighbour.
 */
export function borderSampler(source: Raster, { interpolation, fill }: Sampling): BorderSampler {
  const { data, width, height, channels } = source;
  const constant = typeof fill === 'string' ? null : fillValues(fill, channels);
  const index = fill === 'reflect' ? reflectIndex : clampIndex;
  const taps = { nearest: 1, bilinear: 2, bicubic: 4 }[interpolation];
  const columns = new Int32Array(taps);
  const rows = new Int32Array(taps);
  const max = maximum(data);
  const bias = data instanceof Uint16Array ? 0.5 : 0;

  const at = (row: number, column: number, c: number) => data[rows[row]! + columns[column]! + c]!;
  const cubicRow = (row: number, d: number, c: number) =>
    cubic(at(row, 0, c), at(row, 1, c), at(row, 2, c), at(row, 3, c), d);

  const mix = (fx: number, fy: number, c: number): number => {
    if (taps === 1) return at(0, 0, c);
    if (taps === 2) {
      const top = at(0, 0, c) + (at(0, 1, c) - at(0, 0, c)) * fx;
      const bottom = at(1, 0, c) + (at(1, 1, c) - at(1, 0, c)) * fx;
      return top + (bottom - top) * fy + bias;
    }
    const v =
      cubic(cubicRow(0, fx, c), cubicRow(1, fx, c), cubicRow(2, fx, c), cubicRow(3, fx, c), fy) + bias;
    return clip(v, max);
  };

  return (x, y, out, o) => {
    const inside = x >= 0 && x < width && y >= 0 && y < height;
    if (!inside && (constant || !Number.isFinite(x + y))) {
      for (let c = 0; c < channels; c++) out[o + c] = constant?.[c] ?? 0;
      return;
    }
    const px = taps === 1 ? x : x - 0.5;
    const py = taps === 1 ? y : y - 0.5;
    const ix = Math.floor(px);
    const iy = Math.floor(py);
    const before = taps === 4 ? 1 : 0;
    for (let t = 0; t < taps; t++) {
      columns[t] = index(ix - before + t, width) * channels;
      rows[t] = index(iy - before + t, height) * width * channels;
    }
    for (let c = 0; c < channels; c++) out[o + c] = mix(px - ix, py - iy, c);
  };
}
