import { createRng, shuffle } from '@cxr/image';
import type { NdArray } from 'ndarray';
import { activationRows } from '../activation-rows.js';
import { Statistics } from '../statistics.js';
import { frechetDistance } from './frechet-distance.js';

export interface FidInfinityOptions {
  /** Sample sizes, evenly from a tenth of the fakes to all of them (the paper's are 5,000 to 50,000). @default 15, as there */
  points?: number | undefined;
  /** @default 0 */
  seed?: number | undefined;
}

export interface FidInfinity {
  /** The line at 1 / N = 0. */
  value: number;
  /** What the line was drawn through. */
  points: { n: number; fid: number }[];
}

/**
 * FID∞ (Chong and Forsyth, "Effectively Unbiased FID and Inception Score and Where to Find Them", 2020; the sample sizes
 * and the line are those of their code, github.com/mchong6/FID_IS_infinity): a FID is biased by about a constant over N,
 * so that a line through the FIDs of subsets, over 1 / N, meets the axis at what infinitely many fakes would have.
 * `fake` is `[n, dims]`.
 *
 * That holds for N well above dims. With a smallest subset, a tenth of the fakes, of fewer images than dims the points
 * bend away from a line, and the value can be far too low, even below 0. The bias of the real set's N stays in it.
 *
 * @throws RangeError for fewer than 20 fakes, fewer than two points, or an activation that is not finite.
 */
export function fidInfinity(
  real: Statistics,
  fake: NdArray<Float32Array>,
  options: FidInfinityOptions = {},
): FidInfinity {
  const { points = 15, seed = 0 } = options;
  const rows = activationRows(fake);
  const { n } = rows;
  if (!(Number.isSafeInteger(points) && points >= 2))
    throw new RangeError(`invalid number of points: ${points}`);
  if (n < 20) throw new RangeError(`FID∞ needs at least 20 fakes: ${n}`);
  const indices = Array.from({ length: n }, (_, i) => i);
  const min = Math.max(2, Math.round(n / 10));
  const measured = Array.from({ length: points }, (_, i) => {
    const size = Math.floor(min + ((n - min) * i) / (points - 1));
    const drawn = shuffle(indices, createRng(seed, i)).slice(0, size);
    return { n: size, fid: frechetDistance(real, Statistics.of(rows.take(drawn))) };
  });
  return { value: interceptOverInverse(measured), points: measured };
}

/** The intercept of the least-squares line of fid over 1 / n. */
function interceptOverInverse(points: readonly { n: number; fid: number }[]): number {
  const meanX = points.reduce((sum, { n }) => sum + 1 / n, 0) / points.length;
  const meanY = points.reduce((sum, { fid }) => sum + fid, 0) / points.length;
  let xy = 0;
  let xx = 0;
  for (const { n, fid } of points) {
    xy += (1 / n - meanX) * (fid - meanY);
    xx += (1 / n - meanX) ** 2;
  }
  return meanY - (xx === 0 ? 0 : (xy / xx) * meanX);
}
