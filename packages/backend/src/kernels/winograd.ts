import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Pointer, WinogradForm } from '../simd/module.js';
import { overElements } from '../threads/split.js';
import { FilterCache } from './filter-cache.js';
import type { Geometry } from './geometry.js';
import { type KernelContext, pointer, type ThreadContext, type WasmBackend } from './kernel-context.js';

/*
 * Convolutions with fewer multiplications: 9 in place of 16 for a kernel of twice the stride (4 × 4 at stride 2, as in DCGAN),
 * 16 in place of 36 for three times the stride (3 × 3 at stride 1), and 25 in place of 64 for 4 × 4 outputs of a kernel of twice the
 * stride. See assembly/winograd2.ts, winograd3.ts and winograd4.ts. With the
 * transforms I of the image, F of the filter and O of the outputs, which are additions,
 *
 *   y = O(I(x) · F(filter)),   dx = Iᵀ(Oᵀ(dy) · F(filter)ᵀ),   dfilter = Fᵀ(I(x)ᵀ · Oᵀ(dy))
 *
 * where · is one matrix product for each point of a tile of outputs. Some tiles at a time are transformed and multiplied.
 */

/**
 * Tiles of a part: at least so many, or as many as this many floats of transformed image and products hold. Measured: the products read
 * what the transforms have just written, which should still be in cache (half as long a convolution where channels are few), and need
 * enough rows for each time that they read the filter.
 */
const PART = { tiles: 512, largeTiles: 256, floats: 1 << 19 } as const;

/** Where it pays: with fewer channels or tiles of 2 × 2 outputs, or a smaller share of products saved, the transforms cost more than they save. */
const MIN = { channels: 16, tiles: 64, saving: 1.5 } as const;

/** Floats that the module needs after a line: see winograd4.ts. */
const SPACE = 448;

/** Weights of the transformed filter, whose memory is kept: 32 MiB at most. */
const MAX_WEIGHTS = 1 << 23;

/** A set of transforms: the taps of a filter in one phase, the outputs of a tile and its points, in each direction. */
interface Transforms {
  form: WinogradForm;
  outputs: number;
  points: number;
}

const TWO: Transforms = { form: 2, outputs: 2, points: 3 };
const THREE: Transforms = { form: 3, outputs: 2, points: 4 };
const FOUR: Transforms = { form: 4, outputs: 4, points: 5 };

/** Where tiles of 4 × 4 outputs pay: with fewer of them in an image, the transforms of the filter cost more than they save. Measured. */
const MIN_LARGE_TILES = 16;

/** True where this form fits and is faster than the unfolding. */
export function hasWinograd(g: Geometry): boolean {
  const transforms = transformsOf(g);
  if (transforms === undefined || g.dilationHeight !== 1 || g.dilationWidth !== 1) return false;
  const fours = g.channels % 4 === 0 && g.outChannels % 4 === 0;
  const tiles = g.batch * Math.ceil(g.outHeight / 2) * Math.ceil(g.outWidth / 2);
  const enough = Math.min(g.channels, g.outChannels) >= MIN.channels && tiles >= MIN.tiles;
  const { outputs, points } = transforms;
  const saving = (outputs ** 2 * g.kernelHeight * g.kernelWidth) / (points ** 2 * phases(g));
  return fours && enough && saving >= MIN.saving && points ** 2 * weights(g) <= MAX_WEIGHTS;
}

/** The transforms for a kernel and the outputs of one image; they do not depend on the batch, which the threads share. */
function transformsOf(g: Geometry): Transforms | undefined {
  const [down, across] = [g.kernelHeight / g.strideHeight, g.kernelWidth / g.strideWidth];
  if (down > 2 && down <= 3 && across > 2 && across <= 3) return THREE;
  if (down !== 2 || across !== 2) return undefined;
  const tiles = Math.ceil(g.outHeight / 4) * Math.ceil(g.outWidth / 4);
  const products = (tiles * FOUR.points ** 2) / (Math.ceil(g.outHeight / 2) * Math.ceil(g.outWidth / 2));
  const large = tiles >= MIN_LARGE_TILES && products < TWO.points ** 2;
  return large && FOUR.points ** 2 * weights(g) <= MAX_WEIGHTS ? FOUR : TWO;
}

/** The transforms of a convolution that has some. */
const transforms = (g: Geometry): Transforms => transformsOf(g)!;

/** The points of a tile: products for its outputs, one phase and one pair of channels. */
const pointsOf = (g: Geometry): number => transforms(g).points ** 2;

/** Phases times input channels times output channels. */
const weights = (g: Geometry): number => phases(g) * g.channels * g.outChannels;

const phases = (g: Geometry): number => g.strideHeight * g.strideWidth;

function tilesOf(g: Geometry): { rows: number; columns: number; count: number } {
  const { outputs } = transforms(g);
  const rows = Math.ceil(g.outHeight / outputs);
  const columns = Math.ceil(g.outWidth / outputs);
  return { rows, columns, count: g.batch * rows * columns };
}

/** The form of a convolution that has one. */
const form = (g: Geometry): WinogradForm => transforms(g).form;

