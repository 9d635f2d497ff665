import type { NdArray } from 'ndarray';
import { eigenvaluesOfGram } from '../linalg/gram-eigenvalues.js';
import { unitRows } from './cmmd.js';
import { toRows } from './pairwise.js';

/**
 * The Vendi score (Friedman and Dieng, 2023): how many different images a set holds in effect, 1 if all are the same, n if no two are alike. It is the
 * exponential of the entropy of the eigenvalues of the images' cosine similarities over n. It looks at one set alone: compare a generator's with that of
 * equally many reals. `activations` is `[n, dims]`; time grows with the smaller of n and dims, cubed.
 *
 * @throws RangeError for no image, a row of zeros, or an activation that is not finite.
 */
export function vendiScore(activations: NdArray<Float32Array>): number {
  const rows = unitRows(toRows(activations, 1));
  let entropy = 0;
  for (const value of eigenvaluesOfGram(rows)) {
    const share = value / rows.n;
    if (share > 0) entropy -= share * Math.log(share);
  }
  return Math.exp(entropy);
}
