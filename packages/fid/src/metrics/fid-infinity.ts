import { createRng, shuffle } from '@cxr/image';
import ndarray, { type NdArray } from 'ndarray';
import { Statistics } from '../statistics.js';
import { frechetDistance } from './frechet-distance.js';

export interface FidInfinityOptions {
  /** Sample sizes, evenly from a tenth of the fakes to all of them, as the paper has 5,000 to 50,000. Default 15, as there. */
  points?: number;
  /** Default 0. */
  seed?: number;
}

export interface FidInfinity {
  /** The line at 1 / N = 0. */
  value: number;
  /** What it was drawn through. */
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
 * @throws RangeError for fewer than 20 fakes or fewer than two points.
 */
export function fidInfinity(
  real: Statistics,
  fake: NdArray<Float32Array>,
  options: FidInfinityOptions = {},
): FidInfinity {
  const { points = 15, seed = 0 } = options;
  const [n = 0] = fake.shape;
  if (!(Number.isSafeInteger(points) && points >= 2))
    throw new RangeError(`invalid number of points: ${points}`);
  if (n < 20) throw new RangeError(`FID∞ needs at least 20 fakes: ${n}`);
  const least = Math.max(2, Math.round(n / 10));
  const measured = Array.from({ length: points }, (_, i) => {
    const size = Math.floor(least + ((n - least) * i) / (points - 1));
    return { n: size, fid: frechetDistance(real, Statistics.of(sample(fake, size, createRng(seed, i)))) };
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

/** `size` rows drawn without replacement. */
function sample(
  activations: NdArray<Float32Array>,
  size: number,
  rng: ReturnType<typeof createRng>,
): NdArray<Float32Array> {
  const [n = 0] = activations.shape;
  const order = shuffle(
    Array.from({ length: n }, (_, i) => i),
    rng,
  );
  return selectRows(activations, order.slice(0, size));
}

/** The rows at `indices`, in that order. */
export function selectRows(
  activations: NdArray<Float32Array>,
  indices: readonly number[],
): NdArray<Float32Array> {
  const dims = activations.shape[1]!;
  const data = new Float32Array(indices.length * dims);
  let at = 0;
  for (const index of indices) for (let j = 0; j < dims; j++) data[at++] = activations.get(index, j);
  return ndarray(data, [indices.length, dims]);
}
