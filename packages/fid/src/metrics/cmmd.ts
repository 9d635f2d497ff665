import { checkOptions, type KnownOptions } from '@cxr/image';
import type { NdArray } from 'ndarray';
import { assertSameDims, forEachDistances, type Rows, toRows } from './pairwise.js';

/** Options of `cmmd`. */
export interface CmmdOptions {
  /** Width of the Gaussian kernel, above 0. @default 10, as in the paper */
  sigma?: number | undefined;
  /** Scales each row to length 1 first, as the paper's embeddings are. @default true */
  normalize?: boolean | undefined;
}

const OPTIONS: KnownOptions<CmmdOptions> = { sigma: true, normalize: true };

/**
 * CMMD (Jayasumana et al., "Rethinking FID: Towards a Better Evaluation Metric for Image Generation", 2024): 1000 times the squared maximum mean
 * discrepancy under the Gaussian kernel exp(−‖x − y‖² / (2 sigma²)), the biased estimate that its code uses. The paper's embeddings are
 * those of CLIP ViT-L/14 at 336 pixels (`createOnnxEngine`); of another encoder it is another metric, and of the Inception hardly one.
 * Memory is that of a block of rows.
 *
 * @throws RangeError for wrong or unknown options, different dims, a row of length 0 where rows are scaled, or an activation that is not finite.
 */
export function cmmd(
  real: NdArray<Float32Array>,
  fake: NdArray<Float32Array>,
  options: CmmdOptions = {},
): number {
  checkOptions('cmmd', options, OPTIONS);
  const { sigma = 10, normalize = true } = options;
  if (!(typeof sigma === 'number' && sigma > 0 && Number.isFinite(sigma)))
    throw new RangeError(`invalid sigma: ${sigma}`);
  if (typeof normalize !== 'boolean') throw new TypeError(`normalize must be true or false: ${normalize}`);
  const [x, y] = [real, fake].map((rows) => (normalize ? unitRows(toRows(rows, 1)) : toRows(rows, 1))) as [
    Rows,
    Rows,
  ];
  assertSameDims(x, y);
  const gamma = 1 / (2 * sigma * sigma);
  return 1000 * (meanKernel(x, x, gamma) + meanKernel(y, y, gamma) - 2 * meanKernel(x, y, gamma));
}

/** Minus 1, so that kernels near 1 keep their digits in the difference. */
function meanKernel(x: Rows, y: Rows, gamma: number): number {
  let sum = 0;
  forEachDistances(x, y, (_, distances) => {
    for (const distance of distances) sum += Math.expm1(-gamma * distance * distance);
  });
  return sum / (x.n * y.n);
}

/** Each row over its length. @throws RangeError for a row of zeros. */
export function unitRows({ data, n, dims }: Rows): Rows {
  const out = data.slice();
  for (let i = 0; i < n; i++) {
    const row = out.subarray(i * dims, (i + 1) * dims);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    if (length === 0) throw new RangeError(`activations of image ${i} are all 0 and have no direction`);
    for (let k = 0; k < dims; k++) row[k]! /= length;
  }
  return { data: out, n, dims };
}
