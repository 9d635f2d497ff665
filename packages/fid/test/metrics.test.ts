import { join } from 'node:path';
import { readNpz } from '@cxr/data';
import { fidInfinity, frechetDistance, kid, memorisation, noiseFloor, prdc, Statistics } from '@cxr/fid';
import { createRng, shuffle } from '@cxr/image';
import ndarray, { type NdArray } from 'ndarray';
import { describe, expect, it } from 'vitest';
import { fixtures, readBytes, relative, syntheticActivations } from './shared.js';

// Made by the reference packages: fixtures/fid/make-metrics.py.
const golden = JSON.parse(new TextDecoder().decode(readBytes(join(fixtures, 'metrics.json'))));
const arrays = readNpz(readBytes(join(fixtures, 'metrics.npz')));
const array = (name: string): NdArray<Float32Array> =>
  ndarray(arrays[name]!.data as Float32Array, arrays[name]!.shape);
const real = array('real');
const fake = array('fake');
const first = (rows: NdArray<Float32Array>, n: number) => rows.hi(n, rows.shape[1]!);

describe('on the activations of the reference', () => {
  it('FID is that of pytorch-fid', () => {
    expect(relative(frechetDistance(Statistics.of(real), Statistics.of(fake)), golden.fid)).toBeLessThan(
      1e-9,
    );
    // pytorch-fid's root of a singular product carries the square root of rounding, about 1e-8 a dim.
    const few = frechetDistance(Statistics.of(first(real, 9)), Statistics.of(first(fake, 7)));
    expect(relative(few, golden.fidFew)).toBeLessThan(1e-6);
  });

  it('KID is that of torch-fidelity', () => {
    // The subset is both sets whole, so that no random choice comes in.
    const got = kid(first(real, 45), fake, { subsetSize: 45 });
    expect(relative(got.mean, golden.kid45)).toBeLessThan(1e-9);
    expect(got).toMatchObject({ std: 0, subsets: 1 });
    // Taken as they are, not drawn and copied: the order of the sums is that of the sets.
    expect(kid(first(real, 45), fake, { subsetSize: 45, seed: 1 }).mean).toBe(got.mean);
    for (const { kid: expected, degree, gamma, coef0 } of golden.kidKernels) {
      const options = { subsetSize: 45, degree, gamma: gamma ?? undefined, coef0 };
      expect(relative(kid(first(real, 45), fake, options).mean, expected)).toBeLessThan(1e-9);
    }
  });

  it.each([
    [{ degree: 0 }, 'invalid degree: 0'],
    [{ degree: 1.5 }, 'invalid degree: 1.5'],
    [{ gamma: 0 }, 'invalid gamma: 0'],
    [{ gamma: Number.POSITIVE_INFINITY }, 'invalid gamma: Infinity'],
    [{ coef0: -1 }, 'invalid coef0: -1'],
    [{ coef0: Number.NaN }, 'invalid coef0: NaN'],
  ])('KID refuses %j', (options, message) => {
    expect(() => kid(real, fake, options)).toThrow(new RangeError(message));
  });

  it.each([3, 5])('precision, recall, density and coverage are those of prdc, k = %i', (k) => {
    const got = prdc(real, fake, { k });
    // Shares of whole numbers: only the order of rounding differs.
    for (const name of ['precision', 'recall', 'density', 'coverage'] as const) {
      expect(got[name]).toBeCloseTo(golden[`prdc${k}`][name], 12);
    }
  });

  it('authenticity is its definition, and the planted copies come first', () => {
    const report = memorisation(real, fake);
    expect(report.authPct).toBeCloseTo(golden.authPct, 9);
    expect(report.authPct + report.unauthenticPct).toBeCloseTo(100, 9);
    expect(relative(report.medianFakeToReal, golden.medianFakeToReal)).toBeLessThan(1e-9);
    expect(relative(report.medianRealToReal, golden.medianRealToReal)).toBeLessThan(1e-9);
    expect(report.pairs[0]).toMatchObject({ fake: 7, real: 11 });
    expect(report.pairs[1]).toMatchObject({ fake: 8, real: 20 });
    expect(report.pairs[0]!.distance).toBe(0);
    expect(report.duplicates).toBe(1);
    expect(report.pairs).toHaveLength(45);
  });

  it('FID∞ is the value of its authors’ line through the same subsets', () => {
    const { value, points } = fidInfinity(Statistics.of(real), fake, { points: 4, seed: 3 });
    const want = golden.fidInfinity;
    expect(points.map(({ n }) => n)).toEqual([5, 18, 31, 45]);
    // pytorch-fid's root of a product that is singular at 5 images carries the root of rounding, about 1e-8 a dim.
    for (const [i, { fid }] of points.entries()) expect(relative(fid, want.points[i].fid)).toBeLessThan(1e-6);
    expect(relative(value, want.value)).toBeLessThan(1e-6);
  });
});

