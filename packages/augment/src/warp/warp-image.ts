import type { Raster, Size } from '../image.js';
import { copyOf } from '../memory.js';
import { claim } from '../simd/kernels.js';
import { fillValues, type Sampling } from './sampling.js';
import type { SourceMap } from './source-map.js';

/** The `kind` of assembly/warp-image.ts. */
const KINDS = { nearest: [], bilinear: [0, 1], bicubic: [2] } as const;

/**
 * Warps an 8-bit image by an affine or projective map with a constant fill in one WebAssembly call, with the same results as
 * row by row; null if it has no kernel for it.
 */
export function warpImageSimd(
  { data, width, height, channels }: Raster,
  { straight, projective }: SourceMap,
  size: Size,
  { interpolation, fill }: Sampling,
): Uint8Array | null {
  const kind: number | undefined = KINDS[interpolation][channels === 1 ? 0 : 1];
  const fits = data instanceof Uint8Array && straight && projective && typeof fill !== 'string';
  if (!fits || kind === undefined) return null;
  // Rounded positions may lie just outside, so that a row and a pixel before and after are read.
  const margin = width * channels + 16;
  const length = size.height * size.width * channels;
  const row = 4 * (size.width + 4);
  const claimed = claim(data.length + 2 * margin, length, 64, 16, row, row);
  if (claimed === null) return null;
  const { kernels, bytes, at } = claimed;
  const [before, out, map, point, xs, ys] = at as [number, number, number, number, number, number];
  bytes.set(data, before + margin);
  const values = fillValues(fill, channels);
  const target = bytes.subarray(out, out + length);
  if (values.every((value) => value === values[0])) target.fill(values[0]!);
  else for (let i = 0; i < length; i++) target[i] = values[i % channels]!;
  new Float64Array(bytes.buffer, map, 8).set(projective);
  const bits = Math.min(22, 31 - Math.ceil(Math.log2(Math.max(width, height) + 1)));
  kernels.warpImage(
    kind,
    before + margin,
    width,
    height,
    out,
    size.width,
    size.height,
    map,
    point,
    xs,
    ys,
    bits,
  );
  return copyOf(target);
}
