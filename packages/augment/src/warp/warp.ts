import { type Image, maximum, type Raster, raster, type Size, toImage } from '../image.js';
import { copyOf, samplesLike } from '../memory.js';
import { claim } from '../simd/kernels.js';
import { borderSampler } from './border.js';
import { KERNELS } from './kernels.js';
import type { Sampling } from './sampling.js';
import type { SourceMap } from './source-map.js';
import { warpImageSimd } from './warp-image.js';

/** Minimum distance of a position from the border at which all its taps are inside. */
const MARGIN = { nearest: 0, bilinear: 0.5, bicubic: 1.5 };

/** Makes an image of this size whose pixels are the source's at the mapped positions (inverse warp). */
export function warp(image: Image, map: SourceMap, size: Size, sampling: Sampling): Image {
  const source = raster(image);
  const { data, channels } = source;
  const whole = warpImageSimd(source, map, size, sampling);
  if (whole) return toImage(whole, size, channels);
  const { xs, ys, out, sample, row, finish } =
    prepareSimd(source, map, size, sampling) ?? prepare(source, map, size, sampling);
  const border = borderSampler(source, sampling);
  const margin = MARGIN[sampling.interpolation];
  const right = source.width - margin;
  const bottom = source.height - margin;
  const inside = (x: number) => xs[x]! >= margin && xs[x]! < right && ys[x]! >= margin && ys[x]! < bottom;

  for (let y = 0; y < size.height; y++) {
    row(y);
    const at = y * size.width;
    for (let x = 0; x < size.width; ) {
      for (; x < size.width && !inside(x); x++) border(xs[x]!, ys[x]!, out, (at + x) * channels);
      const from = x;
      if (map.straight) {
        for (x = size.width; x > from && !inside(x - 1); ) x--;
      } else {
        while (x < size.width && inside(x)) x++;
      }
      sample(at, from, x);
    }
  }
  return toImage(finish() as typeof data, size, channels);
}

/** The buffers and functions that map and sample rows: in JavaScript or in WebAssembly. */
interface RowSampler {
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  readonly out: Raster['data'];
  /** Writes the positions of row `y`. */
  row(y: number): void;
  /** Samples the pixels from..to of the row that begins at pixel `at`; all their taps must be inside. */
  sample(at: number, from: number, to: number): void;
  finish(): Raster['data'];
}

function prepare(source: Raster, map: SourceMap, size: Size, { interpolation }: Sampling): RowSampler {
  const { data, width, channels } = source;
  const out = samplesLike(data, size.height * size.width * channels);
  const kernel = KERNELS[interpolation][channels === 1 ? 'grey' : 'rgb'];
  const bias = data instanceof Uint16Array && interpolation !== 'nearest' ? 0.5 : 0;
  const max = maximum(data);
  const xs = new Float64Array(size.width);
  const ys = new Float64Array(size.width);
  return {
    xs,
    ys,
    out,
    row: (y) => map.row(y, xs, ys),
    sample: (at, from, to) => kernel(data, width, out, at, xs, ys, from, to, bias, max),
    finish: () => out,
  };
}

/** The same in WebAssembly; null if it has no kernel for it. */
function prepareSimd(
  source: Raster,
  map: SourceMap,
  size: Size,
  { interpolation }: Sampling,
): RowSampler | null {
  const { data, width, channels } = source;
  if (!(data instanceof Uint8Array) || interpolation === 'nearest') return null;
  if (interpolation === 'bicubic' && channels === 3) return null;
  const length = size.height * size.width * channels;
  const doubles = 8 * size.width;
  const claimed = claim(data.length, length, doubles, doubles, map.simd?.scratch ?? 0);
  if (claimed === null) return null;
  const { kernels, bytes, at: places } = claimed;
  const [src, out, xs, ys, scratch] = places as [number, number, number, number, number];
  bytes.set(data, src);
  const kernel =
    interpolation === 'bicubic'
      ? kernels.bicubicGrey
      : channels === 1
        ? kernels.bilinearGrey
        : kernels.bilinearRgb;
  const positions = {
    xs: new Float64Array(bytes.buffer, xs, size.width),
    ys: new Float64Array(bytes.buffer, ys, size.width),
  };
  const result = bytes.subarray(out, out + length);
  return {
    ...positions,
    out: result,
    row: map.simd?.prepare(claimed, xs, ys, scratch) ?? ((y) => map.row(y, positions.xs, positions.ys)),
    sample: (at, from, to) => {
      const skip = 8 * from;
      kernel(src, width, out + (at + from) * channels, xs + skip, ys + skip, to - from);
    },
    finish: () => copyOf(result),
  };
}
