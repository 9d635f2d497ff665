import { tridiagonalEigenvalues } from './tridiagonal-eigenvalues.js';
import { rowMajor, transposed, Workspace } from './workspace.js';

/** The eigenvalues of X Xᵀ that are not 0 for their size alone: those of the smaller of X Xᵀ and Xᵀ X. */
export function eigenvaluesOfGram({
  data,
  n,
  dims,
}: {
  data: Float64Array;
  n: number;
  dims: number;
}): Float64Array {
  const space = new Workspace();
  const at = space.put(data);
  const [size, inner, rows] = n <= dims ? [n, dims, rowMajor(at, dims)] : [dims, n, transposed(at, dims)];
  const gram = space.allocate(8 * size * size);
  space.multiply([size, size, inner], rows, rows, gram, { upper: true });
  const [d, e] = [space.allocate(8 * size), space.allocate(8 * size)];
  const scratch = space.allocate(space.linalg.tridiagonalScratch(size));
  space.linalg.tridiagonalize(size, gram, d, e, scratch);
  return tridiagonalEigenvalues(space.floats(d, size).slice(), space.floats(e, size - 1).slice());
}
