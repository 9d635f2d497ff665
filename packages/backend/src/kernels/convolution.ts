import type { backend_util } from '@tensorflow/tfjs-core';
import type { Pointer } from '../simd/module.js';
import type { KernelContext } from './kernel-context.js';

/**
 * A convolution as matrix products. An image x [n, h, w, c] unfolds into a matrix with a row for each output
 * position and the columns [kh][kw][c]; then, with the filter as a matrix [kh·kw·ci, co],
 *
 *   y = unfold(x) · filter,   dfilter = unfold(x)ᵀ · dy,   dx = fold(dy · filterᵀ)
 *
 * where fold is the adjoint of unfold. At stride 1 the roles of x and y can be exchanged, with the filter turned
 * by 180°; that is far less work when y has fewer channels than x. At a larger stride s, the pixels of x with one
 * residue modulo s meet only every s-th tap: dx there is a convolution of dy at stride 1 with those taps, which needs
 * no adding up and has longer inner products than the fold.
 */
export interface Geometry {
  /** The image that is unfolded. */
  batch: number;
  height: number;
  width: number;
  channels: number;
  /** The positions: a row of the unfolded matrix each. */
  rows: number;
  outHeight: number;
  outWidth: number;
  outChannels: number;
  kernelHeight: number;
  kernelWidth: number;
  strideHeight: number;
  strideWidth: number;
  dilationHeight: number;
  dilationWidth: number;
  top: number;
  left: number;
}

/**
 * Floats of unfolded matrix made at a time, at least and at most, and the rows they should be: enough for a product
 * at full speed and for what each call costs, few enough that they are still near when it reads them. From
 * measurement: a quarter of the least is a quarter slower where channels are few, four times as much is no faster.
 */
const FLOATS = [1 << 20, 1 << 22] as const;
const ROWS = 512;

/** The geometry of a convolution, as tfjs computes it from shapes, strides and padding. */
export function geometry(info: backend_util.Conv2DInfo): Geometry {
  return {
    batch: info.batchSize,
    height: info.inHeight,
    width: info.inWidth,
    channels: info.inChannels,
    rows: info.batchSize * info.outHeight * info.outWidth,
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    outChannels: info.outChannels,
    kernelHeight: info.filterHeight,
    kernelWidth: info.filterWidth,
    strideHeight: info.strideHeight,
    strideWidth: info.strideWidth,
    dilationHeight: info.dilationHeight,
    dilationWidth: info.dilationWidth,
    top: info.padInfo.top,
    left: info.padInfo.left,
  };
}

/** y = x * filter */
export function forward(context: KernelContext, g: Geometry, x: Pointer, filter: Pointer, y: Pointer): void {
  if (isNarrow(g)) foldProduct(context, exchanged(g), x, flipped(context, g, filter), y);
  else unfoldProduct(context, g, x, filter, y);
}

/** dx from dy */
export function inputGradient(
  context: KernelContext,
  g: Geometry,
  dy: Pointer,
  filter: Pointer,
  dx: Pointer,
): void {
  if (isNarrow(g)) unfoldProduct(context, exchanged(g), dy, flipped(context, g, filter), dx);
  else if (hasResidues(g)) residueProducts(context, g, dy, filter, dx);
  else foldProduct(context, g, dy, filter, dx);
}

/** dfilter from x and dy */
export function filterGradient(
  context: KernelContext,
  g: Geometry,
  x: Pointer,
  dy: Pointer,
  dfilter: Pointer,
): void {
  if (isNarrow(g)) {
    const turned = context.scratch.floats('flipped', filterSize(g));
    unfoldOuter(context, exchanged(g), dy, x, turned);
    context.simd.flipFilter(turned, dfilter, taps(g), g.outChannels, g.channels);
  } else {
    unfoldOuter(context, g, x, dy, dfilter);
  }
}

function taps(g: Geometry): number {
  return g.kernelHeight * g.kernelWidth;
}

function filterSize(g: Geometry): number {
  return taps(g) * g.channels * g.outChannels;
}

