import type { Pointer } from '../simd/module.js';
import { type Geometry, isUnfolded, taps } from './geometry.js';
import type { ThreadContext } from './kernel-context.js';

/**
 * Floats of the unfolded matrix that are made at a time, from minimum to maximum, and the rows that they should hold. Measured: a
 * product needs enough rows for full speed, and few enough that they are still in cache when it reads them. A quarter of the
 * minimum is a quarter slower where channels are few; four times the maximum is no faster.
 */
const FLOATS = { min: 1 << 20, max: 1 << 22 } as const;
const ROWS = 512;

/**
 * Calls `visit` for one chunk of rows after another.
 *
 * @param adds true where each chunk's product is added to the result. Then chunks are as long as possible, since each
 * addition goes over a whole filter.
 */
export function chunks(g: Geometry, adds: boolean, visit: (row: number, rows: number) => void): void {
  const rowsOf = (floats: number): number => Math.max(1, Math.floor(floats / (taps(g) * g.channels)));
  const [min, max] = [rowsOf(FLOATS.min), rowsOf(FLOATS.max)];
  const size = adds ? max : Math.min(max, Math.max(min, ROWS));
  const count = Math.ceil(g.rows / size);
  const even = Math.ceil(g.rows / count);
  for (let row = 0; row < g.rows; row += even) visit(row, Math.min(even, g.rows - row));
}

type Unfold = ThreadContext['simd']['im2col'];

/** Unfolds rows [row, row + rows) of an image, or folds them back. */
export function apply(
  unfold: Unfold,
  g: Geometry,
  from: Pointer,
  to: Pointer,
  row: number,
  rows: number,
): void {
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

/** Computes positions = unfold(image) · filter, with filter [taps · channels, outChannels]. */
export function unfoldProduct(
  thread: ThreadContext,
  g: Geometry,
  image: Pointer,
  filter: Pointer,
  positions: Pointer,
): void {
  const k = taps(g) * g.channels;
  const n = g.outChannels;
  const product = { transposeA: false, transposeB: false, n, k, b: filter };
  if (isUnfolded(g)) {
    thread.gemm.run({ ...product, m: g.rows, a: image, c: positions });
    return;
  }
  chunks(g, false, (row, rows) => {
    const col = thread.scratch.floats('unfolded', rows * k);
    apply(thread.simd.im2col, g, image, col, row, rows);
    thread.gemm.run({ ...product, m: rows, a: col, c: positions + row * n * 4 });
  });
}

/** Computes image = fold(positions · filterᵀ), with filter [taps · channels, outChannels]. */
export function foldProduct(
  thread: ThreadContext,
  g: Geometry,
  positions: Pointer,
  filter: Pointer,
  image: Pointer,
): void {
  const n = taps(g) * g.channels;
  const k = g.outChannels;
  const product = { transposeA: false, transposeB: true, n, k, b: filter };
  if (isUnfolded(g)) {
    thread.gemm.run({ ...product, m: g.rows, a: positions, c: image });
    return;
  }
  thread.simd.fill(image, 0, g.batch * g.height * g.width * g.channels);
  chunks(g, false, (row, rows) => {
    const col = thread.scratch.floats('unfolded', rows * n);
    thread.gemm.run({ ...product, m: rows, a: positions + row * k * 4, c: col });
    apply(thread.simd.col2im, g, col, image, row, rows);
  });
}

/** Computes out = unfold(image)ᵀ · positions, [taps · channels, outChannels]. */
export function unfoldOuter(
  thread: ThreadContext,
  g: Geometry,
  image: Pointer,
  positions: Pointer,
  out: Pointer,
): void {
  const m = taps(g) * g.channels;
  const n = g.outChannels;
  const product = { transposeA: true, transposeB: false, m, n, c: out };
  if (isUnfolded(g)) {
    thread.gemm.run({ ...product, k: g.rows, a: image, b: positions });
    return;
  }
  chunks(g, true, (row, rows) => {
    const col = thread.scratch.floats('unfolded', rows * m);
    apply(thread.simd.im2col, g, image, col, row, rows);
    thread.gemm.run({ ...product, k: rows, a: col, b: positions + row * n * 4, accumulate: row > 0 });
  });
}
