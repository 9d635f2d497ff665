import { createRng, shuffle } from '@cxr/image';

/** `n` rows drawn with replacement: resample `index` of the set `set`. */
export function drawRows(n: number, seed: number, index: number, set: number): number[] {
  const rng = createRng(seed, index, set);
  return Array.from({ length: n }, () => rng.integer(n));
}

/** Half of `n` rows, each at most once, in no order. */
export function drawHalf(n: number, seed: number, index: number, set: number): number[] {
  const rows = shuffle(
    Array.from({ length: n }, (_, i) => i),
    createRng(seed, index, set, 2),
  );
  return rows.slice(0, n >> 1);
}

/** A metric and how far it may be from this value by the choice of images alone. */
export interface Interval {
  /** Of the whole sets. */
  value: number;
  /** Standard deviation over the resamples. */
  std: number;
  /** Mean over the resamples minus `value`: what resampling itself adds. */
  bias: number;
  /** 95 % interval: the 2.5th and 97.5th percentile of the resamples, minus `bias`. */
  low: number;
  high: number;
}

/** The interval of a value by its resamples. */
export function intervalOf(value: number, resamples: readonly number[]): Interval {
  const n = resamples.length;
  const mean = resamples.reduce((sum, one) => sum + one, 0) / n;
  const variance = resamples.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (n - 1);
  const bias = mean - value;
  const sorted = [...resamples].sort((a, b) => a - b);
  const [low, high] = [0.025, 0.975].map((share) => percentile(sorted, share) - bias) as [number, number];
  return { value, std: Math.sqrt(variance), bias, low, high };
}

/** Of sorted values, linear between two as NumPy's default is. */
function percentile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (at - below) * (sorted[above]! - sorted[below]!);
}
