import { BASELINE } from './arms.js';
import { convnetOf, predictConvnet } from './classifiers/convnet.js';
import { predictLogistic } from './classifiers/logistic-regression.js';
import { readPixels } from './data/pixels.js';
import { groupBy } from './group-by.js';
import { realImage } from './keyed-images.js';
import { convnetSize, type Unit } from './plan.js';
import type { Cell, Difference, RunResult } from './results.js';
import { bootstrapMean, resamplePatients } from './statistics/bootstrap.js';
import {
  METRICS,
  type MetricName,
  type Metrics,
  type Predictions,
  weightedMetrics,
} from './statistics/classification.js';
import { mean, type PairedDifference, pairedDifference, variance } from './statistics/paired-difference.js';
import { seedsToSee } from './statistics/power.js';
import { studentQuantile } from './statistics/student-t.js';
import type { StudyHooks, TrainedStudy } from './study-types.js';

/** What the test split says. */
export interface Evaluation {
  readonly runs: readonly RunResult[];
  readonly cells: readonly Cell[];
  readonly differences: readonly Difference[];
  readonly comparisons: number;
}

/** A run with its metrics on the test split and under each resample of its patients. */
interface Tested {
  readonly result: RunResult;
  readonly resampled: readonly Metrics[];
}

/** Opens the test split: every trained classifier predicts it once, with the thresholds that were chosen before. */
export async function evaluate(study: TrainedStudy, hooks: StudyHooks): Promise<Evaluation> {
  const { data, units, options } = study;
  const patients = numbered(data.test.map(({ group }) => group));
  const labels = data.test.map(({ label }) => label);
  const weights = resamplePatients(patients, labels, options.resamples, 1);
  const predict = await openPredictor(study, hooks);
  const tested: Tested[] = [];
  for (const [done, unit] of units.entries()) {
    hooks.signal.throwIfAborted();
    hooks.onProgress({ phase: 'predicting the test split', done, total: units.length, unit: 'runs' });
    const record = await study.store.record(unit);
    const of = weightedMetrics(await predict(unit), { positive: data.positive, threshold: record.threshold });
    tested.push({ result: { ...record, test: of() }, resampled: weights.map((one) => of(one)) });
  }
  const groups = groupBy(tested, ({ result }) => `${result.classifier}\n${result.normals}\n${result.arm}`);
  const cells = [...groups.values()].map(cellOf);
  const pairs = [...groups.values()].filter((group) => group[0]!.result.arm !== BASELINE);
  const differences = pairs.map((group) => {
    const { classifier, normals } = group[0]!.result;
    return differenceOf(group, groups.get(`${classifier}\n${normals}\n${BASELINE}`)!, pairs.length);
  });
  return { runs: tested.map(({ result }) => result), cells, differences, comparisons: pairs.length };
}

async function openPredictor(
  study: TrainedStudy,
  hooks: StudyHooks,
): Promise<(unit: Unit) => Promise<Predictions>> {
  const { data, units, inception } = study;
  const { signal, onProgress } = hooks;
  const classes = data.classes.length;
  const labels = data.test.map(({ label }) => label);
  const stores = new Map(
    await Promise.all(
      [...new Set(units.flatMap(({ classifier }) => convnetSize(classifier) ?? []))].map(
        async (size) => [size, await readPixels(data.test, size, { signal })] as const,
      ),
    ),
  );
  const probed = units.some(({ classifier }) => convnetSize(classifier) === undefined);
  let done = 0;
  const rows =
    inception && probed
      ? await inception.features.rows(data.test.map(realImage), {
          signal,
          onImage: () =>
            onProgress({
              phase: 'activations of the test split',
              done: ++done,
              total: data.test.length,
              unit: 'images',
            }),
        })
      : undefined;
  return async (unit) => {
    const kept = await study.store.model(unit);
    if (kept.kind === 'probe') {
      return {
        probabilities: predictLogistic(kept.model, rows!.data),
        labels: Int32Array.from(labels),
        classes,
      };
    }
    const size = convnetSize(unit.classifier)!;
    const images = data.test.map(({ file }) => stores.get(size)!.of(file));
    const model = convnetOf(size, classes, kept.weights);
    try {
      return await predictConvnet(model, { size, images, labels }, classes);
    } finally {
      model.dispose();
    }
  };
}