describe('seeds', () => {
  const a = syntheticActivations(80, 12, 1);
  const b = syntheticActivations(70, 12, 2);

  it.each([
    ['kid', (seed: number) => kid(a, b, { seed, subsets: 5, subsetSize: 30 }).mean],
    ['fidInfinity', (seed: number) => fidInfinity(Statistics.of(a), b, { seed, points: 3 }).value],
    ['noiseFloor', (seed: number) => noiseFloor(a, { seed, splits: 4 }).fid],
  ])('%s: the same seed gives the same value, another one another', (_, compute) => {
    expect(compute(5)).toBe(compute(5));
    expect(compute(5)).not.toBe(compute(6));
  });
});

describe('noiseFloor', () => {
  it('lies within its interval and below the distance to another kind of image', () => {
    const reals = syntheticActivations(200, 16, 1);
    const floor = noiseFloor(reals);
    expect(floor).toMatchObject({ splits: 20, n: 200 });
    expect(floor.low).toBeLessThanOrEqual(floor.fid);
    expect(floor.high).toBeGreaterThanOrEqual(floor.fid);
    const others = Statistics.of(syntheticActivations(200, 16, 2, 1));
    expect(floor.high).toBeLessThan(frechetDistance(Statistics.of(reals), others));
  });
});

describe('memorisation of independent images', () => {
  // Rows i.i.d. normal in `d` dims. Two points are each other's nearest with probability 2/3 on a line and 0.6215 in a plane
  // (Cox, 1981), whatever the density.
  const normal = (n: number, dims: number, seed: number) => {
    const rng = createRng(seed);
    return ndarray(
      Float32Array.from({ length: n * dims }, () => rng.normal()),
      [n, dims],
    );
  };

  it.each([
    [1, 66.7],
    [2, 62.15],
  ])('is as probable as theory has it in %i dims, for new images and as expected', (dims, percent) => {
    const report = memorisation(normal(3000, dims, 1), normal(3000, dims, 2));
    // Standard error below 1 % of 3000 draws; four of them.
    expect(Math.abs(report.expectedUnauthenticPct - percent)).toBeLessThan(4);
    expect(Math.abs(report.unauthenticPct - percent)).toBeLessThan(4);
  });

  it('is expected as it comes, and copies are far above it', () => {
    const reals = normal(800, 64, 3);
    const fakes = normal(800, 64, 4);
    const independent = memorisation(reals, fakes);
    expect(Math.abs(independent.unauthenticPct - independent.expectedUnauthenticPct)).toBeLessThan(6);
    expect(independent.expectedUnauthenticPct).toBeLessThan(40);
    for (let i = 0; i < 400 * 64; i++) fakes.data[i] = reals.data[i]! + 1e-3;
    const half = memorisation(reals, fakes);
    expect(half.unauthenticPct).toBeGreaterThan(independent.expectedUnauthenticPct + 30);
    expect(half.expectedUnauthenticPct).toBe(independent.expectedUnauthenticPct);
  });

  it('counts equal reals as nearest to each other', () => {
    const line = (...values: number[]) => ndarray(Float32Array.from(values), [values.length, 1]);
    const report = memorisation(line(0, 0, 10, 11, 14), line(0, 1));
    // 14's nearest is 11, whose own nearest is 10.
    expect(report.expectedUnauthenticPct).toBe(80);
    expect(report.pairs.map(({ ratio }) => ratio)).toEqual([0, Number.POSITIVE_INFINITY]);
    expect([report.authPct, report.unauthenticPct, report.duplicates]).toEqual([50, 50, 1]);
  });
});

