import { studentCdf, studentQuantile } from './student-t.js';

/** What a paired difference is computed from. */
export interface PairedOptions {
  /** The difference of each run to its partner: the same subset of training images and the same seed. */
  readonly differences: readonly number[];
  /** Which subset of training images each run had. */
  readonly subsets: readonly number[];
  /** The mean difference under each resample of the patients tested on, see `resamplePatients`. */
  readonly resampled: ArrayLike<number>;
  /** Differences that are looked at together: the level of each interval is divided by it (Bonferroni). @default 1 */
  readonly comparisons?: number | undefined;
  /** Probability that all intervals hold. @default 0.95 */
  readonly level?: number | undefined;
}

/** A mean paired difference with its simultaneous interval. */
export interface PairedDifference {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Of the mean: both sources together. */
  readonly standardError: number;
  /** The part of the variance of the mean that more training runs would lower; NaN if one run says nothing about it. */
  readonly runsVariance: number;
  /** The part that only more patients to test on would lower. */
  readonly patientsVariance: number;
  /** Degrees of freedom by Satterthwaite's approximation. */
  readonly df: number;
  /** Two-sided, times the number of comparisons, at most 1. */
  readonly p: number;
  /** What varied between the runs: subsets of training images, only seeds on one subset, or nothing (a single run). */
  readonly over: 'subsets' | 'seeds' | 'nothing';
}

/**
 * The mean difference over runs. Its variance is the sum of two parts: that between runs (between the means of the subsets where
 * there are several, since runs on one subset are no new evidence about others), and that between patients tested on, by bootstrap. The
 * interval uses Student's t at Satterthwaite's degrees of freedom; patients count as many. The second part contains
 * some of the first's, so the interval is rather too wide than too narrow.
 */
export function pairedDifference(options: PairedOptions): PairedDifference {
  const { differences, subsets, resampled, comparisons = 1, level = 0.95 } = options;
  const units = unitsOf(differences, subsets);
  const value = mean(units.means);
  const runsVariance = units.means.length > 1 ? variance(units.means) / units.means.length : Number.NaN;
  const patientsVariance = variance(Array.from(resampled));
  const known = Number.isNaN(runsVariance) ? 0 : runsVariance;
  const total = known + patientsVariance;
  const df = known > 0 ? (total / known) ** 2 * (units.means.length - 1) : Number.POSITIVE_INFINITY;
  const standardError = Math.sqrt(total);
  const half = studentQuantile(1 - (1 - level) / comparisons / 2, df) * standardError;
  const single =
    standardError > 0 ? 2 * studentCdf(-Math.abs(value) / standardError, df) : value === 0 ? 1 : 0;
  return {
    value,
    low: value - half,
    high: value + half,
    standardError,
    runsVariance,
    patientsVariance,
    df,
    p: Math.min(1, single * comparisons),
    over: units.over,
  };
}

function unitsOf(
  differences: readonly number[],
  subsets: readonly number[],
): { means: number[]; over: PairedDifference['over'] } {
  const names = [...new Set(subsets)];
  if (names.length === 1) {
    return { means: [...differences], over: differences.length > 1 ? 'seeds' : 'nothing' };
  }
  const means = names.map((name) => mean(differences.filter((_, run) => subsets[run] === name)));
  return { means, over: 'subsets' };
}

/** The mean of a list. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The sample variance of a list (divided by n − 1). */
export function variance(values: readonly number[]): number {
  const center = mean(values);
  return values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1);
}
