import type { StepMetrics } from '@cxr/dcgan';
import { describe, expect, it } from 'vitest';
import { createTrainingMonitor } from '../src/training/training-monitor.js';

const fine: StepMetrics = {
  step: 1,
  lossD: 1,
  lossG: 1,
  accuracyReal: 0.8,
  accuracyFake: 0.8,
  gradientNormD: 1,
  gradientNormG: 1,
  weightNormD: 1,
  weightNormG: 1,
  diversity: 0.8,
};

/** Steps at which it warns, and of what. */
function incidents(metrics: (step: number) => Partial<StepMetrics>, steps: number): [number, string][] {
  const monitor = createTrainingMonitor();
  const found: [number, string][] = [];
  for (let step = 1; step <= steps; step++) {
    const warning = monitor({ ...fine, step, ...metrics(step) });
    if (warning) found.push([step, warning.kind]);
  }
  return found;
}

describe('createTrainingMonitor', () => {
  it('is silent while training goes well', () => {
    expect(incidents(() => ({}), 1000)).toEqual([]);
  });

  it('warns once when the discriminator has long been right on everything, and again after it recovered', () => {
    const right = { accuracyReal: 1, accuracyFake: 1 };
    expect(incidents((step) => (step > 500 && step <= 510 ? {} : right), 1000)).toEqual([
      [100, 'one-sided'],
      [610, 'one-sided'],
    ]);
  });

  it('distinguishes a collapse from the sameness of an untrained generator', () => {
    expect(incidents((step) => ({ diversity: step <= 150 ? 0.01 : 0.5 }), 1000)).toEqual([]);
    expect(incidents((step) => ({ diversity: step <= 400 ? 0.5 : 0.05 }), 1000)).toEqual([[500, 'collapse']]);
    // The warm-up is 200 steps; the limit itself is no collapse.
    expect(incidents(() => ({ diversity: 0.05 }), 1000)).toEqual([[300, 'collapse']]);
    expect(incidents(() => ({ diversity: 0.1 }), 1000)).toEqual([]);
  });

  it('sees at once what is not a number', () => {
    expect(incidents((step) => (step === 7 ? { lossG: Number.NaN } : {}), 7)).toEqual([[7, 'divergence']]);
    expect(incidents((step) => (step === 7 ? { gradientNormD: Infinity } : {}), 7)).toEqual([
      [7, 'divergence'],
    ]);
  });

  it.each(['lossD', 'lossG', 'gradientNormD', 'gradientNormG', 'weightNormD', 'weightNormG'] as const)(
    'calls it a divergence where %s is not finite',
    (name) => {
      const warning = createTrainingMonitor()({ ...fine, step: 7, [name]: Number.NaN });
      expect(warning).toEqual({ kind: 'divergence', message: `diverged at step 7: ${name} is NaN` });
    },
  );

  it('warns at once of a huge loss, once as long as it lasts', () => {
    const huge = { lossG: -101 };
    expect(incidents((step) => (step === 1 ? huge : {}), 9)).toEqual([[1, 'exploding']]);
    expect(incidents((step) => (step > 2 && step !== 5 ? huge : {}), 9)).toEqual([
      [3, 'exploding'],
      [6, 'exploding'],
    ]);
    expect(incidents(() => ({ lossD: 100, lossG: -100 }), 9)).toEqual([]);
    const { message } = createTrainingMonitor()({ ...fine, lossD: 1234 })!;
    expect(message).toBe('training blows up at step 1: lossD is 1.23e+3; try lower learning rates');
  });

  it.each(['weightNormD', 'weightNormG'])('warns where %s grows more than fourfold in 100 steps', (name) => {
    expect(incidents((step) => ({ [name]: step < 3 ? 1 : 4.1 }), 9)).toEqual([[3, 'exploding']]);
    expect(incidents((step) => ({ [name]: step < 3 ? 1 : 4 }), 9)).toEqual([]);
    expect(incidents((step) => ({ [name]: 4.01 ** ((step - 1) / 99) }), 300)).toEqual([[100, 'exploding']]);
    // Slow growth, though it comes to a factor of 64.
    expect(incidents((step) => ({ [name]: 4 ** (step / 100) }), 300)).toEqual([]);
  });
});
