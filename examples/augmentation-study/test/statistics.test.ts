import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fitLogistic, predictLogistic } from '../src/classifiers/logistic-regression.js';
import {
  bestThreshold,
  bootstrapMean,
  classificationMetrics,
  METRICS,
  normalCdf,
  pairedDifference,
  pairedPower,
  quantile,
  resamplePatients,
  seedsToSee,
  studentCdf,
  studentQuantile,
  weightedMetrics,
} from '../src/statistics/index.js';

const goldens = JSON.parse(
  readFileSync(new URL('../../../fixtures/augmentation-study/statistics.json', import.meta.url), 'utf8'),
);

/** Two classes from the probability of the second. */
function binaryOf(p: readonly number[], labels: readonly number[]) {
  return {
    probabilities: Float64Array.from(p.flatMap((one) => [1 - one, one])),
    labels: Int32Array.from(labels),
    classes: 2,
  };
}

describe('metrics of a classifier equal scikit-learn’s', () => {
  it('of two classes, with ties, and with weights', () => {
    const { probabilities, labels, weights, metrics, weighted } = goldens.binary;
    const of = weightedMetrics(binaryOf(probabilities, labels));
    for (const name of METRICS) {
      expect(of()[name]).toBeCloseTo(metrics[name], 12);
      expect(of(weights)[name]).toBeCloseTo(weighted[name], 12);
    }
  });

  it('of three classes', () => {
    const { probabilities, labels, metrics } = goldens.multi;
    const predictions = {
      probabilities: Float64Array.from(probabilities),
      labels: Int32Array.from(labels),
      classes: 3,
    };
    const ours = classificationMetrics(predictions);
    for (const name of METRICS) expect(ours[name]).toBeCloseTo(metrics[name], 12);
  });

  it('refuse lists that do not fit, and NaN', () => {
    expect(() => classificationMetrics(binaryOf([0.1, Number.NaN], [0, 1]))).toThrow('score 1 is NaN');
  });
});

describe('the threshold', () => {
  it('is the one with the best balanced accuracy', () => {
    const { probabilities, labels } = goldens.binary;
    const predictions = binaryOf(probabilities, labels);
    const chosen = bestThreshold(predictions);
    const value = (threshold: number) => classificationMetrics(predictions, { threshold }).balancedAccuracy;
    const others = [0, ...probabilities.map((p: number) => p + 0.005), 1];
    expect(value(chosen)).toBeCloseTo(Math.max(...others.map(value)), 12);
  });

  it('lies halfway between classes that are apart, and nearest to one half of equal ones', () => {
    expect(bestThreshold(binaryOf([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1]))).toBeCloseTo(0.5, 12);
    expect(bestThreshold(binaryOf([0.1, 0.2, 0.3, 0.35], [0, 0, 1, 1]))).toBeCloseTo(0.25, 12);
  });
});

describe('logistic regression', () => {
  it('equals scikit-learn’s, with weights, with three classes, with a feature that does not vary', () => {
    const { rows, dims, fits } = goldens.logistic;
    const data = Float64Array.from(rows);
    for (const { labels, classes, weights, penalty, coefficients, intercepts, probabilities } of fits) {
      const model = fitLogistic({ data, dims, labels, weights }, { classes, penalty, tolerance: 1e-10 });
      const outputs = coefficients.length;
      for (let o = 0; o < outputs; o++) {
        for (let k = 0; k < dims; k++) {
          expect(model.parameters[o * (dims + 1) + k]!).toBeCloseTo(coefficients[o][k], 5);
        }
      }
      if (classes === 2) expect(model.parameters[dims]!).toBeCloseTo(intercepts[0], 5);
      const ours = predictLogistic(model, data);
      for (const [i, p] of probabilities.entries()) expect(ours[i]!).toBeCloseTo(p, 6);
    }
  });

  it('gives the same model again, and from another start nearly so', () => {
    const { rows, dims, fits } = goldens.logistic;
    const data = { data: Float64Array.from(rows), dims, labels: fits[0].labels };
    const options = { classes: 2, penalty: 0.01 };
    const first = fitLogistic(data, options);
    expect(fitLogistic(data, options).parameters).toEqual(first.parameters);
    const start = fitLogistic(data, { classes: 2, penalty: 1 });
    const other = fitLogistic(data, { ...options, start });
    for (const [k, value] of first.parameters.entries()) expect(other.parameters[k]!).toBeCloseTo(value, 4);
  });

  it('refuses a penalty of 0, and rows that do not fit', () => {
    const rows = { data: new Float64Array(4), dims: 2, labels: [0, 1] };
    expect(() => fitLogistic(rows, { classes: 2, penalty: 0 })).toThrow('invalid penalty: 0');
    expect(() => fitLogistic({ ...rows, dims: 3 }, { classes: 2, penalty: 1 })).toThrow(
      '4 values are not 2 rows of 3',
    );
  });
});

