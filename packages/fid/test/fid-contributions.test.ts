import { fidContributions, frechetDistance, Statistics } from '@cxr/fid';
import { ndarray } from '@cxr/image';
import type { NdArray } from 'ndarray';
import { describe, expect, it } from 'vitest';
import { syntheticActivations } from './shared.js';

function without({ data, shape: [n = 0, dims = 0] }: NdArray<Float32Array>, row: number) {
  const kept = [...data.subarray(0, row * dims), ...data.subarray((row + 1) * dims)];
  return ndarray(Float32Array.from(kept), [n - 1, dims]);
}

describe('fidContributions', () => {
  it.each([
    ['more images than dims', 40, 30, 6],
    ['fewer fakes than dims', 40, 9, 12],
    ['fewer reals than dims', 8, 40, 12],
    ['fewer of both', 8, 7, 12],
    ['as many as dims', 12, 12, 12],
    ['the least', 2, 3, 5],
    ['one dim', 9, 9, 1],
  ])('is the FID minus that without the fake: %s', (_, reals, fakes, dims) => {
    const real = Statistics.of(syntheticActivations(reals, dims, 1));
    const fake = syntheticActivations(fakes, dims, 2, 0.2);
    const all = frechetDistance(real, Statistics.of(fake));
    const got = fidContributions(real, fake);
    expect(got).toHaveLength(fakes);
    for (const { fake: row, contribution } of got) {
      const left = frechetDistance(real, Statistics.of(without(fake, row)));
      // Of rank-deficient covariances a distance itself has about 1e-8.
      expect(Math.abs(contribution - (all - left))).toBeLessThan(1e-6 * (1 + all));
    }
    const order = got.map(({ contribution }) => contribution);
    expect(order).toEqual([...order].sort((a, b) => b - a));
  });

  it('takes statistics of a file, without images', () => {
    const { mu, sigma } = Statistics.of(syntheticActivations(40, 6, 1));
    const fake = syntheticActivations(30, 6, 2);
    const [got, expected] = [
      Statistics.fromMoments({ mu, sigma }),
      Statistics.of(syntheticActivations(40, 6, 1)),
    ].map((real) => fidContributions(real, fake));
    expect(got!.map(({ fake: row }) => row)).toEqual(expected!.map(({ fake: row }) => row));
  });

  it('puts the outlier first, and equal fakes in order', () => {
    const fake = syntheticActivations(30, 6, 2);
    fake.data.subarray(6 * 17, 6 * 18).fill(9);
    const real = Statistics.of(syntheticActivations(40, 6, 1));
    expect(fidContributions(real, fake)[0]!.fake).toBe(17);
    const same = ndarray(new Float32Array(12), [4, 3]);
    expect(fidContributions(Statistics.of(same), same)).toEqual(
      [0, 1, 2, 3].map((row) => ({ fake: row, contribution: 0 })),
    );
  });

  it('refuses too few', () => {
    const real = Statistics.of(syntheticActivations(4, 3, 1));
    expect(() => fidContributions(real, syntheticActivations(2, 3, 1))).toThrow(
      new RangeError('contributions to a FID need at least three fakes: 2'),
    );
    expect(() => fidContributions(real, syntheticActivations(5, 4, 1))).toThrow('dims differ: 3 and 4');
    expect(() => fidContributions(Statistics.empty(3), syntheticActivations(5, 3, 1))).toThrow(
      'a covariance needs at least 2 images: 0',
    );
  });
});
