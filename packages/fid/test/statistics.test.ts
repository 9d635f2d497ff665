import { frechetDistance, Statistics } from '@cxr/fid';
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
  const { mu, sigma } = got;
  for (let i = 0; i < DIMS; i++) expect(mu[i]! / want.mu[i]!).toBeCloseTo(1, 13);
  const scale = Math.max(...Array.from(want.sigma));
  for (let i = 0; i < DIMS * DIMS; i++) expect((sigma[i]! - want.sigma[i]!) / scale).toBeCloseTo(0, 12);
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
    const bad = ndarray(new Float32Array(3 * DIMS), [3, DIMS]);
    bad.set(1, DIMS - 1, Number.NEGATIVE_INFINITY);
    expect(() => one.add(bad)).toThrow('activations of image 1 are not finite: -Infinity');
    expect(one.count).toBe(1);
    expect(() => Statistics.of([1, 2] as never)).toThrow(
      'activations must be an ndarray [n, dims], not an array',
    );
    expect(() => Statistics.of(undefined as never)).toThrow('not undefined');
    expect(() => one.merge(Statistics.empty(5))).toThrow(/24 and 5/);
    const mu = new Float64Array(2);
    const unknown = Statistics.fromMoments({ mu, sigma: Float64Array.of(1, 0, 0, 1) });
    expect(() => unknown.merge(unknown)).toThrow(TypeError);
    expect(() => Statistics.fromMoments({ mu, sigma: new Float64Array(3) })).toThrow(/3 values, not 4/);
  });
});

describe('the mean and covariance', () => {
  const identity = { mu: new Float64Array(2), sigma: Float64Array.of(1, 0, 0, 1) };
  const few = () => Statistics.of(rows(0, 10));

  it.each([
    ['of few activations', few],
    ['of many activations', () => Statistics.of(rows(0, N))],
    ['of a file', () => Statistics.fromMoments(identity)],
    ['of a file with a count', () => Statistics.fromMoments({ ...identity, count: 9 })],
  ])('%s are copies: changing them changes no distance', (_, make) => {
    const [changed, same] = [make(), make()];
    // The second time they come from what was kept.
    for (let i = 0; i < 2; i++) {
      changed.mu.fill(1e6);
      changed.sigma.fill(1e6);
    }
    expect(changed.mu).toEqual(same.mu);
    expect(changed.sigma).toEqual(same.sigma);
    for (const method of ['factors', 'eigen'] as const) {
      expect(frechetDistance(changed, same, { method })).toBeCloseTo(0, 6);
    }
  });

  it('keep no reference to what they were made of', () => {
    const [mu, sigma] = [identity.mu.slice(), identity.sigma.slice()];
    const statistics = Statistics.fromMoments({ mu, sigma });
    mu.fill(5);
    sigma.fill(5);
    expect(statistics.mu).toEqual(identity.mu);
    expect(statistics.sigma).toEqual(identity.sigma);
  });

  it('must be float64', () => {
    const { mu, sigma } = identity;
    const from = Statistics.fromMoments as (moments: unknown) => Statistics;
    for (const [wrong, what] of [
      [[0, 0], 'an array'],
      [Float32Array.of(0, 0), 'Float32Array'],
      [undefined, 'undefined'],
      ['00', 'string 00'],
    ]) {
      expect(() => from({ mu: wrong, sigma })).toThrow(
        new TypeError(`mu must be a Float64Array, not ${what}`),
      );
    }
    expect(() => from({ mu, sigma: [1, 0, 0, 1] })).toThrow(
      new TypeError('sigma must be a Float64Array, not an array'),
    );
  });
});

describe('fromMoments', () => {
  const mu = new Float64Array(2);
  const from = (...sigma: number[]) => Statistics.fromMoments({ mu, sigma: Float64Array.from(sigma) });

  it.each([
    ['an asymmetric matrix', [1, 0.5, 0, 1], 'not symmetric: 0 and 0.5 at [1, 0]'],
    ['NaN', [1, Number.NaN, 0, 1], 'not finite: 0 at [1, 0]'],
    ['infinity on the diagonal', [1, 0, 0, Number.POSITIVE_INFINITY], 'not finite: Infinity at [1, 1]'],
    ['a negative variance', [1, 0, 0, -0.5], 'not positive semidefinite'],
    ['only negative variances', [-1, 0, 0, -1], 'not positive semidefinite'],
    ['a correlation above 1', [1, 2, 2, 1], 'not positive semidefinite'],
    ['a covariance without variances', [0, 1, 1, 0], 'not symmetric|not positive semidefinite'],
    ['a tiny one', [1e-300, 2e-300, 2e-300, 1e-300], 'not positive semidefinite'],
    ['a huge one', [1e300, 1.5e300, 1.5e300, 1e300], 'not positive semidefinite'],
  ])('refuses %s', (_, sigma, message) => {
    expect(() => from(...sigma)).toThrow(RangeError);
    expect(() => from(...sigma)).toThrow(new RegExp(message.replace(/[[\]]/g, '\\$&')));
  });

  it('says the smallest eigenvalue it takes: rounding to float32', () => {
    const least = 2 * 2 ** -24;
    expect(() => from(1, 0, 0, -0.9 * least)).not.toThrow();
    expect(() => from(1, 0, 0, -1.1 * least)).toThrow(
      `the covariance is not positive semidefinite: it has an eigenvalue below ${-least}`,
    );
  });

  it('takes covariances that are short of rank, also when rounded to float32, and no variance at all', () => {
    expect(() => from(0, 0, 0, 0)).not.toThrow();
    for (const [n, dims] of [
      [3, 100],
      [40, 300],
    ] as const) {
      const { mu, sigma } = Statistics.of(syntheticActivations(n, dims, 1, 100));
      expect(() => Statistics.fromMoments({ mu, sigma })).not.toThrow();
      expect(() => Statistics.fromMoments({ mu, sigma: sigma.map(Math.fround) })).not.toThrow();
    }
  });

  it('refuses a mean that is not finite, and a count below 2 or not whole', () => {
    const sigma = Float64Array.of(1, 0, 0, 1);
    expect(() => Statistics.fromMoments({ mu: Float64Array.of(0, Number.NaN), sigma })).toThrow(
      'the mean is not finite: NaN at [1]',
    );
    for (const count of [1, 2.5, Number.NaN, -3]) {
      expect(() => Statistics.fromMoments({ mu, sigma, count })).toThrow(`invalid count: ${count}`);
    }
    expect(Statistics.fromMoments({ mu, sigma, count: 2 }).count).toBe(2);
  });
});
