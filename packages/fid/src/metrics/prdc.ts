import { checkOptions, type KnownOptions } from '@cxr/image';
import type { NdArray } from 'ndarray';
import { assertSameDims, forEachDistances, kthSmallest, type Rows, toRows } from './pairwise.js';

/** Options of `prdc`. */
export interface PrdcOptions {
  /** A neighbourhood reaches to the k-th nearest neighbour; at least 1. @default 5, as in the paper */
  k?: number | undefined;
}

const OPTIONS: KnownOptions<PrdcOptions> = { k: true };

/** Shares in [0, 1]; density can be larger, and is 1 on average if both sets have the same distribution. */
export interface Prdc {
  /** Share of fakes within the reals' neighbourhoods (Kynkäänniemi et al., 2019). */
  precision: number;
  /** Share of reals within the fakes' neighbourhoods (the same). */
  recall: number;
  /** How many reals' neighbourhoods a fake lies in, over k (Naeem et al., 2020). */
  density: number;
  /** Share of reals whose neighbourhood holds a fake (the same). */
  coverage: number;
}

/**
 * Precision, recall, density and coverage on activations `[n, dims]`, as the prdc package computes them. A
 * neighbourhood is the ball around an image that reaches its k-th nearest neighbour in its own set.
 *
 * The order of the sets matters: precision asks whether fakes look real, recall whether all reals can be made. With the sets swapped they change
 * places, and density and coverage become others.
 *
 * @throws RangeError unless each set has more than `k` images, for wrong or unknown options, or for an activation that is not finite.
 */
export function prdc(
  real: NdArray<Float32Array>,
  fake: NdArray<Float32Array>,
  options: PrdcOptions = {},
): Prdc {
  checkOptions('prdc', options, OPTIONS);
  const { k = 5 } = options;
  if (!(Number.isSafeInteger(k) && k > 0)) throw new RangeError(`invalid k: ${k}`);
  const reals = toRows(real, k + 1);
  const fakes = toRows(fake, k + 1);
  assertSameDims(reals, fakes);
  return prdcOfRows(reals, fakes, k);
}

/** As `prdc`, of rows that are checked. */
export function prdcOfRows(reals: Rows, fakes: Rows, k: number): Prdc {
  const realRadii = radii(reals, k);
  const fakeRadii = radii(fakes, k);
  const inside = new Int32Array(fakes.n);
  let recalled = 0;
  let covered = 0;
  forEachDistances(reals, fakes, (row, distances) => {
    const radius = realRadii[row]!;
    let reached = false;
    let nearest = Number.POSITIVE_INFINITY;
    for (let j = 0; j < distances.length; j++) {
      const distance = distances[j]!;
      if (distance < radius) inside[j]!++;
      if (distance < fakeRadii[j]!) reached = true;
      if (distance < nearest) nearest = distance;
    }
    if (reached) recalled++;
    if (nearest < radius) covered++;
  });
  return {
    precision: inside.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0) / fakes.n,
    recall: recalled / reals.n,
    density: inside.reduce((sum, count) => sum + count, 0) / (k * fakes.n),
    coverage: covered / reals.n,
  };
}

/** Each row's distance to its k-th nearest neighbour; the nearest of all is itself. */
export function radii(rows: Rows, k: number): Float64Array {
  const out = new Float64Array(rows.n);
  forEachDistances(rows, rows, (row, distances) => {
    out[row] = kthSmallest(distances, k);
  });
  return out;
}