describe('distributions equal scipy’s', () => {
  it('normal and Student’s t', () => {
    for (const [x, p] of goldens.normalCdf) expect(normalCdf(x) / p).toBeCloseTo(1, 9);
    for (const [t, df, p] of goldens.studentCdf) expect(studentCdf(t, df) / p).toBeCloseTo(1, 9);
    for (const [q, df, t] of goldens.studentQuantile) {
      expect(studentQuantile(q, df)).toBeGreaterThan(t - 1e-8 * (1 + Math.abs(t)));
      expect(studentQuantile(q, df)).toBeLessThan(t + 1e-8 * (1 + Math.abs(t)));
    }
    expect(studentQuantile(0.975, Number.POSITIVE_INFINITY)).toBeCloseTo(1.959963984540054, 9);
    expect(() => studentQuantile(1, 3)).toThrow('invalid p: 1');
  });

  it('the power of the paired t test', () => {
    for (const [n, effect, level, power] of goldens.pairedPower)
      expect(pairedPower(n, effect, level)).toBeCloseTo(power, 5);
  });

  it('and with it the number of seeds', () => {
    const n = seedsToSee({ deviation: 0.02, level: 0.05 });
    // G*Power and R's power.t.test (paired, delta 0.01, sd 0.02, power 0.8) say 34 pairs.
    expect(n).toBe(34);
    expect(pairedPower(n - 1, 0.5, 0.05)).toBeLessThan(0.8);
    expect(seedsToSee({ deviation: 0 })).toBe(2);
    expect(seedsToSee({ deviation: 10 })).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('intervals', () => {
  it('quantiles are NumPy’s', () => {
    for (const [q, value] of goldens.quantile.at)
      expect(quantile(goldens.quantile.values, q)).toBeCloseTo(value, 12);
  });

  it('a paired difference without variance between patients is a t test with Bonferroni’s correction', () => {
    const { differences, p, low, high } = goldens.paired;
    const subsets = differences.map((_: number, i: number) => i);
    const ours = pairedDifference({ differences, subsets, resampled: [1, 1, 1], comparisons: 4 });
    expect(ours.low).toBeCloseTo(low, 9);
    expect(ours.high).toBeCloseTo(high, 9);
    expect(ours.p).toBeCloseTo(Math.min(1, 4 * p), 9);
    expect(ours).toMatchObject({ over: 'subsets', df: 5 });
  });

  it('runs on one subset are no evidence about others', () => {
    const resampled = [0, 0];
    const one = pairedDifference({ differences: [0.1, 0.1, 0.3, 0.3], subsets: [0, 0, 1, 1], resampled });
    const two = pairedDifference({ differences: [0.1, 0.3], subsets: [0, 1], resampled });
    expect(one).toEqual(two);
    expect(pairedDifference({ differences: [0.1, 0.3], subsets: [0, 0], resampled }).over).toBe('seeds');
  });

  it('a single run has an interval of patients alone, and says so', () => {
    const ours = pairedDifference({ differences: [0.1], subsets: [0], resampled: [0, 0.2] });
    expect(ours.over).toBe('nothing');
    expect(ours.runsVariance).toBeNaN();
    expect(ours.patientsVariance).toBeCloseTo(0.02, 12);
    expect(ours.high - ours.value).toBeCloseTo(1.959963984540054 * Math.sqrt(0.02), 9);
  });

  it('covers the true difference as often as it says', () => {
    // 2000 studies of five runs: normal runs (sd 1) and normal patients (sd 0.5), a true difference of 0.
    let state = 1;
    const uniform = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return (state + 0.5) / 2 ** 32;
    };
    const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    let covered = 0;
    for (let i = 0; i < 2000; i++) {
      const patients = 0.5 * normal();
      const differences = Array.from({ length: 5 }, () => patients + normal());
      const resampled = [-0.5, 0.5].map((x) => x / Math.SQRT2);
      const { low, high } = pairedDifference({ differences, subsets: [0, 1, 2, 3, 4], resampled });
      if (low <= 0 && high >= 0) covered++;
    }
    expect(covered / 2000).toBeGreaterThan(0.935);
    expect(covered / 2000).toBeLessThan(0.975);
  });
});

describe('the bootstrap', () => {
  it('draws patients, not images, and keeps the number of patients of each class', () => {
    const patients = [0, 0, 0, 1, 2, 2, 3, 4];
    const labels = [0, 0, 0, 0, 1, 1, 1, 1];
    for (const weights of resamplePatients(patients, labels, 50, 7)) {
      expect(weights[0]).toBe(weights[1]);
      expect(weights[1]).toBe(weights[2]);
      expect(weights[4]).toBe(weights[5]);
      expect(weights[0]! + weights[3]!).toBe(2);
      expect(weights[4]! + weights[6]! + weights[7]!).toBe(3);
    }
    expect(resamplePatients(patients, labels, 3, 7)).toEqual(resamplePatients(patients, labels, 3, 7));
  });

  it('of a mean over runs has the standard error of that mean', () => {
    const whole = [0.1, 0.4, 0.2, 0.6, 0.3, 0.5, 0.2, 0.7];
    const values = whole.map((value) => new Float64Array(4000).fill(value));
    const { value, low, high } = bootstrapMean(
      values,
      whole,
      whole.map((_, i) => i),
      3,
    );
    expect(value).toBeCloseTo(0.375, 12);
    const error = Math.sqrt(whole.reduce((sum, one) => sum + (one - 0.375) ** 2, 0) / 64);
    expect(high - low).toBeGreaterThan(0.9 * 2 * 1.96 * error);
    expect(high - low).toBeLessThan(1.1 * 2 * 1.96 * error);
  });

  it('draws whole subsets: two runs on one subset tell less than two subsets', () => {
    const values = [0, 0, 1, 1].map((value) => new Float64Array(500).fill(value));
    const { low, high } = bootstrapMean(values, [0, 0, 1, 1], [0, 0, 1, 1], 3);
    expect([low, high]).toEqual([0, 1]);
  });
});
