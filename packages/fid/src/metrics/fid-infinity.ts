import { checkOptions, createRng, type KnownOptions, shuffle } from '@cxr/image';
import type { NdArray } from 'ndarray';
import { activationRows } from '../activation-rows.js';
import { assertStatistics, Statistics } from '../statistics.js';
import { frechetDistance } from './frechet-distance.js';

/** Options of `fidInfinity`. */
export interface FidInfinityOptions {
  /** Number of sample sizes, at least 2, evenly from a tenth of the fakes to all (the paper: 5,000 to 50,000). @default 15, as there */
  points?: number | undefined;
  /** Of the subsets. @default 0 */
  seed?: number | undefined;
}

const OPTIONS: KnownOptions<FidInfinityOptions> = { points: true, seed: true };

/** The FID of infinitely many fakes, and the FIDs it was extrapolated from. */
export interface FidInfinity {
  /** The fitted line at 1 / N = 0. */
  value: number;
  /** The points that the line was fitted to. */
  points: { n: number; fid: number }[];
}

/**
 * FID∞ (Chong and Forsyth, "Effectively Unbiased FID and Inception Score and Where to Find Them", 2020; the sample sizes
 * and the line are those of their code, github.com/mchong6/FID_IS_infinity). The bias of a FID is about proportional to 1 / N.
 * So a line is fitted to the FIDs of subsets over 1 / N; its value at 0 is the FID of infinitely many fakes.
 * `fake` is `[n, dims]`.
 *
 * This holds for N well above dims. If the smallest subset, a tenth of the fakes, has fewer images than dims, the points do not
 * lie on a line, and the value can be far too low, even below 0. The bias from the size of the real set is not removed.
 *
 * @throws TypeError for a value of another kind; RangeError for fewer than 20 fakes, fewer than two points, unknown options, or an activation that is not finite.
 */
export function fidInfinity(
  real: Statistics,
  fake: NdArray<Float32Array>,
  options: FidInfinityOptions = {},
): FidInfinity {
  checkOptions('fidInfinity', options, OPTIONS);
  assertStatistics(real);
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
