import { frechetDistance, Statistics } from '@cxr/fid';
import { describe, expect, it, vi } from 'vitest';
import { relative, syntheticActivations } from './shared.js';

function withoutRows(statistics: Statistics): Statistics {
  const { mu, sigma } = statistics;
  return Statistics.fromMoments({ mu, sigma });
}

describe('frechetDistance', () => {
  // All the ways: both sets small, one, none; dims that are no multiple of any block or of four.
  it.each([
    [17, 40, 67],
    [40, 300, 67],
    [300, 23, 67],
    [300, 200, 67],
    [2, 2, 64],
    [150, 170, 1],
    [700, 600, 261],
  ])('equals the plain square root, %i and %i images, %i dims', (n1, n2, dims) => {
    const a = Statistics.of(syntheticActivations(n1, dims, 1));
    const b = Statistics.of(syntheticActivations(n2, dims, 2, 0.1));
    // The reference squares its condition: rank-deficient covariances cost it half of the 16 digits.
    const want = frechetDistance(a, b, { method: 'eigen' });
    expect(relative(frechetDistance(a, b), want)).toBeLessThan(1e-6);
    expect(relative(frechetDistance(b, a), want)).toBeLessThan(1e-6);
    // From a file there are only the covariances, of lower rank than dims where the images are few. Zeros of the
    // spectrum then come as roots of rounding, 1e-8 of the largest each.
    expect(relative(frechetDistance(withoutRows(a), withoutRows(b)), want)).toBeLessThan(1e-6);
  });

  it('makes no covariance of sets that have no more images than dims, unless asked for eigen', () => {
    const sigma = vi.spyOn(Statistics.prototype, 'sigma', 'get');
    const few = [1, 2].map((seed) => Statistics.of(syntheticActivations(9, 40, seed)));
    const many = Statistics.of(syntheticActivations(80, 40, 3));
    frechetDistance(few[0]!, few[1]!);
    expect(sigma).not.toHaveBeenCalled();
    frechetDistance(few[0]!, many);
    expect(new Set(sigma.mock.contexts)).toEqual(new Set([many]));
    sigma.mockClear();
    frechetDistance(few[0]!, few[1]!, { method: 'eigen' });
    expect(new Set(sigma.mock.contexts)).toEqual(new Set(few));
    sigma.mockRestore();
  });

  it('is exactly 2048 for means 0 and 1 and identity covariances of 2048 dims', () => {
    const dims = 2048;
    const sigma = new Float64Array(dims * dims);
    for (let i = 0; i < dims; i++) sigma[i * dims + i] = 1;
    const zero = Statistics.fromMoments({ mu: new Float64Array(dims), sigma });
    const one = Statistics.fromMoments({ mu: new Float64Array(dims).fill(1), sigma });
    expect(frechetDistance(zero, one)).toBe(2048);
  });

  it('is the closed form for diagonal covariances: sum of (√a − √b)²', () => {
    const dims = 50;
    const diagonal = (f: (i: number) => number) => {
      const sigma = new Float64Array(dims * dims);
      for (let i = 0; i < dims; i++) sigma[i * dims + i] = f(i) ** 2;
      return Statistics.fromMoments({ mu: new Float64Array(dims), sigma });
    };
    const got = frechetDistance(
      diagonal((i) => i),
      diagonal((i) => 2 * i + 1),
    );
    let want = 0;
    for (let i = 0; i < dims; i++) want += (i + 1) ** 2;
    // Float64 sums of 50 eigenvalues.
    expect(relative(got, want)).toBeLessThan(1e-12);
  });

  it.each([
    [40, 96],
    [300, 96],
  ])('of a set with itself is nothing, and never negative (%i images, %i dims)', (n, dims) => {
    const activations = syntheticActivations(n, dims, 3);
    const shuffled = syntheticActivations(n, dims, 3);
    shuffled.data.set(activations.data.subarray(dims), 0);
    shuffled.data.set(activations.data.subarray(0, dims), (n - 1) * dims);
    for (const other of [activations, shuffled]) {
      const distance = frechetDistance(Statistics.of(activations), Statistics.of(other));
      expect(distance).toBeGreaterThanOrEqual(0);
      // The bound of the contract; total variance is about 20 here.
      expect(distance).toBeLessThan(1e-6);
    }
  });

  it('of covariances without any variance is the distance of the means', () => {
    const sigma = new Float64Array(9);
    const a = Statistics.fromMoments({ mu: Float64Array.of(0, 0, 0), sigma });
    const b = Statistics.fromMoments({ mu: Float64Array.of(1, 2, 2), sigma });
    expect(frechetDistance(a, b)).toBe(9);
  });

  it('refuses other dims, too few images, an unknown method, and what are no statistics', () => {
    expect(() => frechetDistance(Statistics.empty(2), Statistics.empty(3))).toThrow(/2 and 3/);
    const one = Statistics.of(syntheticActivations(1, 4, 1));
    const many = Statistics.of(syntheticActivations(9, 4, 1));
    for (const method of ['factors', 'eigen'] as const) {
      expect(() => frechetDistance(many, one, { method })).toThrow(/at least 2 images: 1/);
    }
    expect(() => frechetDistance(many, many, { method: 'sqrtm' as 'eigen' })).toThrow(
      new RangeError('method must be one of factors, eigen: sqrtm'),
    );
    const rows = syntheticActivations(9, 4, 1) as unknown as Statistics;
    expect(() => frechetDistance(rows, many)).toThrow(TypeError);
  });

  it.each(['factors', 'eigen'] as const)('refuses a distance that is not finite (%s)', (method) => {
    const sigma = Float64Array.of(1, 0, 0, 1);
    const far = Statistics.fromMoments({ mu: Float64Array.of(1e200, 0), sigma });
    const near = Statistics.fromMoments({ mu: Float64Array.of(-1e200, 0), sigma });
    expect(() => frechetDistance(far, near, { method })).toThrow(/the distance is not finite: Infinity/);
    const wide = Statistics.fromMoments({ mu: new Float64Array(2), sigma: sigma.map((v) => v * 1e76) });
    expect(() => frechetDistance(wide, wide, { method })).toThrow(/not finite/);
  });
});
