import * as a from '@cxr/augment';
import { describe, expect, it } from 'vitest';
import { grey, moments, wrap } from './images.js';

describe('poissonNoise', () => {
  const flat = grey(100, 256, 256);

  it.each([50, 5000])('with %d photons has the mean in photons as its variance', (photons) => {
    const { mean, deviation } = moments(a.poissonNoise().apply(flat, { photons, seed: 2 }).data);
    const expected = Math.sqrt((100 * 255) / photons);
    expect(Math.abs(mean - 100)).toBeLessThan((4 * expected) / 256);
    expect(deviation / Math.sqrt(expected ** 2 + 1 / 12)).toBeCloseTo(1, 1.4);
  });

  it('has no noise in the black', () => {
    expect(a.poissonNoise().apply(grey(0), { photons: 100, seed: 1 })).toEqual(grey(0));
    expect(a.poissonNoise().apply(grey(0), { photons: 1000, seed: 1 })).toEqual(grey(0));
  });

  it('counts few photons as a Poisson distribution does', () => {
    // A mean of 2: white stands for 4 photons, the image is at one half.
    const half = wrap(new Float32Array(2 ** 16).fill(0.5), 256, 256, 1);
    const { data } = a.poissonNoise().apply(half, { photons: 4, seed: 5 });
    // e^−2 2^k / k!; 4 and more photons are white.
    for (const [k, share] of [0.135335, 0.270671, 0.270671, 0.180447, 0.142877].entries()) {
      const found = data.filter((value: number) => Math.abs(value - k / 4) < 1e-6).length / data.length;
      expect(Math.abs(found - share), String(k)).toBeLessThan(4 * Math.sqrt(share / data.length));
    }
  });
});
