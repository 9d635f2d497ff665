// Householder reduction of a symmetric matrix to tridiagonal form, blocked as in Dongarra, Sorensen and Hammarling
// (J. Comp. Appl. Math. 27, 1989; LAPACK's dsytrd): half of the work is products of a matrix and a vector, which read
// the matrix from memory once a column; the other half is one matrix product a block.

import { gemm, gemmScratch } from './gemm';
import { axpy, dot, scale } from './vector';

const BLOCK: i32 = 32;

/** Bytes of scratch that tridiagonalize needs for n rows. */
export function tridiagonalScratch(n: i32): i32 {
  return ((2 * BLOCK * n) << 3) + gemmScratch();
}

/** y = A x for the symmetric A whose upper triangle is at `a`, row i at a[i lda + i]. Four rows go together. */
export function symmetricProduct(n: i32, a: usize, lda: i32, x: usize, y: usize): void {
  memory.fill(y, 0, (<usize>n) << 3);
  const row = (<usize>lda) << 3;
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const yi = y + ((<usize>i) << 3);
    const xi = x + ((<usize>i) << 3);
    const diagonal = a + ((<usize>i * lda + i) << 3);
    // The small triangle on the diagonal.
    for (let r = 0; r < 4; r++) {
      for (let c = r; c < 4; c++) {
        const value = load<f64>(diagonal + <usize>r * row + (c << 3));
        store<f64>(yi + (r << 3), load<f64>(yi + (r << 3)) + value * load<f64>(xi + (c << 3)));
        if (c > r) store<f64>(yi + (c << 3), load<f64>(yi + (c << 3)) + value * load<f64>(xi + (r << 3)));
      }
    }
    const x0 = v128.load_splat<f64>(xi);
    const x1 = v128.load_splat<f64>(xi, 8);
    const x2 = v128.load_splat<f64>(xi, 16);
    const x3 = v128.load_splat<f64>(xi, 24);
    let s0 = f64x2.splat(0);
    let s1 = f64x2.splat(0);
    let s2 = f64x2.splat(0);
    let s3 = f64x2.splat(0);
    let r0 = diagonal + 32;
    let r1 = r0 + row;
    let r2 = r1 + row;
    let r3 = r2 + row;
    let xj = xi + 32;
    let yj = yi + 32;
    let j = i + 4;
    for (; j + 2 <= n; j += 2) {
      const v = v128.load(xj);
      let w = v128.load(yj);
      const a0 = v128.load(r0);
      s0 = f64x2.add(s0, f64x2.mul(a0, v));
      w = f64x2.add(w, f64x2.mul(a0, x0));
      const a1 = v128.load(r1);
      s1 = f64x2.add(s1, f64x2.mul(a1, v));
      w = f64x2.add(w, f64x2.mul(a1, x1));
      const a2 = v128.load(r2);
      s2 = f64x2.add(s2, f64x2.mul(a2, v));
      w = f64x2.add(w, f64x2.mul(a2, x2));
      const a3 = v128.load(r3);
      s3 = f64x2.add(s3, f64x2.mul(a3, v));
      w = f64x2.add(w, f64x2.mul(a3, x3));
      v128.store(yj, w);
      r0 += 16;
      r1 += 16;
      r2 += 16;
      r3 += 16;
      xj += 16;
      yj += 16;
    }
    let t0 = f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1);
    let t1 = f64x2.extract_lane(s1, 0) + f64x2.extract_lane(s1, 1);
    let t2 = f64x2.extract_lane(s2, 0) + f64x2.extract_lane(s2, 1);
    let t3 = f64x2.extract_lane(s3, 0) + f64x2.extract_lane(s3, 1);
    for (; j < n; j++) {
      const v = load<f64>(xj);
      const a0 = load<f64>(r0);
      const a1 = load<f64>(r1);
      const a2 = load<f64>(r2);
      const a3 = load<f64>(r3);
      t0 += a0 * v;
      t1 += a1 * v;
      t2 += a2 * v;
      t3 += a3 * v;
      store<f64>(
        yj,
        load<f64>(yj) +
          a0 * load<f64>(xi) +
          a1 * load<f64>(xi, 8) +
          a2 * load<f64>(xi, 16) +
          a3 * load<f64>(xi, 24),
      );
      r0 += 8;
      r1 += 8;
      r2 += 8;
      r3 += 8;
      xj += 8;
      yj += 8;
    }
    store<f64>(yi, load<f64>(yi) + t0);
    store<f64>(yi, load<f64>(yi, 8) + t1, 8);
    store<f64>(yi, load<f64>(yi, 16) + t2, 16);
    store<f64>(yi, load<f64>(yi, 24) + t3, 24);
  }
  for (; i < n; i++) {
    const yi = y + ((<usize>i) << 3);
    const value = load<f64>(x + ((<usize>i) << 3));
    const from = a + ((<usize>i * lda + i) << 3);
    store<f64>(yi, load<f64>(yi) + load<f64>(from) * value);
    const left = n - i - 1;
    store<f64>(yi, load<f64>(yi) + dot(left, from + 8, x + ((<usize>i + 1) << 3)));
    axpy(left, value, from + 8, yi + 8);
  }
}