function isNarrow(g: Geometry): boolean {
  return g.strideHeight === 1 && g.strideWidth === 1 && g.outChannels < g.channels;
}

/** x and y exchanged: what y is to x, x is to y under the filter turned by 180°. */
function exchanged(g: Geometry): Geometry {
  return {
    ...g,
    height: g.outHeight,
    width: g.outWidth,
    channels: g.outChannels,
    rows: g.batch * g.height * g.width,
    outHeight: g.height,
    outWidth: g.width,
    outChannels: g.channels,
    top: (g.kernelHeight - 1) * g.dilationHeight - g.top,
    left: (g.kernelWidth - 1) * g.dilationWidth - g.left,
  };
}

function flipped(context: KernelContext, g: Geometry, filter: Pointer): Pointer {
  const turned = context.scratch.floats('flipped', filterSize(g));
  context.simd.flipFilter(filter, turned, taps(g), g.channels, g.outChannels);
  return turned;
}

/** A 1 × 1 kernel at every position: the image is its own unfolding. */
function isUnfolded(g: Geometry): boolean {
  const whole = g.outHeight === g.height && g.outWidth === g.width;
  return whole && taps(g) === 1 && g.strideHeight === 1 && g.strideWidth === 1 && g.top === 0 && g.left === 0;
}

/**
 * Calls `visit` for chunks of rows, one after another. A product that adds up over the chunks wants them as long as
 * may be, since each adds a whole filter.
 */
function chunks(g: Geometry, adds: boolean, visit: (row: number, rows: number) => void): void {
  const columns = taps(g) * g.channels;
  const [least, most] = FLOATS.map((floats) => Math.max(1, Math.floor(floats / columns))) as [number, number];
  const size = adds ? most : Math.min(most, Math.max(least, ROWS));
  const count = Math.ceil(g.rows / size);
  const even = Math.ceil(g.rows / count);
  for (let row = 0; row < g.rows; row += even) visit(row, Math.min(even, g.rows - row));
}

type Unfold = KernelContext['simd']['im2col'];

function apply(unfold: Unfold, g: Geometry, from: Pointer, to: Pointer, row: number, rows: number): void {
  unfold(
    from,
    to,
    row,
    rows,
    g.height,
    g.width,
    g.channels,
    g.outHeight,
    g.outWidth,
    g.kernelHeight,
    g.kernelWidth,
    g.strideHeight,
    g.strideWidth,
    g.dilationHeight,
    g.dilationWidth,
    g.top,
    g.left,
  );
}

/** positions = unfold(image) · filter, filter [taps · channels, outChannels] */
function unfoldProduct(
  context: KernelContext,
  g: Geometry,
  image: Pointer,
  filter: Pointer,
  positions: Pointer,
): void {
  const k = taps(g) * g.channels;
  const n = g.outChannels;
  const product = { transposeA: false, transposeB: false, n, k, b: filter };
  if (isUnfolded(g)) {
    context.gemm.run({ ...product, m: g.rows, a: image, c: positions });
    return;
  }
  chunks(g, false, (row, rows) => {
    const col = context.scratch.floats('unfolded', rows * k);
    apply(context.simd.im2col, g, image, col, row, rows);
    context.gemm.run({ ...product, m: rows, a: col, c: positions + row * n * 4 });
  });
}

/** image = fold(positions · filterᵀ), filter [taps · channels, outChannels] */
function foldProduct(
  context: KernelContext,
  g: Geometry,
  positions: Pointer,
  filter: Pointer,
  image: Pointer,
): void {
  const n = taps(g) * g.channels;
  const k = g.outChannels;
  const product = { transposeA: false, transposeB: true, n, k, b: filter };
  if (isUnfolded(g)) {
    context.gemm.run({ ...product, m: g.rows, a: positions, c: image });
    return;
  }
  context.simd.fill(image, 0, g.batch * g.height * g.width * g.channels);
  chunks(g, false, (row, rows) => {
    const col = context.scratch.floats('unfolded', rows * n);
    context.gemm.run({ ...product, m: rows, a: positions + row * k * 4, c: col });
    apply(context.simd.col2im, g, col, image, row, rows);
  });
}

