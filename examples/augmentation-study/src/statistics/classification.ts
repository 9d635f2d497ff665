import { weightedAuc } from './auc.js';

/** What a classifier said of some images. */
export interface Predictions {
  /** `[n, classes]`, row by row, each row adding up to 1. */
  readonly probabilities: Float64Array;
  /** The true class of each image, `[n]`. */
  readonly labels: Int32Array;
  readonly classes: number;
}

/** The metrics of a classifier, in this order. */
export const METRICS = [
  'auc',
  'accuracy',
  'balancedAccuracy',
  'sensitivity',
  'specificity',
  'ece',
  'brier',
] as const;

/** One of `METRICS`. */
export type MetricName = (typeof METRICS)[number];

/**
 * Values of all metrics. Of two classes, `sensitivity` is the share of positive images that are found and `specificity` that of the
 * others. Of more, `auc`, `sensitivity` and `specificity` are means over the classes, each against the rest.
 */
export type Metrics = Readonly<Record<MetricName, number>>;

/** How predictions become decisions. */
export interface DecisionOptions {
  /** The class that is looked for, of two. @default 1 */
  readonly positive?: number | undefined;
  /** Of two classes: from this probability on, an image counts as positive. @default 0.5 */
  readonly threshold?: number | undefined;
}

/** Bins of the expected calibration error. */
const BINS = 10;

/**
 * Prepares all metrics for many weightings of the same images. The expected calibration error has ten bins of equal width, of the
 * positive class's probability (of more classes, of the largest one); the Brier score is the mean squared error of that
 * probability (of more classes, summed over them).
 * @returns a function of how often each image counts (default: once).
 */
export function weightedMetrics(
  predictions: Predictions,
  options: DecisionOptions = {},
): (weights?: ArrayLike<number>) => Metrics {
  const { classes, labels } = predictions;
  const binary = classes === 2;
  const decided = decide(predictions, options);
  const area = areaOf(predictions, options);
  const looked = binary ? [options.positive ?? 1] : Array.from({ length: classes }, (_, c) => c);
  const calibration = calibrationOf(predictions, options);
  return (weights) => {
    const counts = confusion(labels, decided, classes, weights);
    const rates = looked.map((one) => ratesOf(counts, classes, one));
    const recalls = Array.from({ length: classes }, (_, c) => ratesOf(counts, classes, c).sensitivity);
    const total = counts.reduce((sum, value) => sum + value, 0);
    const right = recalls.reduce((sum, _, c) => sum + counts[c * classes + c]!, 0);
    return {
      auc: area(weights),
      accuracy: right / total,
      balancedAccuracy: mean(recalls),
      sensitivity: mean(rates.map(({ sensitivity }) => sensitivity)),
      specificity: mean(rates.map(({ specificity }) => specificity)),
      ...calibration(weights),
    };
  };
}

/** All metrics of some predictions. */
export function classificationMetrics(predictions: Predictions, options: DecisionOptions = {}): Metrics {
  return weightedMetrics(predictions, options)();
}

/** The area under the ROC curve; with more than two classes the mean over them, each against the rest. */
export function aucOf(predictions: Predictions, options: DecisionOptions = {}): number {
  return areaOf(predictions, options)();
}

/**
 * The threshold of two classes with the best balanced accuracy on these predictions, halfway between neighbouring probabilities: to
 * be chosen on images that are neither trained nor tested on. Of equally good ones, the nearest to 0.5.
 */
export function bestThreshold(predictions: Predictions, positive = 1): number {
  const scores = column(predictions, positive);
  const truth = Array.from(predictions.labels, (label) => label === positive);
  const order = [...scores.keys()].sort((a, b) => scores[a]! - scores[b]!);
  const positives = truth.filter(Boolean).length;
  const negatives = truth.length - positives;
  let [missed, passed] = [0, 0];
  let best = { value: Number.NEGATIVE_INFINITY, threshold: 0.5 };
  const consider = (threshold: number) => {
    const value = (positives - missed) / positives + passed / negatives;
    const nearer = Math.abs(threshold - 0.5) < Math.abs(best.threshold - 0.5);
    if (value > best.value + 1e-12 || (value > best.value - 1e-12 && nearer)) best = { value, threshold };
  };
  consider(Math.min(scores[order[0]!]!, 0.5));
  for (const [at, index] of order.entries()) {
    if (truth[index]) missed++;
    else passed++;
    const next = order[at + 1];
    if (next === undefined || scores[next]! > scores[index]!) {
      const above = next === undefined ? 1 + 1e-9 : scores[next]!;
      consider((scores[index]! + above) / 2);
    }
  }
  return best.threshold;
}

