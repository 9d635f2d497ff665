import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readNpz } from '@cxr/data';
import { frd, radiomicFeatures } from '@cxr/fid';
import { type Image, image } from '@cxr/image';
import { describe, expect, it } from 'vitest';
import { fixtures, readBytes, relative } from './shared.js';

// By PyRadiomics and frd-score: fixtures/fid/make-radiomics.py.
const golden = JSON.parse(readFileSync(join(fixtures, 'radiomics.json'), 'utf8'));
const arrays = readNpz(readBytes(join(fixtures, 'radiomics.npz')));
const [reals, fakes, flat] = ['reals', 'fakes', 'flat'].map((name): Image[] => {
  const { data, shape } = arrays[name]!;
  const size = 24 * 20;
  return Array.from({ length: shape[0]! }, (_, i) =>
    image((data as Uint8Array).subarray(i * size, (i + 1) * size), 24, 20, 1),
  );
}) as [Image[], Image[], Image[]];

function expectFeatures(got: Record<string, number>, expected: Record<string, number>): void {
  expect(Object.keys(got).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, value] of Object.entries(expected)) {
    const error = Math.abs(got[name]! - value);
    expect(error, `${name}: ${got[name]}, not ${value}`).toBeLessThan(1e-9 * Math.max(1, Math.abs(value)));
  }
}

describe('radiomicFeatures', () => {
  it('are those of PyRadiomics', () => {
    golden.features25.forEach((expected: Record<string, number>, i: number) => {
      expectFeatures(radiomicFeatures(reals[i]!), expected);
    });
    expectFeatures(radiomicFeatures(fakes[0]!, { binWidth: 5 }), golden.features5[0]);
  });

  it('of an image of one grey, too', () => {
    expectFeatures(radiomicFeatures(flat[0]!), golden.flat);
  });

  it('refuse what has no texture', () => {
    expect(() => radiomicFeatures(image(new Uint8Array(1), 1, 1, 1))).toThrow(
      'an image of 1 × 1 pixels has no texture',
    );
    for (const binWidth of [0, 256, 1.5])
      expect(() => radiomicFeatures(flat[0]!, { binWidth })).toThrow(RangeError);
    for (const value of Object.values(radiomicFeatures(image(Uint8Array.of(3, 200), 1, 2, 1)))) {
      expect(Number.isFinite(value)).toBe(true);
    }
  });
});

describe('frd', () => {
  it('is that of frd-score', async () => {
    const got = await frd(reals, fakes);
    expect(relative(got.frd, golden.frd)).toBeLessThan(1e-6);
    expect(relative(got.frd, golden.frdScore)).toBeLessThan(1e-5);
    expect(got).toMatchObject({ n1: 9, n2: 7, logFrd: Math.log(got.frd) });
  });

  it('of a set with itself is about 0, and bears features that do not vary', async () => {
    expect((await frd(reals, reals)).frd).toBeLessThan(1e-6);
    expect(await frd([flat[0]!, flat[0]!], fakes)).toMatchObject({ frd: 0, logFrd: null });
    expect((await frd(reals, [flat[0]!, flat[0]!])).frd).toBeGreaterThan(100);
  });

  it('brings images to a size, and refuses too few', async () => {
    const at = await frd(reals, fakes, { size: 12 });
    expect(at.frd).not.toBe((await frd(reals, fakes)).frd);
    await expect(frd(reals.slice(1, 2), fakes)).rejects.toThrow('at least two images a set: 1');
    await expect(frd(reals, fakes, { size: 0 })).rejects.toThrow('size must be a whole number above 0: 0');
    await expect(frd(reals, fakes, { signal: AbortSignal.abort(new Error('stop')) })).rejects.toThrow('stop');
  });
});
