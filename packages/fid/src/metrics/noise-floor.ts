import { checkOptions, createRng, type KnownOptions, shuffle } from '@cxr/image';
import type { NdArray } from 'ndarray';
import { activationRows } from '../activation-rows.js';
import { Statistics } from '../statistics.js';
import { frechetDistance } from './frechet-distance.js';

/** Options of `noiseFloor`. */
export interface NoiseFloorOptions {
  /** Random splits, at least 1. @default 20; fewer, but at least 3, if 20 would take longer than about five seconds */
  splits?: number | undefined;
  /** Of the splits and of the bootstrap. @default 0 */
  seed?: number | undefined;
}

const OPTIONS: KnownOptions<NoiseFloorOptions> = { splits: true, seed: true };

/** The FID that a set has with itself. */
export interface NoiseFloor {
  /** Mean FID between two random halves of the set. */
  fid: number;
  /** 95 % bootstrap interval of that mean, over the splits: the 2.5th and 97.5th percentile of 1000 resampled means. */
  low: number;
  high: number;
  /** Random splits used. */
  splits: number;
  /** Images that were split. */
  n: number;
}

const MAX_SPLITS = 20;
const MIN_SPLITS = 3;
const RESAMPLES = 1000;
/** Multiplications of all splits together, which by default bound their number: about five seconds. */
const BUDGET = 40e9;

/**
 * The FID of a set with itself at this number of images: the mean distance between random halves. A score below it says
 * nothing. Each half has half of the images, so the value is a little above that of two whole sets of this size.
 * `activations` is `[n, dims]`.
 *
 * @throws RangeError for fewer than four images, wrong or unknown options, or an activation that is not finite.
 */
export function noiseFloor(activations: NdArray<Float32Array>, options: NoiseFloorOptions = {}): NoiseFloor {
  checkOptions('noiseFloor', options, OPTIONS);
  const rows = activationRows(activations);
  const { n, dims } = rows;
  if (n < 4) throw new RangeError(`a noise floor needs at least four images: ${n}`);
  const { splits = defaultSplits(n, dims), seed = 0 } = options;
  if (!(Number.isSafeInteger(splits) && splits > 0))
    throw new RangeError(`invalid number of splits: ${splits}`);
  const indices = Array.from({ length: n }, (_, i) => i);
  const distances = Array.from({ length: splits }, (_, i) => {
    const order = shuffle(indices, createRng(seed, i));
    const half = (part: readonly number[]) => Statistics.of(rows.take(part));
    return frechetDistance(half(order.slice(0, n >> 1)), half(order.slice(n >> 1)));
  });
  return { fid: mean(distances), ...interval(distances, seed), splits, n };
}

function defaultSplits(n: number, dims: number): number {
  const rank = Math.min(n / 2, dims);
  const once = n * rank * dims + 2 * rank ** 3;
  return Math.max(MIN_SPLITS, Math.min(MAX_SPLITS, Math.floor(BUDGET / once)));
}

/** The 2.5th and 97.5th percentile of the means of resampled lists. */
function interval(values: readonly number[], seed: number): { low: number; high: number } {
  const rng = createRng(seed, values.length, RESAMPLES);
  const means = Array.from({ length: RESAMPLES }, () =>
    mean(values.map(() => values[rng.integer(values.length)]!)),
  );
  means.sort((a, b) => a - b);
  return { low: means[Math.floor(0.025 * RESAMPLES)]!, high: means[Math.ceil(0.975 * RESAMPLES) - 1]! };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
