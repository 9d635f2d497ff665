import type { StepMetrics } from '@cxr/dcgan';
import { describe, expect, it } from 'vitest';
import { createWatch } from '../src/training/watch.js';

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

/** Steps at which it speaks, and what it says. */
function incidents(metrics: (step: number) => Partial<StepMetrics>, steps: number): [number, string][] {
  const watch = createWatch();
  const found: [number, string][] = [];
  for (let step = 1; step <= steps; step++) {
    const warning = watch({ ...fine, step, ...metrics(step) });
    if (warning) found.push([step, warning.kind]);
  }
  return found;
}

describe('watch', () => {
  it('is silent while training goes well', () => {
    expect(incidents(() => ({}), 1000)).toEqual([]);
  });

  it('speaks once when the discriminator has long been right on everything, and again after it recovered', () => {
    const right = { accuracyReal: 1, accuracyFake: 1 };
    expect(incidents((step) => (step > 500 && step <= 510 ? {} : right), 1000)).toEqual([
      [100, 'one-sided'],
      [610, 'one-sided'],
    ]);
  });

  it('tells a collapse from the sameness of an untrained generator', () => {
    expect(incidents((step) => ({ diversity: step <= 150 ? 0.01 : 0.5 }), 1000)).toEqual([]);
    expect(incidents((step) => ({ diversity: step <= 400 ? 0.5 : 0.05 }), 1000)).toEqual([[500, 'collapse']]);
  });

  it('sees at once what is not a number', () => {
    expect(incidents((step) => (step === 7 ? { lossG: Number.NaN } : {}), 7)).toEqual([[7, 'divergence']]);
    expect(incidents((step) => (step === 7 ? { gradientNormD: Infinity } : {}), 7)).toEqual([
      [7, 'divergence'],
    ]);
  });
});
