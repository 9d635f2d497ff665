import type { NdArray } from 'ndarray';
import { medianOf } from './median.js';
import { assertSameDims, distanceOf, forEachDistances, type Rows, toRows } from './pairwise.js';

/** A fake and its nearest real image. */
export interface NearestPair {
  /** Row of the fake, and of its nearest real. */
  fake: number;
  real: number;
  /** Their Euclidean distance. */
  distance: number;
  /** That real's distance to its own nearest other real. */
  realDistance: number;
  /** distance / realDistance: below 1, the fake is nearer to the real than any other real is. Infinity if only the second is 0. */
  ratio: number;
}

/** What `memorisation` found. */
export interface Memorisation {
  /**
   * Share of authentic fakes in percent (Alaa et al., 2022; AuthPct of dgm-eval, Stein et al., 2023): those further from
   * their nearest real than that real is from its own nearest real. Copies are not authentic, but many new images are not either:
   * see `expectedUnauthenticPct`.
   */
  authPct: number;
  /** The other fakes in percent, 100 − authPct: at most as far from their nearest real as its own nearest real is. */
  unauthenticPct: number;
  /**
   * The `unauthenticPct` of independent images of the same kind, which are not copies, estimated on the reals: each in turn
   * is treated as a fake and compared with the others. An `unauthenticPct` well above it means copies; one below it means fakes
   * that differ from the reals. It is 67 % for points on a line, 62 % in a plane (Cox, 1981), 50 % in a space of many dimensions that is
   * evenly filled, and less if a few reals are the nearest of many images: for 600 chest X-rays 44 % at 64 dims, 28 % at 768.
   */
  expectedUnauthenticPct: number;
  /** Number of fakes whose activations all equal those of a real. */
  duplicates: number;
  /** Median distance of a fake to its nearest real, and of a real to its nearest other real. */
  medianFakeToReal: number;
  medianRealToReal: number;
  /** One a fake, the most suspicious first. */
  pairs: NearestPair[];
}

/**
 * Whether fakes are copies of the images they were trained on: each fake's nearest real, beside how near reals are to
 * each other. `real` must be the training set; all activations are `[n, dims]`.
 *
 * No measure of this kind detects memorisation reliably (Stein et al., "Exposing flaws of generative model evaluation metrics", 2023, who compared them on
 * generators known to copy): AuthPct also falls with mere quality. Look at the nearest `pairs`.
 *
 * @throws RangeError for fewer than two reals, no fake, or an activation that is not finite.
 */
export function memorisation(real: NdArray<Float32Array>, fake: NdArray<Float32Array>): Memorisation {
  const reals = toRows(real, 2);
  const fakes = toRows(fake, 1);
  assertSameDims(reals, fakes);
  const among = nearest(reals, reals);
  const pairs = nearest(fakes, reals).map(({ index, distance }, row) => {
    const realDistance = among[index]!.distance;
    return { fake: row, real: index, distance, realDistance, ratio: ratioOf(distance, realDistance) };
  });
  const unauthentic = percent(pairs, ({ distance, realDistance }) => distance <= realDistance);
  return {
    authPct: 100 - unauthentic,
    unauthenticPct: unauthentic,
    // Each real treated as a fake: it counts if its nearest real has no nearer neighbour.
    expectedUnauthenticPct: percent(among, ({ index, distance }) => distance <= among[index]!.distance),
    duplicates: pairs.filter(({ distance }) => distance === 0).length,
    medianFakeToReal: medianOf(pairs.map(({ distance }) => distance)),
    medianRealToReal: medianOf(among.map(({ distance }) => distance)),
    pairs: pairs.sort((a, b) => a.ratio - b.ratio || a.fake - b.fake),
  };
}

/** If the real has an equal, its distance to it is 0, and only a fake that also equals it is a copy. */
function ratioOf(distance: number, realDistance: number): number {
  if (realDistance > 0) return distance / realDistance;
  return distance === 0 ? 0 : Number.POSITIVE_INFINITY;
}

function percent<T>(items: readonly T[], test: (item: T) => boolean): number {
  return (100 * items.filter(test).length) / items.length;
}

/** Each row's nearest row of `others`, other than itself. */
function nearest(rows: Rows, others: Rows): { index: number; distance: number }[] {
  const out: { index: number; distance: number }[] = [];
  forEachDistances(rows, others, (row, distances) => {
    let index = -1;
    for (let j = 0; j < distances.length; j++) {
      if (rows === others && j === row) continue;
      if (index < 0 || distances[j]! < distances[index]!) index = j;
    }
    out.push({ index, distance: distanceOf(rows, row, others, index) });
  });
  return out;
}
