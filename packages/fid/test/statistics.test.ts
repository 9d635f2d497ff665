import { Statistics } from '@cxr/fid';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { syntheticActivations } from './shared.js';

const DIMS = 24;
const N = 131; // More than five times dims, and no multiple of it.
const all = syntheticActivations(N, DIMS, 1, 100);

function rows(from: number, to: number) {
  return ndarray(all.data.subarray(from * DIMS, to * DIMS), [to - from, DIMS]);
}

/** Mean and covariance by the definition, two passes. */
function plain(n: number) {
  const mu = Array.from({ length: DIMS }, (_, j) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += all.get(i, j);
    return sum / n;
  });
  const sigma = Array.from({ length: DIMS * DIMS }, (_, at) => {
    const [j, k] = [Math.floor(at / DIMS), at % DIMS];
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (all.get(i, j) - mu[j]!) * (all.get(i, k) - mu[k]!);
    return sum / (n - 1);
  });
  return { mu, sigma };
}

function expectEqual(got: Statistics, want: { mu: ArrayLike<number>; sigma: ArrayLike<number> }) {
  // Both are float64 sums of about a hundred terms; means are 100 here, so that a sum of squares would lose 4 digits.
  for (let i = 0; i < DIMS; i++) expect(got.mu[i]! / want.mu[i]!).toBeCloseTo(1, 13);
  const scale = Math.max(...Array.from(want.sigma));
  for (let i = 0; i < DIMS * DIMS; i++) expect((got.sigma[i]! - want.sigma[i]!) / scale).toBeCloseTo(0, 12);
}

describe('Statistics', () => {
  it.each([2, DIMS - 1, DIMS, DIMS + 1, N])('are mean and covariance by their definition, n = %i', (n) => {
    expectEqual(Statistics.of(rows(0, n)), plain(n));
  });

  it('do not depend on the batches', () => {
    for (const size of [1, 7, 50]) {
      const statistics = Statistics.empty(DIMS);
      for (let i = 0; i < N; i += size) statistics.add(rows(i, Math.min(N, i + size)));
      expect(statistics.count).toBe(N);
      expectEqual(statistics, plain(N));
    }
  });

  it('can be asked for in between', () => {
    const statistics = Statistics.of(rows(0, 40));
    expectEqual(statistics, plain(40));
    statistics.add(rows(40, 90));
    expectEqual(statistics, plain(90));
    statistics.add(rows(90, N));
    expectEqual(statistics, plain(N));
  });

  it.each([
    [3, N],
    [20, 40],
    [60, N],
    [128, N],
  ])('merge parts of 0..%i and ..%i', (cut, end) => {
    const first = Statistics.of(rows(0, cut));
    const second = Statistics.of(rows(cut, end));
    expectEqual(Statistics.of(rows(0, cut)).merge(second), plain(end));
    expectEqual(second.merge(first), plain(end));
    expect(first.count).toBe(cut);
    expectEqual(Statistics.empty(DIMS).merge(second), plain(end));
  });

  it('merge with what a file with a count had', () => {
    const { mu, sigma } = Statistics.of(rows(0, 50));
    const loaded = Statistics.fromMoments({ mu, sigma, count: 50 });
    expectEqual(loaded.merge(Statistics.of(rows(50, N))), plain(N));
  });

  it('keep the activations while they are no more than dims', () => {
    const few = Statistics.of(rows(0, DIMS));
    expect(few.centred()).toHaveLength(DIMS * DIMS);
    expect(few.add(rows(DIMS, DIMS + 1)).centred()).toBeUndefined();
  });

  it('read a strided view', () => {
    const transposed = ndarray(all.data, [DIMS, N]).transpose(1, 0);
    const copy = ndarray(
      Float32Array.from({ length: N * DIMS }, (_, i) => transposed.get(Math.floor(i / DIMS), i % DIMS)),
      [N, DIMS],
    );
    expect(Statistics.of(transposed).mu).toEqual(Statistics.of(copy).mu);
  });

  it('refuse what is wrong, with its value', () => {
    const one = Statistics.of(rows(0, 1));
    expect(() => one.sigma).toThrow(/at least 2 images: 1/);
    expect(() => one.add(ndarray(new Float32Array(4), [2, 2]))).toThrow(/\[2,2\]/);
    expect(() => one.add(ndarray(new Float32Array(DIMS).fill(Number.NaN), [1, DIMS]))).toThrow(/image 0/);
    expect(() => one.merge(Statistics.empty(5))).toThrow(/24 and 5/);
    const mu = new Float64Array(2);
    const unknown = Statistics.fromMoments({ mu, sigma: Float64Array.of(1, 0, 0, 1) });
    expect(() => unknown.merge(unknown)).toThrow(TypeError);
    expect(() => Statistics.fromMoments({ mu, sigma: new Float64Array(3) })).toThrow(/3 values, not 4/);
    expect(() => Statistics.fromMoments({ mu, sigma: Float64Array.of(1, 0.5, 0, 1) })).toThrow(/symmetric/);
    expect(() => Statistics.fromMoments({ mu, sigma: Float64Array.of(1, Number.NaN, 0, 1) })).toThrow(
      /finite/,
    );
  });
});
