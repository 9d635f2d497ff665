// Cholesky factorisation with complete pivoting, blocked (Lucas, "LAPACK-style codes for level 2 and 3 pivoted Cholesky
// factorizations", LAPACK working note 161, 2004): it stops at the numerical rank, where the plain one breaks down.

import { gemm } from './gemm';
import { axpy, scale } from './vector';

const BLOCK: i32 = 64;

/**
 * Factors the positive semi-definite n x n matrix whose upper triangle is at `a` (row-major): with rows and columns
 * taken in the order of `pivots`, A = R'R. R replaces the upper triangle, `rank` rows of it; the rest is then zero.
 * `sums` is scratch of n float64. Returns the rank: no pivot beyond it is above `tolerance`.
 */
export function pivotedCholesky(
  n: i32,
  a: usize,
  pivots: usize,
  tolerance: f64,
  sums: usize,
  scratch: usize,
): i32 {
  const row = (<usize>n) << 3;
  for (let i = 0; i < n; i++) store<i32>(pivots + ((<usize>i) << 2), i);
  let rank = n;
  for (let k = 0; k < n; k += BLOCK) {
    const end = min(k + BLOCK, n);
    memory.fill(sums, 0, row);
    for (let j = k; j < end; j++) {
      let best = -1;
      let largest: f64 = -Infinity;
      for (let i = j; i < n; i++) {
        const value = load<f64>(a + <usize>i * row + ((<usize>i) << 3)) - load<f64>(sums + ((<usize>i) << 3));
        if (value > largest) {
          largest = value;
          best = i;
        }
      }
      if (!(largest > tolerance)) {
        rank = j;
        break;
      }
      if (best !== j) swap(n, a, j, best, pivots, sums);
      const rj = a + <usize>j * row;
      for (let t = k; t < j; t++) {
        const rt = a + <usize>t * row;
        axpy(
          n - j - 1,
          -load<f64>(rt + ((<usize>j) << 3)),
          rt + ((<usize>j + 1) << 3),
          rj + ((<usize>j + 1) << 3),
        );
      }
      const root = sqrt(largest);
      store<f64>(rj + ((<usize>j) << 3), root);
      scale(n - j - 1, 1 / root, rj + ((<usize>j + 1) << 3));
      for (let i = j + 1; i < n; i++) {
        const value = load<f64>(rj + ((<usize>i) << 3));
        const sum = sums + ((<usize>i) << 3);
        store<f64>(sum, load<f64>(sum) + value * value);
      }
    }
    if (rank < n || end === n) break;
    const at = (<usize>end) << 3;
    const panel = a + <usize>k * row + at;
    gemm(
      n - end,
      n - end,
      end - k,
      panel,
      1,
      n,
      panel,
      1,
      n,
      a + <usize>end * row + at,
      n,
      -1,
      true,
      scratch,
    );
  }
  for (let i = 0; i < n; i++) {
    memory.fill(a + <usize>i * row, 0, i < rank ? (<usize>i) << 3 : row);
  }
  return rank;
}

/** Exchanges rows and columns j < p of the symmetric matrix, of which the upper triangle is kept. */
function swap(n: i32, a: usize, j: i32, p: i32, pivots: usize, sums: usize): void {
  const row = (<usize>n) << 3;
  const rj = a + <usize>j * row;
  const rp = a + <usize>p * row;
  exchange(rj + ((<usize>j) << 3), rp + ((<usize>p) << 3));
  for (let i = 0; i < j; i++) {
    const ri = a + <usize>i * row;
    exchange(ri + ((<usize>j) << 3), ri + ((<usize>p) << 3));
  }
  for (let i = j + 1; i < p; i++) exchange(rj + ((<usize>i) << 3), a + <usize>i * row + ((<usize>p) << 3));
  for (let i = p + 1; i < n; i++) exchange(rj + ((<usize>i) << 3), rp + ((<usize>i) << 3));
  exchange(sums + ((<usize>j) << 3), sums + ((<usize>p) << 3));
  const held = load<i32>(pivots + ((<usize>j) << 2));
  store<i32>(pivots + ((<usize>j) << 2), load<i32>(pivots + ((<usize>p) << 2)));
  store<i32>(pivots + ((<usize>p) << 2), held);
}

function exchange(x: usize, y: usize): void {
  const held = load<f64>(x);
  store<f64>(x, load<f64>(y));
  store<f64>(y, held);
}
