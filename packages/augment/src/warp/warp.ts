import { type Image, maximum, raster, type Size, samplesLike, toImage } from '../image.js';
import { borderSampler } from './border.js';
import { KERNELS } from './kernels.js';
import type { Sampling } from './sampling.js';

/** Where each output pixel comes from. */
export interface SourceMap {
  /** Writes the source positions of output row `y`: pixels, the centre of the first pixel at 0.5. */
  row(y: number, xs: Float64Array, ys: Float64Array): void;
  /** Whether the pixels of a row that come from inside the source are always neighbours (true for straight lines). */
  readonly straight: boolean;
}

/** How far inside the source a position must lie for all its taps to be there. */
const MARGIN = { nearest: 0, bilinear: 0.5, bicubic: 1.5 };

/** Makes the image of this size whose pixels are the source's at the mapped positions: the one inverse warp. */
export function warp(image: Image, map: SourceMap, size: Size, sampling: Sampling): Image {
  const source = raster(image);
  const { data, channels } = source;
  const out = samplesLike(data, size.height * size.width * channels);
  const kernel = KERNELS[sampling.interpolation][channels === 1 ? 'grey' : 'rgb'];
  const border = borderSampler(source, sampling);
  const bias = data instanceof Uint16Array && sampling.interpolation !== 'nearest' ? 0.5 : 0;
  const max = maximum(data);
  const margin = MARGIN[sampling.interpolation];
  const right = source.width - margin;
  const bottom = source.height - margin;
  const xs = new Float64Array(size.width);
  const ys = new Float64Array(size.width);
  const inside = (x: number) => xs[x]! >= margin && xs[x]! < right && ys[x]! >= margin && ys[x]! < bottom;

  for (let y = 0; y < size.height; y++) {
    map.row(y, xs, ys);
    const at = y * size.width;
    for (let x = 0; x < size.width; ) {
      for (; x < size.width && !inside(x); x++) border(xs[x]!, ys[x]!, out, (at + x) * channels);
      const from = x;
      if (map.straight) {
        for (x = size.width; x > from && !inside(x - 1); ) x--;
      } else {
        while (x < size.width && inside(x)) x++;
      }
      kernel(data, source.width, out, at, xs, ys, from, x, bias, max);
    }
  }
  return toImage(out, size, channels);
}
