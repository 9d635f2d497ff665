import type { NdArray } from 'ndarray';
import { assertSameDims, forEachDistances, type Rows, toRows } from './pairwise.js';

/** A fake and the real image it is nearest to. */
export interface NearestPair {
  /** Row of the fake, and of its nearest real. */
  fake: number;
  real: number;
  /** Their Euclidean distance. */
  distance: number;
  /** That real's distance to its own nearest other real. */
  realDistance: number;
  /** distance / realDistance: below 1, the fake is nearer to the real than any other real is. */
  ratio: number;
}

export interface Memorisation {
  /**
   * Share of authentic fakes in percent (Alaa et al., 2022): those further from their nearest real than that is from
   * its own nearest real. About 50 is what new images of the same kind have; near 0 the fakes are copies.
   */
  authPct: number;
  /** Share of fakes nearer to a real than reals are to each other, in percent: the rest. */
  copiesPct: number;
  /** Fakes that are the same as a real in every activation. */
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
 * @throws RangeError for fewer than two reals or no fake.
 */
export function memorisation(real: NdArray<Float32Array>, fake: NdArray<Float32Array>): Memorisation {
  const reals = toRows(real, 2);
  const fakes = toRows(fake, 1);
  assertSameDims(reals, fakes);
  const among = nearest(reals, reals).map(({ distance }) => distance);
  const pairs = nearest(fakes, reals).map(({ index, distance }, row) => {
    const realDistance = among[index]!;
    // Two equal reals leave no measure: a fake that equals them is a copy all the same.
    const ratio =
      realDistance === 0 ? (distance === 0 ? 0 : Number.POSITIVE_INFINITY) : distance / realDistance;
    return { fake: row, real: index, distance, realDistance, ratio };
  });
  const authentic = pairs.filter(({ distance, realDistance }) => distance > realDistance).length;
  const authPct = (100 * authentic) / fakes.n;
  return {
    authPct,
    copiesPct: 100 - authPct,
    duplicates: pairs.filter(({ distance }) => distance === 0).length,
    medianFakeToReal: median(pairs.map(({ distance }) => distance)),
    medianRealToReal: median(among),
    pairs: pairs.sort((a, b) => a.ratio - b.ratio || a.fake - b.fake),
  };
}

/** Each row's nearest row of `others`, itself apart. */
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

/** From differences: the distance from scalar products that found the nearest is not quite 0 between copies. */
function distanceOf(a: Rows, i: number, b: Rows, j: number): number {
  let sum = 0;
  for (let k = 0; k < a.dims; k++) sum += (a.data[i * a.dims + k]! - b.data[j * b.dims + k]!) ** 2;
  return Math.sqrt(sum);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
