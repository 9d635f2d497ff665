import type { NdArray } from 'ndarray';
import { type ActivationRows, activationRows } from '../activation-rows.js';
import { rowMajor, Workspace } from '../linalg/workspace.js';

/** Activations `[n, dims]` as float64 rows. */
export interface Rows {
  data: Float64Array;
  n: number;
  dims: number;
}

/** @throws as `activationRows`; RangeError for fewer than `min` rows. */
export function toRows(activations: NdArray<Float32Array> | ActivationRows, min: number): Rows {
  const { data, n, dims } = activationRows(activations);
  if (n < min || dims < 1) {
    throw new RangeError(`activations must be [n, dims] with n at least ${min}: [${n},${dims}]`);
  }
  return { data: Float64Array.from(data), n, dims };
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

/** So many rows of `a` at a time, to bound the memory: 2 kB × the rows of `b`. */
const BLOCK = 256;

/** Calls `use` with each row index of `a` and that row's scalar products with all rows of `b`, `[b.n]`. */
export function forEachProducts(a: Rows, b: Rows, use: (row: number, products: Float64Array) => void): void {
  assertSameDims(a, b);
  const { dims } = a;
  const space = new Workspace();
  const right = rowMajor(space.put(b.data), dims);
  const left = space.allocate(8 * BLOCK * dims);
  const out = space.allocate(8 * BLOCK * b.n);
  for (let start = 0; start < a.n; start += BLOCK) {
    const rows = Math.min(BLOCK, a.n - start);
    space.floats(left, rows * dims).set(a.data.subarray(start * dims, (start + rows) * dims));
    const products = space.floats(out, rows * b.n).fill(0);
    space.multiply([rows, b.n, dims], rowMajor(left, dims), right, out);
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
      // Rounding can leave the distance of equal rows a little below 0.
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

/** From differences: from scalar products, as above, the distance of copies would not be exactly 0. */
export function distanceOf(a: Rows, i: number, b: Rows, j: number): number {
  let sum = 0;
  for (let k = 0; k < a.dims; k++) sum += (a.data[i * a.dims + k]! - b.data[j * b.dims + k]!) ** 2;
  return Math.sqrt(sum);
}

/** The (k + 1)-th smallest value. */
export function kthSmallest(values: Float64Array, k: number): number {
  return values.slice().sort()[k]!;
}