function column({ probabilities, classes }: Predictions, at: number): Float64Array {
  return Float64Array.from(
    { length: probabilities.length / classes },
    (_, i) => probabilities[i * classes + at]!,
  );
}

/** The class that each image is taken for. */
function decide(predictions: Predictions, { positive = 1, threshold = 0.5 }: DecisionOptions): Int32Array {
  const { classes, labels, probabilities } = predictions;
  if (classes === 2) {
    return Int32Array.from(column(predictions, positive), (p) => (p >= threshold ? positive : 1 - positive));
  }
  return Int32Array.from(labels, (_, i) => largest(probabilities.subarray(i * classes, (i + 1) * classes)));
}

function largest(row: Float64Array): number {
  return row.reduce((best, value, i) => (value > row[best]! ? i : best), 0);
}

function areaOf(
  predictions: Predictions,
  { positive = 1 }: DecisionOptions,
): (weights?: ArrayLike<number>) => number {
  const { classes, labels } = predictions;
  const against = (one: number) =>
    weightedAuc(
      column(predictions, one),
      Array.from(labels, (label) => label === one),
    );
  if (classes === 2) return against(positive);
  const areas = Array.from({ length: classes }, (_, c) => against(c));
  return (weights) => mean(areas.map((area) => area(weights)));
}

/** Images by true class and by the class that they were taken for, `[classes, classes]`. */
function confusion(
  labels: Int32Array,
  decided: Int32Array,
  classes: number,
  weights?: ArrayLike<number>,
): Float64Array {
  const counts = new Float64Array(classes * classes);
  for (let i = 0; i < labels.length; i++) counts[labels[i]! * classes + decided[i]!]! += weights?.[i] ?? 1;
  return counts;
}

function ratesOf(
  counts: Float64Array,
  classes: number,
  one: number,
): { sensitivity: number; specificity: number } {
  let [found, ill, passed, healthy] = [0, 0, 0, 0];
  for (let truth = 0; truth < classes; truth++) {
    for (let taken = 0; taken < classes; taken++) {
      const count = counts[truth * classes + taken]!;
      if (truth === one) {
        ill += count;
        if (taken === one) found += count;
      } else {
        healthy += count;
        if (taken !== one) passed += count;
      }
    }
  }
  return { sensitivity: found / ill, specificity: passed / healthy };
}

function calibrationOf(
  predictions: Predictions,
  { positive = 1 }: DecisionOptions,
): (weights?: ArrayLike<number>) => { ece: number; brier: number } {
  const { classes, labels, probabilities } = predictions;
  const rows = Array.from(labels, (label, i) => {
    const row = probabilities.subarray(i * classes, (i + 1) * classes);
    if (classes === 2) {
      const hit = label === positive ? 1 : 0;
      return { confidence: row[positive]!, hit, error: (row[positive]! - hit) ** 2 };
    }
    const top = largest(row);
    const error = row.reduce((sum, p, c) => sum + (p - (c === label ? 1 : 0)) ** 2, 0);
    return { confidence: row[top]!, hit: top === label ? 1 : 0, error };
  });
  return (weights) => {
    const gaps = new Float64Array(BINS);
    let [total, error] = [0, 0];
    for (const [i, one] of rows.entries()) {
      const weight = weights?.[i] ?? 1;
      gaps[Math.min(BINS - 1, Math.floor(one.confidence * BINS))]! += weight * (one.confidence - one.hit);
      total += weight;
      error += weight * one.error;
    }
    return { ece: gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / total, brier: error / total };
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
