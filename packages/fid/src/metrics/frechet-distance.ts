import { checkOptions, type KnownOptions } from '@cxr/image';
import {
  type Factor,
  traceRootOfCovariances,
  traceRootOfFactorAndCovariance,
  traceRootOfFactors,
} from '../linalg/trace-root.js';
import { traceRootByEigen } from '../linalg/trace-root-eigen.js';
import { assertStatistics, type Statistics } from '../statistics.js';

/**
 * How tr √(ΣₐΣᵦ) is computed; the distance is the same.
 * - `factors`: from a factor of the smaller rank, in WebAssembly SIMD.
 * - `eigen`: matrix square roots by ml-matrix's eigendecompositions, to check the other. It takes minutes at 2048 dims, and has
 *   half of the digits if a covariance is rank-deficient.
 */
export type FrechetMethod = 'factors' | 'eigen';

/** All methods, the default first. */
export const FRECHET_METHODS: readonly FrechetMethod[] = ['factors', 'eigen'];

/** Options of `frechetDistance`. */
export interface FrechetDistanceOptions {
  /** How tr √(ΣₐΣᵦ) is computed. @default 'factors' */
  method?: FrechetMethod | undefined;
}

const OPTIONS: KnownOptions<FrechetDistanceOptions> = { method: true };

/** A Fréchet distance and its part that comes from the means. */
export interface FrechetTerms {
  /** The Fréchet distance, never negative. */
  fid: number;
  /** ‖μₐ − μᵦ‖², the squared distance of the means. The rest of `fid` is the difference of the covariances. */
  meanTerm: number;
  /** meanTerm / fid, 0 to 1; 0 if `fid` is 0. */
  meanShare: number;
}

/**
 * The Fréchet distance of two normal distributions with these means and covariances (Dowson and Landau, 1982; for
 * images Heusel et al., 2017): ‖μₐ − μᵦ‖² + tr Σₐ + tr Σᵦ − 2 tr √(ΣₐΣᵦ). Never negative.
 *
 * Covariances may be rank-deficient: nothing is added to make them invertible. If a set has no more images than dims and its
 * activations are known, the work depends on the number of images, not on dims.
 *
 * @throws TypeError for an argument that is not `Statistics`; RangeError if the dims differ, one has fewer than two images, the
 * method or an option is unknown, or the distance is not finite (values near the limits of float64).
 */
export function frechetDistance(a: Statistics, b: Statistics, options: FrechetDistanceOptions = {}): number {
  checkOptions('frechetDistance', options, OPTIONS);
  return termsOf(a, b, options).fid;
}

/**
 * As `frechetDistance`, with the part of the distance that comes from the means: a large share means that all images differ from
 * the reals in the same way (brightness, sharpness, a pattern), a small one that they vary in another way.
 *
 * @throws as `frechetDistance`.
 */
export function frechetTerms(
  a: Statistics,
  b: Statistics,
  options: FrechetDistanceOptions = {},
): FrechetTerms {
  checkOptions('frechetTerms', options, OPTIONS);
  return termsOf(a, b, options);
}

function termsOf(a: Statistics, b: Statistics, { method = 'factors' }: FrechetDistanceOptions): FrechetTerms {
  if (!FRECHET_METHODS.includes(method)) {
    throw new RangeError(`method must be one of ${FRECHET_METHODS.join(', ')}: ${method}`);
  }
  assertStatistics(a);
  assertStatistics(b);
  if (a.dims !== b.dims) throw new RangeError(`dims differ: ${a.dims} and ${b.dims}`);
  const [x, y] = [sideOf(a, method), sideOf(b, method)];
  let meanTerm = 0;
  const { mu } = b;
  a.mu.forEach((value, i) => {
    meanTerm += (value - mu[i]!) ** 2;
  });
  if (!(x.variance * y.variance < MAX_PRODUCT)) throw notFinite(x.variance * y.variance);
  const root = method === 'eigen' ? traceRootByEigen(a.sigma, b.sigma, a.dims) : traceRoot(x, y);
  const distance = meanTerm + x.variance + y.variance - 2 * root;
  if (!Number.isFinite(distance)) throw notFinite(distance);
  // If the two are nearly equal the terms cancel, and rounding can leave slightly less than 0, or than the mean's term.
  const fid = Math.max(0, distance);
  return { fid, meanTerm, meanShare: fid === 0 ? 0 : Math.min(1, meanTerm / fid) };
}

/** tr Σₐ · tr Σᵦ bounds the eigenvalues of the product, and the squares of these are summed. */
const MAX_PRODUCT = 1e150;

function notFinite(value: number): RangeError {
  return new RangeError(`the distance is not finite: ${value}; the activations or statistics are too large`);
}

/** What a distance needs of each set, computed once. */
interface Side {
  statistics: Statistics;
  /** tr Σ. */
  variance: number;
  /** F with Σ = FᵀF, if the activations are known. */
  factor?: Factor | undefined;
}

function sideOf(statistics: Statistics, method: FrechetMethod): Side {
  const { dims, count } = statistics;
  if (count !== undefined && count < 2)
    throw new RangeError(`a covariance needs at least 2 images: ${count}`);
  const rows = method === 'factors' ? statistics.centred() : undefined;
  let variance = 0;
  if (!rows) {
    const { sigma } = statistics;
    for (let i = 0; i < dims; i++) variance += sigma[i * dims + i]!;
    return { statistics, variance };
  }
  for (const value of rows) variance += value * value;
  const n = rows.length / dims;
  const scale = 1 / Math.sqrt(n - 1);
  for (let i = 0; i < rows.length; i++) rows[i]! *= scale;
  return { statistics, variance: variance / (n - 1), factor: { rows, n } };
}

/** tr √(ΣₐΣᵦ), by the cheapest of three ways. */
function traceRoot(a: Side, b: Side): number {
  const { dims } = a.statistics;
  if (a.factor && b.factor) return traceRootOfFactors(a.factor, b.factor, dims);
  if (a.factor) return traceRootOfFactorAndCovariance(a.factor, b.statistics.sigma, dims);
  if (b.factor) return traceRootOfFactorAndCovariance(b.factor, a.statistics.sigma, dims);
  return traceRootOfCovariances(a.statistics.sigma, b.statistics.sigma, dims);
}
