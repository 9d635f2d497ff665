import { tridiagonalEigenvalues } from './tridiagonal-eigenvalues.js';
import { type Pointer, Workspace } from './workspace.js';

/**
 * tr √(ΣₐΣᵦ), the middle term of the Fréchet distance, without a matrix square root: with any factor Σₐ = FᵀF, the
 * product has the eigenvalues of the symmetric G = F Σᵦ Fᵀ, and their roots sum to the trace. Only eigenvalues are
 * needed, as many as the factor has rows. With fewer images than dims, the centred activations are a small factor.
 */

/** Rows whose Gram matrix is a covariance: `[n, dims]`, centred activations over √(n − 1). */
export interface Factor {
  rows: Float64Array;
  n: number;
}

/** tr √(ΣₐΣᵦ) for Σₐ = AᵀA and Σᵦ = BᵀB: the singular values of ABᵀ, `[n, n′]`, summed. */
export function traceRootOfFactors(a: Factor, b: Factor, dims: number): number {
  const [few, many] = a.n <= b.n ? [a, b] : [b, a];
  const space = new Workspace();
  const scratch = space.allocate(space.linalg.gemmScratch());
  const x = space.put(few.rows);
  const y = space.put(many.rows);
  const { n } = few;
  const cross = space.allocate(8 * n * many.n);
  space.linalg.gemm(n, many.n, dims, x, dims, 1, y, dims, 1, cross, many.n, 1, false, scratch);
  const gram = space.allocate(8 * n * n);
  space.linalg.gemm(n, n, many.n, cross, many.n, 1, cross, many.n, 1, gram, n, 1, true, scratch);
  return sumOfRoots(space, gram, n);
}

/** tr √(ΣₐΣᵦ) for Σₐ = AᵀA and Σᵦ `[dims, dims]`. */
export function traceRootOfFactorAndCovariance(a: Factor, sigma: Float64Array, dims: number): number {
  const space = new Workspace();
  const scratch = space.allocate(space.linalg.gemmScratch());
  const x = space.put(a.rows);
  const s = space.put(sigma);
  const { n } = a;
  const product = space.allocate(8 * n * dims);
  space.linalg.gemm(n, dims, dims, x, dims, 1, s, dims, 1, product, dims, 1, false, scratch);
  const gram = space.allocate(8 * n * n);
  space.linalg.gemm(n, n, dims, product, dims, 1, x, dims, 1, gram, n, 1, true, scratch);
  return sumOfRoots(space, gram, n);
}

/** tr √(ΣₐΣᵦ) for two covariances `[dims, dims]`: the factor is Σₐ's Cholesky factor, pivoted, so of its rank. */
export function traceRootOfCovariances(sigmaA: Float64Array, sigmaB: Float64Array, dims: number): number {
  const space = new Workspace();
  const { linalg } = space;
  const scratch = space.allocate(linalg.gemmScratch());
  const factor = space.put(sigmaA);
  const pivots = space.allocate(4 * dims);
  const sums = space.allocate(8 * dims);
  let largest = 0;
  for (let i = 0; i < dims; i++) largest = Math.max(largest, sigmaA[i * dims + i]!);
  // Pivots below this are rounding of the covariance itself (LAPACK's dpstrf has the same default).
  const tolerance = dims * Number.EPSILON * largest;
  const rank = linalg.pivotedCholesky(dims, factor, pivots, tolerance, sums, scratch);
  const sigma = space.allocate(8 * dims * dims);
  permute(sigmaB, space.integers(pivots, dims), space.floats(sigma, dims * dims));

  // The factor is upper triangular: row i begins at column i, so that each block of rows skips the columns before.
  const product = space.allocate(8 * rank * dims);
  const gram = space.allocate(8 * rank * rank);
  for (let i = 0; i < rank; i += BLOCK) {
    const rows = Math.min(BLOCK, rank - i);
    const rest = dims - i;
    const from = factor + 8 * (i * dims + i);
    // Σᵦ is symmetric, so that its element (j, k) can be read at (k, j), where runs over j are contiguous.
    linalg.gemm(
      rows,
      dims,
      rest,
      from,
      dims,
      1,
      sigma + 8 * i * dims,
      1,
      dims,
      product + 8 * i * dims,
      dims,
      1,
      false,
      scratch,
    );
  }
  for (let j = 0; j < rank; j += BLOCK) {
    const columns = Math.min(BLOCK, rank - j);
    const rest = dims - j;
    const right = factor + 8 * (j * dims + j);
    // All of the block's rows, its own diagonal block included; what is below the diagonal there is not read.
    linalg.gemm(
      j + columns,
      columns,
      rest,
      product + 8 * j,
      dims,
      1,
      right,
      dims,
      1,
      gram + 8 * j,
      rank,
      1,
      false,
      scratch,
    );
  }
  return sumOfRoots(space, gram, rank);
}

const BLOCK = 128;

/** Rows and columns of a symmetric matrix in the order of `pivots`. */
function permute(from: Float64Array, pivots: Int32Array, to: Float64Array): void {
  const n = pivots.length;
  for (let i = 0; i < n; i++) {
    const row = pivots[i]! * n;
    for (let j = 0; j < n; j++) to[i * n + j] = from[row + pivots[j]!]!;
  }
}

/** The roots of the eigenvalues of the positive semi-definite matrix whose upper triangle is at `gram`, summed. */
function sumOfRoots(space: Workspace, gram: Pointer, n: number): number {
  if (n === 0) return 0;
  const d = space.allocate(8 * n);
  const e = space.allocate(8 * n);
  const scratch = space.allocate(space.linalg.tridiagonalScratch(n));
  space.linalg.tridiagonalize(n, gram, d, e, scratch);
  const values = tridiagonalEigenvalues(space.floats(d, n).slice(), space.floats(e, n - 1).slice());
  // Rounding can leave a zero a little below zero.
  return values.reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);
}
