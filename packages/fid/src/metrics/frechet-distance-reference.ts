import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { Statistics } from '../statistics.js';

/**
 * The Fréchet distance by the plainest route, which the fast one is tested against: the matrix square roots come from
 * ml-matrix's eigendecompositions. tr √(ΣₐΣᵦ) = tr √(√Σₐ Σᵦ √Σₐ), whose inner matrix is symmetric.
 * About n³ with a large constant: seconds at 768 dims, minutes at 2048.
 *
 * @throws RangeError when the dims differ.
 */
export function frechetDistanceReference(a: Statistics, b: Statistics): number {
  if (a.dims !== b.dims) throw new RangeError(`dims differ: ${a.dims} and ${b.dims}`);
  const sigmaA = toMatrix(a.sigma, a.dims);
  const sigmaB = toMatrix(b.sigma, b.dims);
  const rootA = squareRoot(sigmaA);
  const inner = rootA.mmul(sigmaB).mmul(rootA);
  const traceRoot = eigen(inner).realEigenvalues.reduce(
    (sum, value) => sum + Math.sqrt(Math.max(0, value)),
    0,
  );
  const meanTerm = a.mu.reduce((sum, value, i) => sum + (value - b.mu[i]!) ** 2, 0);
  return Math.max(0, meanTerm + sigmaA.trace() + sigmaB.trace() - 2 * traceRoot);
}

function toMatrix(values: Float64Array, dims: number): Matrix {
  return Matrix.from1DArray(dims, dims, values);
}

function squareRoot(matrix: Matrix): Matrix {
  const { eigenvectorMatrix, realEigenvalues } = eigen(matrix);
  const scaled = eigenvectorMatrix.clone();
  realEigenvalues.forEach((value, column) => {
    scaled.mulColumn(column, Math.sqrt(Math.max(0, value)));
  });
  return scaled.mmul(eigenvectorMatrix.transpose());
}

/** Rounding leaves a product a little unsymmetric, which would send ml-matrix down its slower, general path. */
function eigen(matrix: Matrix): EigenvalueDecomposition {
  return new EigenvalueDecomposition(matrix.clone().add(matrix.transpose()).mul(0.5), {
    assumeSymmetric: true,
  });
}
