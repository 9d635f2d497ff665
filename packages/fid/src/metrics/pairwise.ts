import type { NdArray } from 'ndarray';
import { Workspace } from '../linalg/workspace.js';

/** Activations `[n, dims]` as float64 rows. */
export interface Rows {
  data: Float64Array;
  n: number;
  dims: number;
}

/** @throws RangeError unless `activations` is `[n, dims]` with at least `least` rows. */
export function toRows(activations: NdArray<Float32Array>, least: number): Rows {
  const [n = 0, dims = 0] = activations.shape;
  if (activations.shape.length !== 2 || n < least || dims < 1) {
    throw new RangeError(`activations must be [n, dims] with n at least ${least}: [${activations.shape}]`);
  }
  const data = new Float64Array(n * dims);
  for (let i = 0, at = 0; i < n; i++) for (let j = 0; j < dims; j++) data[at++] = activations.get(i, j);
  return { data, n, dims };
}

/** The rows at `indices`, in that order. */
export function takeRows({ data, dims }: Rows, indices: readonly number[]): Rows {
  const taken = new Float64Array(indices.length * dims);
  indices.forEach((index, i) => {
    taken.set(data.subarray(index * dims, (index + 1) * dims), i * dims);
  });
  return { data: taken, n: indices.length, dims };
}

/** @throws RangeError unless both have the same dims. */
export function assertSameDims(a: Rows, b: Rows): void {
  if (a.dims !== b.dims) throw new RangeError(`dims differ: ${a.dims} and ${b.dims}`);
}

/** Rows of `a` at a time: it bounds the memory, 2 kB × the rows of `b`. */
const BLOCK = 256;

/** Calls `use` with each row index of `a` and that row's scalar products with all rows of `b`, `[b.n]`. */
export function forEachProducts(a: Rows, b: Rows, use: (row: number, products: Float64Array) => void): void {
  assertSameDims(a, b);
  const { dims } = a;
  const space = new Workspace();
  const scratch = space.allocate(space.linalg.gemmScratch());
  const right = space.put(b.data);
  const left = space.allocate(8 * BLOCK * dims);
  const out = space.allocate(8 * BLOCK * b.n);
  for (let start = 0; start < a.n; start += BLOCK) {
    const rows = Math.min(BLOCK, a.n - start);
    space.floats(left, rows * dims).set(a.data.subarray(start * dims, (start + rows) * dims));
    const products = space.floats(out, rows * b.n).fill(0);
    space.linalg.gemm(rows, b.n, dims, left, dims, 1, right, dims, 1, out, b.n, 1, false, scratch);
    for (let i = 0; i < rows; i++) use(start + i, products.subarray(i * b.n, (i + 1) * b.n));
  }
}

/** Calls `use` with each row index of `a` and that row's Euclidean distances to all rows of `b`, `[b.n]`. */
export function forEachDistances(
  a: Rows,
  b: Rows,
  use: (row: number, distances: Float64Array) => void,
): void {
  const squaresA = squares(a);
  const squaresB = a === b ? squaresA : squares(b);
  forEachProducts(a, b, (row, products) => {
    for (let j = 0; j < products.length; j++) {
      const square = squaresA[row]! + squaresB[j]! - 2 * products[j]!;
      // Equal rows may come out a rounding below nothing.
      products[j] = a === b && j === row ? 0 : Math.sqrt(Math.max(0, square));
    }
    use(row, products);
  });
}

function squares({ data, n, dims }: Rows): Float64Array {
  const out = new Float64Array(n);
  for (let i = 0; i < data.length; i++) out[Math.floor(i / dims)]! += data[i]! ** 2;
  return out;
}

/** The smallest value but `k`: 0 for the smallest. */
export function kthSmallest(values: Float64Array, k: number): number {
  return values.slice().sort()[k]!;
}