/**
 * Where the residues are faster than the fold, from measurement: with few channels in, their runs are short; with
 * many out, the fold's inner product is long enough as it is.
 */
const RESIDUE_CHANNELS = { in: 16, out: 256 } as const;

/** A stride that every residue class meets at least one tap of, and channels for which this form is the faster. */
function hasResidues(g: Geometry): boolean {
  const strided = g.strideHeight * g.strideWidth > 1 && g.dilationHeight * g.dilationWidth === 1;
  const met = g.kernelHeight >= g.strideHeight && g.kernelWidth >= g.strideWidth;
  const faster = g.channels >= RESIDUE_CHANNELS.in && g.outChannels <= RESIDUE_CHANNELS.out;
  return strided && met && faster;
}

/** Along one axis: the pixels first, first + stride, … with one residue, and the taps they meet in the output. */
function residues(size: number, stride: number, kernel: number, before: number): Residue[] {
  return Array.from({ length: stride }, (_, residue) => {
    const first = (((residue - before) % stride) + stride) % stride;
    const taps = Math.ceil((kernel - residue) / stride);
    const pad = taps - 1 - (first + before - residue) / stride;
    return { residue, first, count: Math.ceil((size - first) / stride), taps, pad };
  }).filter(({ count }) => count > 0);
}

interface Residue {
  residue: number;
  first: number;
  count: number;
  taps: number;
  pad: number;
}

/** dx by residue classes: for each, the pixels' rows = unfold(dy) · tapsᵀ, then put in their places. */
function residueProducts(
  context: KernelContext,
  g: Geometry,
  dy: Pointer,
  filter: Pointer,
  dx: Pointer,
): void {
  const { simd, scratch, gemm } = context;
  const { channels: ci, outChannels: co, strideHeight: sh, strideWidth: sw } = g;
  for (const v of residues(g.height, sh, g.kernelHeight, g.top)) {
    for (const u of residues(g.width, sw, g.kernelWidth, g.left)) {
      const part: Geometry = {
        ...g,
        height: g.outHeight,
        width: g.outWidth,
        channels: co,
        rows: g.batch * v.count * u.count,
        outHeight: v.count,
        outWidth: u.count,
        outChannels: ci,
        kernelHeight: v.taps,
        kernelWidth: u.taps,
        strideHeight: 1,
        strideWidth: 1,
        top: v.pad,
        left: u.pad,
      };
      const k = taps(part) * co;
      const b = scratch.floats('flipped', k * ci);
      simd.residueFilter(filter, b, g.kernelWidth, ci, co, v.residue, u.residue, sh, sw, v.taps, u.taps);
      chunks(part, false, (row, rows) => {
        const col = scratch.floats('unfolded', rows * k);
        const out = scratch.floats('residue', rows * ci);
        apply(simd.im2col, part, dy, col, row, rows);
        gemm.run({ transposeA: false, transposeB: true, m: rows, n: ci, k, a: col, b, c: out });
        simd.scatterRows(
          out,
          dx,
          row,
          rows,
          v.count,
          u.count,
          g.height,
          g.width,
          ci,
          v.first,
          u.first,
          sh,
          sw,
        );
      });
    }
  }
}

/** out = unfold(image)ᵀ · positions, [taps · channels, outChannels] */
function unfoldOuter(
  context: KernelContext,
  g: Geometry,
  image: Pointer,
  positions: Pointer,
  out: Pointer,
): void {
  const m = taps(g) * g.channels;
  const n = g.outChannels;
  const product = { transposeA: true, transposeB: false, m, n, c: out };
  if (isUnfolded(g)) {
    context.gemm.run({ ...product, k: g.rows, a: image, b: positions });
    return;
  }
  chunks(g, true, (row, rows) => {
    const col = context.scratch.floats('unfolded', rows * m);
    apply(context.simd.im2col, g, image, col, row, rows);
    context.gemm.run({ ...product, k: rows, a: col, b: positions + row * n * 4, accumulate: row > 0 });
  });
}
