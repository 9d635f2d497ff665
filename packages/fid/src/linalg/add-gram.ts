import { Workspace } from './workspace.js';

/** Adds the Gram matrix xᵀx of `x` `[n, dims]` to the upper triangle of `sum` `[dims, dims]`. */
export function addGram(sum: Float64Array, x: Float64Array, n: number, dims: number): void {
  const space = new Workspace();
  const scratch = space.allocate(space.linalg.gemmScratch());
  const from = space.put(x);
  const to = space.put(sum);
  space.linalg.gemm(dims, dims, n, from, 1, dims, from, 1, dims, to, dims, 1, true, scratch);
  sum.set(space.floats(to, sum.length));
}