/** A line of `count` floats, of zeros or of anything, and the room that the module needs after it. */
function lineOf({ simd, scratch }: ThreadContext, count: number, zeros: boolean): Pointer {
  const line = scratch.floats('winograd line', count + SPACE);
  if (zeros) simd.fill(line, 0, count);
  return line;
}

/** A part of the tiles, and its products. */
interface Part {
  first: number;
  count: number;
  /** The transformed image, [point][tile][phase][ci]. */
  v: Pointer;
  /** The products, [point][tile][co]. */
  m: Pointer;
}

/** Calls `visit` for one part of the tiles after another. */
function parts({ scratch }: ThreadContext, g: Geometry, visit: (part: Part) => void): void {
  const image = pointsOf(g) * phases(g) * g.channels;
  const products = pointsOf(g) * g.outChannels;
  const { count: all } = tilesOf(g);
  const tiles = transforms(g) === FOUR ? PART.largeTiles : PART.tiles;
  const max = Math.max(tiles, Math.floor(PART.floats / (image + products)));
  const size = Math.ceil(all / Math.ceil(all / max));
  const v = scratch.floats('winograd image', size * image);
  const m = scratch.floats('winograd products', size * products);
  for (let first = 0; first < all; first += size) visit({ first, count: Math.min(size, all - first), v, m });
}

/** The transform of the image or its adjoint, which take the same sizes. */
function transformImage(
  context: ThreadContext,
  g: Geometry,
  { first, count, v }: Part,
  x: Pointer,
  adjoint: boolean,
): void {
  const { height: h, width: w, channels: c, strideHeight: sh, strideWidth: sw, top, left } = g;
  const { rows, columns } = tilesOf(g);
  const { simd } = context;
  const line = lineOf(context, c, !adjoint);
  const sizes = [first, count, h, w, c, rows, columns, sh, sw, top, left] as const;
  if (adjoint) {
    simd[`winogradImageAdjoint${form(g)}`](v, x, line, ...sizes);
  } else {
    simd[`winogradImage${form(g)}`](x, v, line, ...sizes);
  }
}

/** The sizes of some tiles of the outputs, in the module's order. */
function outputsOf(
  g: Geometry,
  { first, count }: Part,
): [first: number, count: number, oh: number, ow: number, c: number, rows: number, columns: number] {
  const { rows, columns } = tilesOf(g);
  return [first, count, g.outHeight, g.outWidth, g.outChannels, rows, columns];
}

/** The sizes of a filter, in the module's order. */
function filterOf(g: Geometry): [kh: number, kw: number, sh: number, sw: number, size: number] {
  return [g.kernelHeight, g.kernelWidth, g.strideHeight, g.strideWidth, g.channels * g.outChannels];
}

/** The caches of transformed filters. */
const caches = new WeakMap<WasmBackend, FilterCache>();

/** The transformed filter, [point][phase][ci][co], for all threads; valid until the next call. */
export function transformFilter(context: KernelContext, g: Geometry, filter: TensorInfo): Pointer {
  const { backend, scratch } = context;
  const from = pointer(backend, filter);
  const floats = pointsOf(g) * weights(g);
  const compute = (u: Pointer): void =>
    overElements(context, g.channels * g.outChannels, ({ simd }, offset, count) =>
      simd[`winogradFilter${form(g)}`](from, u, ...filterOf(g), offset / 4, count),
    );
  const cache = caches.get(backend) ?? new FilterCache(backend);
  caches.set(backend, cache);
  const kept = cache.find(filter.dataId, [form(g), ...filterOf(g)].join(), floats, compute);
  if (kept !== undefined) return kept;
  const u = scratch.floats('winograd filter', floats);
  compute(u);
  return u;
}

function transformGradient(context: ThreadContext, g: Geometry, part: Part, dy: Pointer): void {
  const line = lineOf(context, g.outChannels, true);
  context.simd[`winogradOutputAdjoint${form(g)}`](dy, part.m, line, ...outputsOf(g, part));
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
  parts(context, g, (part) => {
    transformImage(context, g, part, x, false);
    const matrices = { m: part.count, n, k, a: part.v, b: u, c: part.m };
    context.gemm.run({ transposeA: false, transposeB: false, ...matrices, count: pointsOf(g) });
    const line = lineOf(context, g.outChannels, false);
    context.simd[`winogradOutput${form(g)}`](part.m, y, line, ...outputsOf(g, part));
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
    transformGradient(context, g, part, dy);
    const matrices = { m: part.count, n, k, a: part.m, b: u, c: part.v };
    context.gemm.run({ transposeA: false, transposeB: true, ...matrices, count: pointsOf(g) });
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
  const u = context.scratch.floats('winograd filter', pointsOf(g) * weights(g));
  parts(context, g, (part) => {
    transformImage(context, g, part, x, false);
    transformGradient(context, g, part, dy);
    const matrices = { m, n, k: part.count, a: part.v, b: part.m, c: u };
    const accumulate = part.first > 0;
    context.gemm.run({ transposeA: true, transposeB: false, ...matrices, accumulate, count: pointsOf(g) });
  });
  context.simd[`winogradFilterAdjoint${form(g)}`](u, dfilter, ...filterOf(g));
}
