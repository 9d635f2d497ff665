import { Workspace } from './workspace.js';

/**
 * How far below 0 an eigenvalue may lie, as a share of the largest variance, for each dim: a covariance kept as float32
 * has errors of up to 2^-24 of the largest variance in each element, and those move an eigenvalue by at most dims times
 * as much. In float64 the rounding is far smaller.
 */
const EIGENVALUE_TOLERANCE = 2 ** -24;

/** NumPy's own covariance is symmetric to the last bit or two; a larger difference, as a share of the largest variance, is not rounding. */
const SYMMETRY_TOLERANCE = 1e-6;

/**
 * Refuses a matrix `[dims, dims]` that is not a covariance: its Fréchet distance to anything would be meaningless.
 * @throws RangeError when a value is not finite, or the matrix is not symmetric or not positive semidefinite.
 */
export function assertCovariance(sigma: Float64Array, dims: number): void {
  let largest = 0;
  for (let i = 0; i < dims; i++) largest = Math.max(largest, sigma[i * dims + i]!);
  let largestAnywhere = 0;
  for (let i = 0; i < dims; i++) {
    for (let j = 0; j <= i; j++) {
      const [value, mirrored] = [sigma[i * dims + j]!, sigma[j * dims + i]!];
      if (!Number.isFinite(value) || !Number.isFinite(mirrored)) {
        throw new RangeError(`the covariance is not finite: ${value} at [${i}, ${j}]`);
      }
      if (Math.abs(value - mirrored) > SYMMETRY_TOLERANCE * largest) {
        throw new RangeError(`the covariance is not symmetric: ${value} and ${mirrored} at [${i}, ${j}]`);
      }
      largestAnywhere = Math.max(largestAnywhere, Math.abs(value));
    }
  }
  if (largestAnywhere === 0) return;
  const tolerance = dims * EIGENVALUE_TOLERANCE;
  if (largest > 0 && isPositiveDefinite(sigma, dims, largest, tolerance)) return;
  throw new RangeError(
    `the covariance is not positive semidefinite: it has an eigenvalue below ${-tolerance * largest}`,
  );
}

/** Whether sigma / scale + shift · I is positive definite: whether it has a Cholesky factor of full rank. */
function isPositiveDefinite(sigma: Float64Array, dims: number, scale: number, shift: number): boolean {
  const space = new Workspace();
  const matrix = space.allocate(sigma.byteLength);
  const pivots = space.allocate(4 * dims);
  const values = space.floats(matrix, sigma.length);
  for (let i = 0; i < sigma.length; i++) values[i] = sigma[i]! / scale;
  for (let i = 0; i < dims; i++) values[i * dims + i]! += shift;
  return space.pivotedCholesky(dims, matrix, pivots, 0) === dims;
}
