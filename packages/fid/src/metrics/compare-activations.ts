import { checkOptions, type KnownOptions } from '@cxr/image';
import type { NdArray } from 'ndarray';
import { activationRows } from '../activation-rows.js';
import { Statistics } from '../statistics.js';
import { type FrechetTerms, frechetTerms } from './frechet-distance.js';
import { kid } from './kid.js';
import { memorisation } from './memorisation.js';
import { type Prdc, prdc } from './prdc.js';

/** Options of `compareActivations`. */
export interface CompareOptions {
  /** A neighbourhood of `prdc` reaches to the k-th nearest neighbour; at least 1. @default 5 */
  k?: number | undefined;
  /** Of the subsets of `kid`. @default 0 */
  seed?: number | undefined;
}

const OPTIONS: KnownOptions<CompareOptions> = { k: true, seed: true };

/** Every metric of two sets: FID with its term of the means, precision, recall, density and coverage, KID, and AuthPct. */
export interface Comparison extends FrechetTerms, Prdc {
  /** Mean of the Kernel Inception Distance: see `kid`. */
  kid: number;
  /** Share of authentic fakes in percent: see `memorisation`. */
  authPct: number;
}

/**
 * Every metric of two sets of activations `[n, dims]` at once. FID∞ is left out: it needs far more images than most sets have.
 *
 * @throws RangeError unless each set has more than `k` images and both the same dims, for wrong or unknown options, or for an
 * activation that is not finite.
 */
export function compareActivations(
  real: NdArray<Float32Array>,
  fake: NdArray<Float32Array>,
  options: CompareOptions = {},
): Comparison {
  checkOptions('compareActivations', options, OPTIONS);
  const { k, seed } = options;
  const shares = prdc(real, fake, { k });
  return {
    ...frechetTerms(Statistics.of(activationRows(real)), Statistics.of(activationRows(fake))),
    kid: kid(real, fake, { seed }).mean,
    ...shares,
    authPct: memorisation(real, fake).authPct,
  };
}
