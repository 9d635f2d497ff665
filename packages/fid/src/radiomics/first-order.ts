import { entropyTerm, type Levels } from './levels.js';

/** PyRadiomics' first-order features of 8-bit values, without its deprecated standard deviation. */
export function firstOrder(values: Uint8Array, levels: Levels): Record<string, number> {
  const n = values.length;
  const sorted = values.slice().sort();
  const at = (share: number): number => percentile(sorted, share);
  const mean = meanOf(values, (x) => x);
  const energy = meanOf(values, (x) => x * x) * n;
  const moment = (power: number): number => meanOf(values, (x) => (x - mean) ** power);
  const variance = moment(2);
  const [low, high] = [at(0.1), at(0.9)];
  const inner = values.filter((x) => x >= low && x <= high);
  const innerMean = meanOf(inner, (x) => x);
  const shares = new Float64Array(levels.count + 1);
  for (const level of levels.data) shares[level]! += 1 / n;
  return {
    '10Percentile': low,
    '90Percentile': high,
    Energy: energy,
    Entropy: shares.reduce((sum, p) => sum + entropyTerm(p), 0),
    InterquartileRange: at(0.75) - at(0.25),
    Kurtosis: variance === 0 ? 0 : moment(4) / variance ** 2,
    Maximum: sorted[n - 1]!,
    MeanAbsoluteDeviation: meanOf(values, (x) => Math.abs(x - mean)),
    Mean: mean,
    Median: at(0.5),
    Minimum: sorted[0]!,
    Range: sorted[n - 1]! - sorted[0]!,
    RobustMeanAbsoluteDeviation: meanOf(inner, (x) => Math.abs(x - innerMean)),
    RootMeanSquared: Math.sqrt(energy / n),
    Skewness: variance === 0 ? 0 : moment(3) / variance ** 1.5,
    TotalEnergy: energy,
    Uniformity: shares.reduce((sum, p) => sum + p * p, 0),
    Variance: variance,
  };
}

/** 0 of no values. */
function meanOf(values: Uint8Array, of: (value: number) => number): number {
  let sum = 0;
  for (const value of values) sum += of(value);
  return sum / Math.max(1, values.length);
}

function percentile(sorted: Uint8Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!);
}
