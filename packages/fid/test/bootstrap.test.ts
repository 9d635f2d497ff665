import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readNpz } from '@cxr/data';
import { bootstrap, frechetDistance, prdc, Statistics } from '@cxr/fid';
import { ndarray } from '@cxr/image';
import { describe, expect, it } from 'vitest';
import { fixtures, readBytes, syntheticActivations } from './shared.js';

// In NumPy and SciPy, by definition, of our resamples: fixtures/fid/make-bootstrap.py.
const golden = JSON.parse(readFileSync(join(fixtures, 'bootstrap.json'), 'utf8'));
const arrays = readNpz(readBytes(join(fixtures, 'metrics.npz')));
const [real, fake] = [arrays.real!, arrays.fake!].map(({ data, shape }) =>
  ndarray(data as Float32Array, [...shape]),
) as [ReturnType<typeof syntheticActivations>, ReturnType<typeof syntheticActivations>];

describe('bootstrap', () => {
  it('gives the intervals of NumPy', () => {
    const { resamples, ...got } = bootstrap(real, fake, { resamples: 25, seed: 3 });
    expect(resamples).toBe(25);
    expect(Object.keys(got).sort()).toEqual(Object.keys(golden).sort());
    for (const [name, expected] of Object.entries(golden as Record<string, Record<string, number>>)) {
      for (const [key, value] of Object.entries(expected)) {
        const own = (got as unknown as Record<string, Record<string, number>>)[name]![key]!;
        expect(Math.abs(own - value), `${name} ${key}`).toBeLessThan(1e-9 * Math.max(1, Math.abs(value)));
      }
    }
  });

  it('computes only what is asked for, the same in each run of a seed', () => {
    const options = { resamples: 9, metrics: ['fid'], seed: 1 } as const;
    const one = bootstrap(real, fake, options);
    expect(Object.keys(one)).toEqual(['resamples', 'fid']);
    expect(bootstrap(real, fake, options)).toEqual(one);
    expect(bootstrap(real, fake, { ...options, seed: 2 }).fid!.std).not.toBe(one.fid!.std);
    expect(bootstrap(real, fake, { resamples: 2, metrics: ['prdc'], k: 3 }).recall!.value).toBe(
      prdc(real, fake, { k: 3 }).recall,
    );
  });

  it('is as wide as the values of other images of the same kind', () => {
    const set = (seed: number) =>
      [syntheticActivations(80, 6, 2 * seed), syntheticActivations(80, 6, 2 * seed + 1, 0.2)] as const;
    const others = Array.from({ length: 30 }, (_, i) => {
      const [a, b] = set(100 + i);
      return frechetDistance(Statistics.of(a), Statistics.of(b));
    });
    const mean = others.reduce((sum, value) => sum + value, 0) / 30;
    const spread = Math.sqrt(others.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 29);
    const got = [0, 1, 2, 3, 4].map((i) => bootstrap(...set(i), { metrics: ['fid'], resamples: 30 }).fid!);
    const std = got.reduce((sum, fid) => sum + fid.std, 0) / 5;
    expect(std / spread).toBeGreaterThan(0.6);
    expect(std / spread).toBeLessThan(1.7);
    for (const { bias, low, high } of got) {
      expect(bias).toBeGreaterThan(0);
      expect([low < mean, mean < high]).toEqual([true, true]);
    }
  }, 30_000);

  it.each([
    [{ resamples: 1 }, 'invalid number of resamples: 1'],
    [{ metrics: ['is'] }, 'metrics must be some of fid, kid, prdc: string is'],
    [{ k: 23 }, 'halves need more than 23 images each: 45 in all'],
    [{ k: 0 }, 'k must be a whole number above 0: 0'],
    [{ degree: 0 }, 'invalid degree: 0'],
  ])('refuses %j', (options, message) => {
    const call = () => bootstrap(real, fake, { resamples: 2, ...options } as never);
    expect(call).toThrow(RangeError);
    expect(call).toThrow(message);
  });
});
