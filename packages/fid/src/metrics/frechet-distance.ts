import {
  type Factor,
  traceRootOfCovariances,
  traceRootOfFactorAndCovariance,
  traceRootOfFactors,
} from '../linalg/trace-root.js';
import type { Statistics } from '../statistics.js';

/**
 * The Fréchet distance of two normal distributions with these means and covariances (Dowson and Landau, 1982; for
 * images Heusel et al., 2017): ‖μₐ − μᵦ‖² + tr Σₐ + tr Σᵦ − 2 tr √(ΣₐΣᵦ). Never negative.
 *
 * Covariances may be rank-deficient. Where either set has no more images than dims and its activations are at hand,
 * the work is that of the smaller number, and nothing is added to a covariance to make it invertible.
 *
 * @throws RangeError when the dims differ, or one has fewer than two images.
 */
export function frechetDistance(a: Statistics, b: Statistics): number {
  if (a.dims !== b.dims) throw new RangeError(`dims differ: ${a.dims} and ${b.dims}`);
  let meanTerm = 0;
  const { mu } = b;
  a.mu.forEach((value, i) => {
    meanTerm += (value - mu[i]!) ** 2;
  });
  const distance = meanTerm + a.totalVariance() + b.totalVariance() - 2 * traceRoot(a, b);
  // The terms cancel where the two are alike; rounding may then leave a little less than nothing.
  return Math.max(0, distance);
}

/** tr √(ΣₐΣᵦ), by the cheapest of the ways. */
function traceRoot(a: Statistics, b: Statistics): number {
  const { dims } = a;
  const x = factor(a);
  const y = factor(b);
  if (x && y) return traceRootOfFactors(x, y, dims);
  if (x) return traceRootOfFactorAndCovariance(x, b.sigma, dims);
  if (y) return traceRootOfFactorAndCovariance(y, a.sigma, dims);
  return traceRootOfCovariances(a.sigma, b.sigma, dims);
}

function factor(statistics: Statistics): Factor | undefined {
  const rows = statistics.centred();
  if (!rows) return undefined;
  const n = rows.length / statistics.dims;
  const scale = 1 / Math.sqrt(n - 1);
  for (let i = 0; i < rows.length; i++) rows[i]! *= scale;
  return { rows, n };
}
