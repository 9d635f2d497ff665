import type { NdArray } from 'ndarray';
import { activationRows } from '../activation-rows.js';
import type { Factor } from '../linalg/trace-root.js';
import { traceRootsWithout } from '../linalg/trace-root-without.js';
import { assertStatistics, Statistics } from '../statistics.js';

/** What a fake costs. */
export interface FidContribution {
  /** Row of the fake. */
  fake: number;
  /**
   * The FID minus the FID without this fake: above 0 if the score would be better without it. Fewer fakes alone raise a FID a little, so that
   * most fakes of a good set are a little below 0: it is the order that counts.
   */
  contribution: number;
}

/**
 * What each fake costs in FID, by leaving it out: exact, not a first-order estimate, and as fast as a few distances. The costliest
 * fakes come first. Costs do not add up to the FID.
 *
 * @param real of the real images
 * @param fake activations `[n, dims]`, three rows or more
 * @throws TypeError for a value of another kind; RangeError if dims differ, for fewer than three fakes or two reals, or an activation that is not finite.
 */
export function fidContributions(real: Statistics, fake: NdArray<Float32Array>): FidContribution[] {
  assertStatistics(real);
  const rows = activationRows(fake);
  const { n, dims } = rows;
  if (real.dims !== dims) throw new RangeError(`dims differ: ${real.dims} and ${dims}`);
  if (n < 3) throw new RangeError(`contributions to a FID need at least three fakes: ${n}`);
  if (real.count !== undefined && real.count < 2)
    throw new RangeError(`a covariance needs at least 2 images: ${real.count}`);
  const { mu } = Statistics.of(rows);
  const { mu: realMean } = real;
  const difference = mu.map((value, i) => value - realMean[i]!);
  const centred = Float64Array.from(rows.data, (value, i) => value - mu[i % dims]!);
  const { whole, without } = traceRootsWithout(real, scaled(centred, n), factorOf(real));
  const variance = sumOfSquares(centred) / (n - 1);
  return Array.from({ length: n }, (_, i) => {
    const d = centred.subarray(i * dims, (i + 1) * dims);
    const length = sumOfSquares(d);
    const mean = (2 * dot(difference, d) - length / (n - 1)) / (n - 1);
    const varianceWithout = ((n - 1) / (n - 2)) * (variance - (n * length) / (n - 1) ** 2);
    return { fake: i, contribution: mean + variance - varianceWithout - 2 * (whole - without[i]!) };
  }).sort((a, b) => b.contribution - a.contribution || a.fake - b.fake);
}

function factorOf(statistics: Statistics): Factor | undefined {
  const rows = statistics.centred();
  return rows && scaled(rows, rows.length / statistics.dims);
}

/** Centred rows over √(n − 1), whose Gram matrix is the covariance. */
function scaled(rows: Float64Array, n: number): Factor {
  const scale = 1 / Math.sqrt(n - 1);
  return { rows: rows.map((value) => value * scale), n };
}

const sumOfSquares = (values: Float64Array): number => dot(values, values);

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
