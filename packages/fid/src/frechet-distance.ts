import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { Statistics } from './statistics.js';

export function frechetDistance(a: Statistics, b: Statistics): number {
  if (a.dims !== b.dims) throw new RangeError(`dims differ: ${a.dims} and ${b.dims}`);
  const x = a.centred();
  const y = b.centred();
  const { dims } = a;
  const X = x
    ? Matrix.from1DArray(x.length / dims, dims, x).mul(1 / Math.sqrt(x.length / dims - 1))
    : undefined;
  const Y = y
    ? Matrix.from1DArray(y.length / dims, dims, y).mul(1 / Math.sqrt(y.length / dims - 1))
    : undefined;
  const root = (g: Matrix) =>
    new EigenvalueDecomposition(g, { assumeSymmetric: true }).realEigenvalues.reduce(
      (s, v) => s + Math.sqrt(Math.max(0, v)),
      0,
    );
  const trace = (s: Statistics) => {
    let t = 0;
    for (let i = 0; i < dims; i++) t += s.sigma[i * dims + i]!;
    return t;
  };
  let middle: number;
  if (X && Y) {
    const m = X.mmul(Y.transpose());
    middle = root(m.mmul(m.transpose()));
  } else {
    const f = X ?? Y;
    const other = Matrix.from1DArray(dims, dims, (X ? b : a).sigma);
    if (f) middle = root(f.mmul(other).mmul(f.transpose()));
    else {
      const e = new EigenvalueDecomposition(Matrix.from1DArray(dims, dims, b.sigma), {
        assumeSymmetric: true,
      });
      const v = e.eigenvectorMatrix.clone();
      e.realEigenvalues.forEach((value, column) => {
        v.mulColumn(column, Math.sqrt(Math.max(0, value)));
      });
      middle = root(v.transpose().mmul(other).mmul(v));
    }
  }
  const mean = a.mu.reduce((sum, value, i) => sum + (value - b.mu[i]!) ** 2, 0);
  return Math.max(0, mean + trace(a) + trace(b) - 2 * middle);
}