describe.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%d in one row', (value) => {
  const good = syntheticActivations(30, 4, 1);
  const bad = syntheticActivations(30, 4, 2);
  bad.set(17, 3, value);
  const moments = Statistics.of(good);
  it.each([
    ['kid', () => kid(bad, good)],
    ['kid, of the second set', () => kid(good, bad)],
    ['prdc', () => prdc(bad, good)],
    ['prdc, of the second set', () => prdc(good, bad)],
    ['memorisation', () => memorisation(bad, good)],
    ['memorisation, of the second set', () => memorisation(good, bad)],
    ['fidInfinity', () => fidInfinity(moments, bad)],
    ['noiseFloor', () => noiseFloor(bad)],
    ['Statistics.of', () => Statistics.of(bad)],
  ])('is refused by name: %s', (_, compute) => {
    expect(compute).toThrow(new RangeError(`activations of image 17 are not finite: ${value}`));
  });
});

describe('the interval of a noise floor', () => {
  it('is that of 95 %: about 1.96 standard errors to each side, drawn by the seed', () => {
    const reals = syntheticActivations(60, 6, 1);
    const splits = 60;
    const indices = Array.from({ length: 60 }, (_, i) => i);
    const rows = (order: readonly number[]) =>
      Statistics.of(
        ndarray(
          Float32Array.from(order.flatMap((i) => [...Array(6).keys()].map((j) => reals.get(i, j)))),
          [30, 6],
        ),
      );
    const distances = Array.from({ length: splits }, (_, i) => {
      const order = shuffle(indices, createRng(4, i));
      return frechetDistance(rows(order.slice(0, 30)), rows(order.slice(30)));
    });
    const mean = distances.reduce((sum, value) => sum + value, 0) / splits;
    const variance = distances.reduce((sum, value) => sum + (value - mean) ** 2, 0) / splits;
    const error = Math.sqrt(variance / splits);
    const floor = noiseFloor(reals, { splits, seed: 4 });
    expect(relative(floor.fid, mean)).toBeLessThan(1e-12);
    // A percentile of 1000 means is good to some 5 % of the error.
    expect(Math.abs((mean - floor.low) / error - 1.96)).toBeLessThan(0.3);
    expect(Math.abs((floor.high - mean) / error - 1.96)).toBeLessThan(0.3);
    expect(noiseFloor(reals, { splits: 5, seed: 5 }).fid).not.toBe(
      noiseFloor(reals, { splits: 5, seed: 4 }).fid,
    );
    expect(noiseFloor(reals, { splits: 5 })).toEqual(noiseFloor(reals, { splits: 5, seed: 0 }));
  });
});

describe('wrong arguments', () => {
  const few = syntheticActivations(3, 4, 1);
  it.each([
    ['kid', () => kid(few, few, { subsetSize: 4 }), /subset size: 4/],
    ['kid, half an image', () => kid(few, few, { subsetSize: 2.5 }), /subset size: 2.5/],
    ['kid, one image a subset', () => kid(few, few, { subsetSize: 1 }), /subset size: 1/],
    ['kid, no subset', () => kid(few, few, { subsets: 0 }), /number of subsets: 0/],
    ['prdc, k', () => prdc(few, few, { k: 0 }), /invalid k: 0/],
    ['no array', () => kid([[1, 2]] as never, few), /must be an ndarray \[n, dims\], not an array/],
    ['a flat array', () => kid(ndarray(new Float32Array(4), [4]), few), /must be \[n, dims\]: \[4\]/],
    ['prdc', () => prdc(few, few), /at least 6: \[3,4\]/],
    ['dims', () => prdc(syntheticActivations(9, 4, 1), syntheticActivations(9, 5, 1)), /4 and 5/],
    ['memorisation', () => memorisation(first(few, 1), few), /at least 2/],
    ['fidInfinity', () => fidInfinity(Statistics.of(few), few), /20 fakes: 3/],
    ['noiseFloor', () => noiseFloor(few), /four images: 3/],
  ])('%s are refused', (_, call, message) => {
    expect(call).toThrow(message);
  });
});
