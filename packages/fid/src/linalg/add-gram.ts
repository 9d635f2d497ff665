import { transposed, Workspace } from './workspace.js';

/** Adds the Gram matrix xᵀx of `x` `[n, dims]` to the upper triangle of `sum` `[dims, dims]`. */
export function addGram(sum: Float64Array, x: Float64Array, n: number, dims: number): void {
  const space = new Workspace();
  const from = transposed(space.put(x), dims);
  const to = space.put(sum);
  space.multiply([dims, dims, n], from, from, to, { upper: true });
  sum.set(space.floats(to, sum.length));
}
