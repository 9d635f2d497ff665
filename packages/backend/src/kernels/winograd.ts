import type { Pointer } from '../simd/module.js';
import { overElements } from '../threads/split.js';
import { filterSize, type Geometry } from './geometry.js';
import type { KernelContext, ThreadContext } from './kernel-context.js';

/*
 * Convolutions whose kernel is twice the stride (4 × 4 at stride 2, as in DCGAN), with 9/16 of the multiplications: see
 * assembly/winograd.ts. With the transforms I of the image, F of the filter and O of the outputs, all of them sums,
 *
 *   y = O(I(x) · F(filter)),   dx = Iᵀ(Oᵀ(dy) · F(filter)ᵀ),   dfilter = Fᵀ(I(x)ᵀ · Oᵀ(dy))
 *
 * where the products are nine, one for each of the points of a tile. The transforms of a part of the tiles are made at a time.
 */

/** The points of a tile: products for each 2 × 2 outputs, phase and pair of channels. */
const POINTS = 9;

/** Floats of a part of the transformed image and products. Measured: see FLOATS of unfold.ts. */
const FLOATS = 1 << 22;

/** Where it pays: with fewer channels or tiles the transforms cost more than they save. */
const MIN = { channels: 16, tiles: 64 } as const;

/** Weights of the transformed filter, whose memory is kept: 32 MiB at most. */
const MAX_WEIGHTS = 1 << 23;

/** True where this form fits and is faster than the unfolding. */
export function hasWinograd(g: Geometry): boolean {
  const twice = g.kernelHeight === 2 * g.strideHeight && g.kernelWidth === 2 * g.strideWidth;
  const undilated = g.dilationHeight === 1 && g.dilationWidth === 1;
  const fours = g.channels % 4 === 0 && g.outChannels % 4 === 0;
  const enough = Math.min(g.channels, g.outChannels) >= MIN.channels && tilesOf(g).count >= MIN.tiles;
  return twice && undilated && fours && enough && POINTS * weights(g) <= MAX_WEIGHTS;
}

/** Phases times input channels times output channels. */
const weights = (g: Geometry): number => filterSize(g) / 4;

const phases = (g: Geometry): number => g.strideHeight * g.strideWidth;

function tilesOf(g: Geometry): { rows: number; columns: number; count: number } {
  const rows = Math.ceil(g.outHeight / 2);
  const columns = Math.ceil(g.outWidth / 2);
  return { rows, columns, count: g.batch * rows * columns };
}

/** A part of the tiles, and its nine products. */
interface Part {
  first: number;
  count: number;
  /** The transformed image, [9][tile][phase][ci]. */
  v: Pointer;
  /** The products, [9][tile][co]. */
  m: Pointer;
}

/** Calls `visit` for one part of the tiles after another. */
function parts({ scratch }: ThreadContext, g: Geometry, visit: (part: Part) => void): void {
  const image = POINTS * phases(g) * g.channels;
  const products = POINTS * g.outChannels;
  const { count: all } = tilesOf(g);
  const size = Math.ceil(all / Math.ceil(all / Math.max(1, Math.floor(FLOATS / (image + products)))));
  const v = scratch.floats('winograd image', size * image);
  const m = scratch.floats('winograd products', size * products);
  for (let first = 0; first < all; first += size) visit({ first, count: Math.min(size, all - first), v, m });
}

/** Calls `multiply` for each of the nine points, with the places of its three matrices. */
function points(
  g: Geometry,
  { count, v, m }: Part,
  u: Pointer,
  multiply: (v: Pointer, u: Pointer, m: Pointer) => void,
): void {
  const [image, filter, products] = [count * phases(g) * g.channels, weights(g), count * g.outChannels];
  for (let p = 0; p < POINTS; p++) multiply(v + p * image * 4, u + p * filter * 4, m + p * products * 4);
}

/** The transform of the image or its adjoint, which take the same sizes. `line` is a line of zeros, or of anything. */
function transformImage(
  { simd, scratch }: ThreadContext,
  g: Geometry,
  { first, count, v }: Part,
  x: Pointer,
  adjoint: boolean,
): void {
  const { height: h, width: w, channels: c, strideHeight: sh, strideWidth: sw, top, left } = g;
  const { rows, columns } = tilesOf(g);
  const line = scratch.floats('winograd line', c);
  if (adjoint) {
    simd.winogradImageAdjoint(v, x, line, first, count, h, w, c, rows, columns, sh, sw, top, left);
  } else {
    simd.fill(line, 0, c);
    simd.winogradImage(x, v, line, first, count, h, w, c, rows, columns, sh, sw, top, left);
  }
}

/** The transformed filter, [9][phase][ci][co], for all threads; valid until the next call. */
export function transformFilter(context: KernelContext, g: Geometry, filter: Pointer): Pointer {
  const u = context.scratch.floats('winograd filter', POINTS * weights(g));
  const size = g.channels * g.outChannels;
  overElements(context, size, ({ simd }, offset, count) =>
    simd.winogradFilter(filter, u, g.strideHeight, g.strideWidth, size, offset / 4, count),
  );
  return u;
}

function transformGradient(
  { simd }: ThreadContext,
  g: Geometry,
  { first, count, m }: Part,
  dy: Pointer,
): void {
  const { rows, columns } = tilesOf(g);
  simd.winogradOutputAdjoint(dy, m, first, count, g.outHeight, g.outWidth, g.outChannels, rows, columns);
}

/** Computes y from x and the transformed filter. */
export function winogradForward(
  context: ThreadContext,
  g: Geometry,
  x: Pointer,
  u: Pointer,
  y: Pointer,
): void {
  const [n, k] = [g.outChannels, phases(g) * g.channels];
  const { rows, columns } = tilesOf(g);
  parts(context, g, (part) => {
    const { first, count: m } = part;
    transformImage(context, g, part, x, false);
    points(g, part, u, (a, b, c) =>
      context.gemm.run({ transposeA: false, transposeB: false, m, n, k, a, b, c }),
    );
    context.simd.winogradOutput(part.m, y, first, m, g.outHeight, g.outWidth, n, rows, columns);
  });
}

/** Computes dx from dy and the transformed filter. */
export function winogradInputGradient(
  context: ThreadContext,
  g: Geometry,
  dy: Pointer,
  u: Pointer,
  dx: Pointer,
): void {
  const [n, k] = [phases(g) * g.channels, g.outChannels];
  context.simd.fill(dx, 0, g.batch * g.height * g.width * g.channels);
  parts(context, g, (part) => {
    const { count: m } = part;
    transformGradient(context, g, part, dy);
    points(g, part, u, (c, b, a) =>
      context.gemm.run({ transposeA: false, transposeB: true, m, n, k, a, b, c }),
    );
    transformImage(context, g, part, dx, true);
  });
}

/** Computes dfilter from x and dy. */
export function winogradFilterGradient(
  context: ThreadContext,
  g: Geometry,
  x: Pointer,
  dy: Pointer,
  dfilter: Pointer,
): void {
  const [m, n] = [phases(g) * g.channels, g.outChannels];
  const u = context.scratch.floats('winograd filter', POINTS * weights(g));
  parts(context, g, (part) => {
    const { first, count: k } = part;
    transformImage(context, g, part, x, false);
    transformGradient(context, g, part, dy);
    const product = { transposeA: true, transposeB: false, m, n, k, accumulate: first > 0 };
    points(g, part, u, (a, c, b) => context.gemm.run({ ...product, a, b, c }));
  });
  context.simd.winogradFilterAdjoint(u, dfilter, g.strideHeight, g.strideWidth, g.channels * n);
}