function cellOf(group: readonly Tested[]): Cell {
  const { classifier, normals, arm } = group[0]!.result;
  const subsets = group.map(({ result }) => result.subset);
  const of = (name: MetricName) =>
    bootstrapMean(
      group.map(({ resampled }) => resampled.map((one) => one[name])),
      group.map(({ result }) => result.test[name]),
      subsets,
      1,
    );
  return { classifier, normals, arm, runs: group.length, metrics: everyMetric(of) };
}

function differenceOf(group: readonly Tested[], base: readonly Tested[], comparisons: number): Difference {
  const { classifier, normals, arm } = group[0]!.result;
  const pairs = group.map((one) => ({
    one,
    other: base.find(({ result }) => result.seed === one.result.seed)!,
  }));
  const subsets = group.map(({ result }) => result.subset);
  const differences = (name: MetricName) =>
    pairs.map(({ one, other }) => one.result.test[name] - other.result.test[name]);
  const of = (name: MetricName): PairedDifference => {
    const resampled = group[0]!.resampled.map((_, b) =>
      mean(pairs.map(({ one, other }) => one.resampled[b]![name] - other.resampled[b]![name])),
    );
    return pairedDifference({ differences: differences(name), subsets, resampled, comparisons });
  };
  const metrics = everyMetric(of);
  const deviation = deviationOf(differences('auc'), subsets);
  const level = 0.05 / comparisons;
  const needed = deviation === null ? null : seedsToSee({ deviation, level });
  const z =
    studentQuantile(1 - level / 2, Number.POSITIVE_INFINITY) + studentQuantile(0.8, Number.POSITIVE_INFINITY);
  return {
    classifier,
    normals,
    arm,
    metrics,
    verdict: `${verdictOf(metrics.auc)}${metrics.auc.over === 'nothing' ? ', of a single run' : ''}`,
    deviation,
    runsToSeeOnePoint: needed === null || !Number.isFinite(needed) ? null : needed,
    smallestVisible: z * Math.sqrt(metrics.auc.patientsVariance),
  };
}

/** Between the means of subsets where there are several, else between runs. */
function deviationOf(differences: readonly number[], subsets: readonly number[]): number | null {
  const means =
    new Set(subsets).size > 1
      ? [...new Set(subsets)].map((subset) => mean(differences.filter((_, i) => subsets[i] === subset)))
      : differences;
  return means.length > 1 ? Math.sqrt(variance(means)) : null;
}

/** What an interval of a difference in AUC says, in words. */
export function verdictOf({ value, low, high }: Pick<PairedDifference, 'value' | 'low' | 'high'>): string {
  const points = (x: number) => (100 * Math.abs(x)).toFixed(1);
  if (low > 0) return `better by ${points(value)} points of AUC (at least ${points(low)})`;
  if (high < 0) return `worse by ${points(value)} points of AUC (at least ${points(high)})`;
  return `no measurable difference (between −${points(Math.min(low, 0))} and +${points(Math.max(high, 0))} points of AUC)`;
}

function everyMetric<T>(of: (name: MetricName) => T): Record<MetricName, T> {
  return Object.fromEntries(METRICS.map((name) => [name, of(name)])) as Record<MetricName, T>;
}

function numbered(names: readonly string[]): number[] {
  const numbers = new Map<string, number>();
  return names.map((name) => {
    const known = numbers.get(name) ?? numbers.size;
    numbers.set(name, known);
    return known;
  });
}
