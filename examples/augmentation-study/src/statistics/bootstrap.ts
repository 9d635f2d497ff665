import { createRng, type Rng } from '@cxr/image';
import { groupBy } from '../group-by.js';

/** An interval of a value, with the value itself. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The share `q` of a list by linear interpolation, as NumPy's `quantile`. */
export function quantile(values: ArrayLike<number>, q: number): number {
  const sorted = Float64Array.from(values).sort();
  const at = q * (sorted.length - 1);
  const below = Math.floor(at);
  const next = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return sorted[below]! + (at - below) * (next - sorted[below]!);
}

/**
 * Draws whole patients again with replacement, the same number of each class, and says how often each image then counts. All
 * images of a patient come and go together: they are not independent.
 * @param patients a number for each image's patient, `[n]`.
 * @param labels the class of each image; a patient counts for the class of the first of theirs.
 * @returns `resamples` lists of weights `[n]`.
 */
export function resamplePatients(
  patients: ArrayLike<number>,
  labels: ArrayLike<number>,
  resamples: number,
  seed: number,
): Uint16Array[] {
  const images = groupBy(Array.from(patients).keys(), (i) => patients[i]!);
  const strata = groupBy(images.values(), ([first]) => labels[first!]!);
  return Array.from({ length: resamples }, (_, b) => {
    const rng = createRng(seed, b);
    const weights = new Uint16Array(patients.length);
    for (const groups of strata.values()) {
      for (let i = 0; i < groups.length; i++) {
        for (const index of groups[rng.integer(groups.length)]!) weights[index]!++;
      }
    }
    return weights;
  });
}

/**
 * The mean of a value over training runs, with the percentile interval of a bootstrap over runs and patients together: in each of
 * the resamples whole subsets of training images (and the runs within them), and the patients tested on, are drawn again.
 * @param values the value of each run under each resample of patients: `values[run][resample]`.
 * @param whole the value of each run on the images as they are.
 * @param subsets which subset of training images each run had.
 * @param level of the interval. @default 0.95
 */
export function bootstrapMean(
  values: readonly ArrayLike<number>[],
  whole: readonly number[],
  subsets: readonly number[],
  seed: number,
  level = 0.95,
): Interval {
  const groups = [...new Set(subsets)].map((subset) =>
    subsets.flatMap((one, run) => (one === subset ? [run] : [])),
  );
  const means = Array.from({ length: values[0]?.length ?? 0 }, (_, b) => {
    const rng = createRng(seed, b, 1);
    const drawn = groups.flatMap(() => again(groups[rng.integer(groups.length)]!, rng));
    return drawn.reduce((sum, run) => sum + values[run]![b]!, 0) / drawn.length;
  });
  const value = whole.reduce((sum, one) => sum + one, 0) / whole.length;
  const tail = (1 - level) / 2;
  return { value, low: quantile(means, tail), high: quantile(means, 1 - tail) };
}

function again<T>(items: readonly T[], rng: Rng): T[] {
  return items.map(() => items[rng.integer(items.length)]!);
}
