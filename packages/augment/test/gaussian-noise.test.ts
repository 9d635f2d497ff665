import * as a from '@cxr/augment';
import { describe, expect, it } from 'vitest';
import { grey, moments, wrap } from './images.js';

describe('gaussianNoise', () => {
  // 65,536 samples: the mean of normal noise of deviation s lies within 4 s / 256, its deviation within 2 % (5 sigma).
  const flat = grey(100, 256, 256);

  it('is normal, of the strength asked for', () => {
    const { mean, deviation } = moments(a.gaussianNoise().apply(flat, { sigma: 0.04, seed: 1 }).data);
    const expected = 0.04 * 255;
    expect(Math.abs(mean - 100)).toBeLessThan((4 * expected) / 256);
    // Rounding to whole levels adds a variance of 1/12.
    expect(deviation / Math.sqrt(expected ** 2 + 1 / 12)).toBeCloseTo(1, 1.4);
  });

  it('differs from seed to seed', () => {
    const one = a.gaussianNoise().apply(flat, { sigma: 0.04, seed: 1 });
    expect(a.gaussianNoise().apply(flat, { sigma: 0.04, seed: 2 })).not.toEqual(one);
  });

  // Shares of a normal distribution beyond ±1, ±2, ±3 deviations, both sides (scipy.stats.norm.sf).
  it.each([
    [1, 0.317311],
    [2, 0.0455003],
    [3, 0.0026998],
  ])('has the tails of a normal distribution beyond %d deviations', (z, share) => {
    const sigma = 0.05;
    const { data } = a
      .gaussianNoise()
      .apply(wrap(new Float32Array(2 ** 18).fill(0.5), 512, 512, 1), { sigma, seed: 3 });
    const count = data.length;
    const beyond = (sign: number) =>
      data.filter((value: number) => sign * (value - 0.5) > z * sigma).length / count;
    const tolerance = 4 * Math.sqrt(share / 2 / count);
    expect(Math.abs(beyond(1) - share / 2)).toBeLessThan(tolerance);
    expect(Math.abs(beyond(-1) - share / 2)).toBeLessThan(tolerance);
  });

  it('ends at 3.84 deviations, which the table of 8192 quantiles has', () => {
    const { data } = a
      .gaussianNoise()
      .apply(wrap(new Float32Array(2 ** 18).fill(0.5), 512, 512, 1), { sigma: 0.05, seed: 3 });
    // norm.ppf(1 - 1 / 16384) = 3.8419; the table is scaled to a variance of 1.
    expect(([...data].reduce((m, v) => Math.max(m, v), 0) - 0.5) / 0.05).toBeCloseTo(3.8422, 3);
    expect(([...data].reduce((m, v) => Math.min(m, v), 1) - 0.5) / 0.05).toBeCloseTo(-3.8422, 3);
  });
});
