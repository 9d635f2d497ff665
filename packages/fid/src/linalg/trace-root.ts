import { tridiagonalEigenvalues } from './tridiagonal-eigenvalues.js';
import { type Pointer, rowMajor, type Strided, transposed, Workspace } from './workspace.js';

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
  const { n } = few;
  const space = new Workspace();
  const [x, y] = [few, many].map(({ rows }) => rowMajor(space.put(rows), dims)) as [Strided, Strided];
  const cross = rowMajor(space.allocate(8 * n * many.n), many.n);
  space.multiply([n, many.n, dims], x, y, cross.at);
  return sumOfGramRoots(space, cross, cross, n, many.n);
}

/** tr √(ΣₐΣᵦ) for Σₐ = AᵀA and Σᵦ `[dims, dims]`. */
export function traceRootOfFactorAndCovariance(a: Factor, sigma: Float64Array, dims: number): number {
  const { n } = a;
  const space = new Workspace();
  const [x, s] = [a.rows, sigma].map((values) => rowMajor(space.put(values), dims)) as [Strided, Strided];
  const product = rowMajor(space.allocate(8 * n * dims), dims);
  space.multiply([n, dims, dims], x, s, product.at);
  return sumOfGramRoots(space, product, x, n, dims);
}

/** tr √(ΣₐΣᵦ) for two covariances `[dims, dims]`: the factor is Σₐ's Cholesky factor, pivoted, so of its rank. */
export function traceRootOfCovariances(sigmaA: Float64Array, sigmaB: Float64Array, dims: number): number {
  const space = new Workspace();
  const factor = space.put(sigmaA);
  const pivots = space.allocate(4 * dims);
  const rank = space.pivotedCholesky(dims, factor, pivots, toleranceOf(sigmaA, dims));
  const sigma = space.allocate(8 * dims * dims);
  permute(sigmaB, space.integers(pivots, dims), space.floats(sigma, dims * dims));

  // The factor is upper triangular: row i begins at column i, so that each block of rows skips the columns before.
  const product = space.allocate(8 * rank * dims);
  const gram = space.allocate(8 * rank * rank);
  for (let i = 0; i < rank; i += BLOCK) {
    const rows = rowMajor(factor + 8 * (i * dims + i), dims);
    // Σᵦ is symmetric, so that its element (j, k) can be read at (k, j), where runs over j are contiguous.
    const right = transposed(sigma + 8 * i * dims, dims);
    space.multiply([Math.min(BLOCK, rank - i), dims, dims - i], rows, right, product + 8 * i * dims);
  }
  for (let j = 0; j < rank; j += BLOCK) {
    const columns = Math.min(BLOCK, rank - j);
    const right = rowMajor(factor + 8 * (j * dims + j), dims);
    // All of the block's rows, its own diagonal block included; what is below the diagonal there is not read.
    const size = [j + columns, columns, dims - j] as const;
    space.multiply(size, rowMajor(product + 8 * j, dims), right, gram + 8 * j, { width: rank });
  }
  return sumOfRoots(space, gram, rank);
}

const BLOCK = 128;

/** A factor `[rank, n]` of a symmetric positive semidefinite matrix `[n, n]`, by its pivoted Cholesky decomposition. */
export function pivotedFactor(matrix: Float64Array, n: number): Factor {
  const space = new Workspace();
  const factor = space.put(matrix);
  const pivots = space.allocate(4 * n);
  const rank = space.pivotedCholesky(n, factor, pivots, toleranceOf(matrix, n));
  const [upper, order] = [space.floats(factor, n * n), space.integers(pivots, n)];
  const rows = new Float64Array(rank * n);
  for (let i = 0; i < rank; i++) {
    for (let j = i; j < n; j++) rows[i * n + order[j]!] = upper[i * n + j]!;
  }
  return { rows, n: rank };
}

/** Pivots below this are rounding of the covariance itself (LAPACK's dpstrf has the same default). */
function toleranceOf(matrix: Float64Array, n: number): number {
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, matrix[i * n + i]!);
  return n * Number.EPSILON * largest;
}

/** Rows and columns of a symmetric matrix in the order of `pivots`. */
function permute(from: Float64Array, pivots: Int32Array, to: Float64Array): void {
  const n = pivots.length;
  for (let i = 0; i < n; i++) {
    const row = pivots[i]! * n;
    for (let j = 0; j < n; j++) to[i * n + j] = from[row + pivots[j]!]!;
  }
}

/** The roots of the eigenvalues of the symmetric a bᵀ, `[n, n]`, summed. */
function sumOfGramRoots(space: Workspace, a: Strided, b: Strided, n: number, k: number): number {
  const gram = space.allocate(8 * n * n);
  space.multiply([n, n, k], a, b, gram, { upper: true });
  return sumOfRoots(space, gram, n);
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