/**
 * Reduces the symmetric n x n matrix whose upper triangle is at `a` (row-major, destroyed) to a tridiagonal one of the
 * same eigenvalues: diagonal d[n], off-diagonal e[n - 1].
 */
export function tridiagonalize(n: i32, a: usize, d: usize, e: usize, scratch: usize): void {
  // Row t of v and of w belongs to column k + t of the block; v above w, so that [v; w] and [w; v] are ready factors.
  const v = scratch;
  const w = v + ((<usize>BLOCK * n) << 3);
  const packed = w + ((<usize>BLOCK * n) << 3);
  const row = (<usize>n) << 3;
  for (let k = 0; k < n; k += BLOCK) {
    const block = min(BLOCK, n - k);
    memory.fill(v, 0, 2 * <usize>BLOCK * row);
    for (let t = 0; t < block; t++) {
      const j = k + t;
      const column = a + <usize>j * row + ((<usize>j) << 3);
      for (let s = 0; s < t; s++) {
        const vs = v + <usize>s * row + ((<usize>j) << 3);
        const ws = w + <usize>s * row + ((<usize>j) << 3);
        axpy(n - j, -load<f64>(ws), vs, column);
        axpy(n - j, -load<f64>(vs), ws, column);
      }
      store<f64>(d + ((<usize>j) << 3), load<f64>(column));
      const left = n - j - 1;
      if (left === 0) continue;
      const x = column + 8;
      // The reflector that leaves only the first of x: beta, with v = (1, x / (x0 - beta)) and tau = (beta - x0) / beta.
      const first = load<f64>(x);
      const rest = dot(left - 1, x + 8, x + 8);
      if (rest === 0) {
        store<f64>(e + ((<usize>j) << 3), first);
        continue;
      }
      const norm = sqrt(first * first + rest);
      const beta = first > 0 ? -norm : norm;
      const tau = (beta - first) / beta;
      store<f64>(e + ((<usize>j) << 3), beta);
      const vt = v + <usize>t * row + ((<usize>j + 1) << 3);
      const wt = w + <usize>t * row + ((<usize>j + 1) << 3);
      memory.copy(vt, x, (<usize>left) << 3);
      scale(left, 1 / (first - beta), vt);
      store<f64>(vt, 1);
      symmetricProduct(left, a + <usize>(j + 1) * row + ((<usize>j + 1) << 3), n, vt, wt);
      for (let s = 0; s < t; s++) {
        const vs = v + <usize>s * row + ((<usize>j + 1) << 3);
        const ws = w + <usize>s * row + ((<usize>j + 1) << 3);
        const wv = dot(left, ws, vt);
        const vv = dot(left, vs, vt);
        axpy(left, -wv, vs, wt);
        axpy(left, -vv, ws, wt);
      }
      scale(left, tau, wt);
      axpy(left, -0.5 * tau * dot(left, wt, vt), vt, wt);
    }
    const next = k + block;
    const left = n - next;
    if (left === 0) continue;
    const at = (<usize>next) << 3;
    const c = a + <usize>next * row + at;
    gemm(left, left, block, v + at, 1, n, w + at, 1, n, c, n, -1, true, packed);
    gemm(left, left, block, w + at, 1, n, v + at, 1, n, c, n, -1, true, packed);
  }
}
