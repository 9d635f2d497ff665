import { checkOptions, createRng, type KnownOptions, shuffle } from '@cxr/image';
import type { NdArray } from 'ndarray';
import { forEachProducts, type Rows, takeRows, toRows } from './pairwise.js';

/** Options of `kid`. */
export interface KidOptions {
  /** Random subsets, at least 1. @default 100, as in torch-fidelity */
  subsets?: number | undefined;
  /** Images of each set in a subset, at least 2. @default 1000, as in torch-fidelity, or all where there are fewer */
  subsetSize?: number | undefined;
  /** Of the kernel (gamma · x·y + coef0)^degree; a whole number from 1. @default 3 */
  degree?: number | undefined;
  /** Above 0. @default 1 / dims */
  gamma?: number | undefined;
  /** From 0. @default 1 */
  coef0?: number | undefined;
  /** Of the subsets. @default 0 */
  seed?: number | undefined;
}

const OPTIONS: KnownOptions<KidOptions> = {
  subsets: true,
  subsetSize: true,
  degree: true,
  gamma: true,
  coef0: true,
  seed: true,
};

/** The kernel's numbers. */
interface Kernel {
  degree: number;
  gamma: number;
  coef0: number;
}

/** A KID over random subsets. */
export interface Kid {
  /** Over the subsets; a little below 0 is possible. */
  mean: number;
  /** Standard deviation over the subsets. */
  std: number;
  /** Subsets used: 1 where each would be the whole of both sets. */
  subsets: number;
  /** Images of each set in a subset. */
  subsetSize: number;
}

/**
 * Kernel Inception Distance (Bińkowski et al., 2018): the unbiased estimate of the squared maximum mean discrepancy
 * under the kernel (x·y / dims + 1)³, or another polynomial, over seeded random subsets. Unlike a FID it does not grow as images get fewer;
 * it may be a little below zero. `a` and `b` are activations `[n, dims]`.
 *
 * @throws RangeError for wrong or unknown options, fewer than two images, a subset larger than a set, or an activation that is not finite.
 */
export function kid(a: NdArray<Float32Array>, b: NdArray<Float32Array>, options: KidOptions = {}): Kid {
  checkOptions('kid', options, OPTIONS);
  const x = toRows(a, 2);
  const y = toRows(b, 2);
  const { subsets = 100, seed = 0 } = options;
  const subsetSize = options.subsetSize ?? Math.min(1000, x.n, y.n);
  if (!(Number.isSafeInteger(subsetSize) && subsetSize >= 2 && subsetSize <= Math.min(x.n, y.n)))
    throw new RangeError(`invalid subset size: ${subsetSize}`);
  if (!(Number.isSafeInteger(subsets) && subsets > 0))
    throw new RangeError(`invalid number of subsets: ${subsets}`);
  const kernel = checkKernel(options, x.dims);
  const values: number[] = [];
  // Subsets that are the whole of both sets would all be the same.
  const whole = subsetSize === x.n && subsetSize === y.n;
  for (let i = 0; i < (whole ? 1 : subsets); i++) {
    values.push(discrepancy(draw(x, subsetSize, seed, i, 0), draw(y, subsetSize, seed, i, 1), kernel));
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, std: Math.sqrt(variance), subsets: values.length, subsetSize };
}

function draw(rows: Rows, size: number, seed: number, subset: number, set: number): Rows {
  // The whole set in any order: no copy of it.
  if (size === rows.n) return rows;
  const order = shuffle(
    Array.from({ length: rows.n }, (_, i) => i),
    createRng(seed, subset, set),
  );
  return takeRows(rows, order.slice(0, size));
}

/** The kernel that the options say. @throws RangeError for invalid ones. */
export function checkKernel(
  { degree = 3, gamma, coef0 = 1 }: Pick<KidOptions, 'degree' | 'gamma' | 'coef0'>,
  dims: number,
): Kernel {
  const kernel = { degree, gamma: gamma ?? 1 / dims, coef0 };
  if (!(Number.isSafeInteger(degree) && degree > 0)) throw new RangeError(`invalid degree: ${degree}`);
  if (!(kernel.gamma > 0 && Number.isFinite(kernel.gamma))) throw new RangeError(`invalid gamma: ${gamma}`);
  if (!(coef0 >= 0 && Number.isFinite(coef0))) throw new RangeError(`invalid coef0: ${coef0}`);
  return kernel;
}

function discrepancy(x: Rows, y: Rows, kernel: Kernel): number {
  const m = x.n;
  const within = kernelSum(x, x, kernel) + kernelSum(y, y, kernel);
  return within / (m * (m - 1)) - (2 * kernelSum(x, y, kernel)) / (m * m);
}

/** The kernel summed over all pairs; of a set with itself without the pairs of an image with itself. */
function kernelSum(x: Rows, y: Rows, { degree, gamma, coef0 }: Kernel): number {
  let sum = 0;
  forEachProducts(x, y, (row, products) => {
    for (let j = 0; j < products.length; j++) {
      if (x !== y || j !== row) sum += (products[j]! * gamma + coef0) ** degree;
    }
  });
  return sum;
}
