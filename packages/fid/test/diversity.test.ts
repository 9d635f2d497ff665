import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readNpz } from '@cxr/data';
import { cmmd, inceptionScore, realism, vendiScore } from '@cxr/fid';
import { ndarray } from '@cxr/image';
import { describe, expect, it } from 'vitest';
import { fixtures, readBytes, relative, syntheticActivations } from './shared.js';

// By vendi-score, and by the papers' formulas in NumPy: fixtures/fid/make-diversity.py.
const golden = JSON.parse(readFileSync(join(fixtures, 'diversity.json'), 'utf8'));
const arrays = readNpz(readBytes(join(fixtures, 'metrics.npz')));
const [real, fake] = ['real', 'fake'].map((name) =>
  ndarray(arrays[name]!.data as Float32Array, [...arrays[name]!.shape]),
) as [ReturnType<typeof syntheticActivations>, ReturnType<typeof syntheticActivations>];

describe('vendiScore', () => {
  it('is that of vendi-score, with more images than dims and with fewer', () => {
    expect(relative(vendiScore(real), golden.vendi)).toBeLessThan(1e-9);
    expect(relative(vendiScore(fake), golden.vendiDual)).toBeLessThan(1e-9);
    const few = ndarray(real.data.slice(0, 9 * 16), [9, 16]);
    expect(relative(vendiScore(few), golden.vendiFew)).toBeLessThan(1e-9);
  });

  it('is 1 for one image many times, and n for n that have nothing in common', () => {
    expect(vendiScore(ndarray(new Float32Array(12).fill(3), [4, 3]))).toBeCloseTo(1, 12);
    expect(vendiScore(ndarray(Float32Array.of(2, 0, 0, 0, 5, 0, 0, 0, 1), [3, 3]))).toBeCloseTo(3, 12);
    expect(() => vendiScore(ndarray(new Float32Array(6), [2, 3]))).toThrow(
      'activations of image 0 are all 0',
    );
  });
});

describe('cmmd', () => {
  it('is the formula of the paper', () => {
    expect(Math.abs(cmmd(real, fake) - golden.cmmd)).toBeLessThan(1e-9);
    expect(relative(cmmd(real, fake, { sigma: 2, normalize: false }), golden.cmmdPlain)).toBeLessThan(1e-9);
    expect(Math.abs(cmmd(real, real))).toBeLessThan(1e-9);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses sigma %d', (sigma) => {
    expect(() => cmmd(real, fake, { sigma })).toThrow(new RangeError(`invalid sigma: ${sigma}`));
  });
});

describe('realism', () => {
  it.each([3, 5])('is the formula of the paper, k = %i', (k) => {
    const got = realism(real, fake, { k });
    golden[`realism${k}`].forEach((expected: number | null, i: number) => {
      if (expected === null) expect(got[i]).toBe(Number.POSITIVE_INFINITY);
      else expect(relative(got[i]!, expected)).toBeLessThan(1e-6);
    });
    expect(got).toHaveLength(45);
  });

  it('refuses too few reals', () => {
    expect(() => realism(syntheticActivations(3, 4, 1), syntheticActivations(3, 4, 2))).toThrow(RangeError);
    expect(() => realism(real, fake, { k: 0 })).toThrow('k must be a whole number above 0: 0');
  });
});

describe('inceptionScore', () => {
  const logits = ndarray(Float32Array.from(real.data), [60, 16]);

  it('is the formula of its authors’ code', () => {
    for (const splits of [1, 7]) {
      const got = inceptionScore(logits, { splits });
      expect(relative(got.mean, golden[`is${splits}`][0])).toBeLessThan(1e-9);
      expect(Math.abs(got.std - golden[`is${splits}`][1])).toBeLessThan(1e-9);
    }
  });

  it('is 1 where all images are of the same class, and the number of classes at best', () => {
    const sure = (classOf: (i: number) => number) =>
      ndarray(
        Float32Array.from({ length: 16 }, (_, k) => (k % 4 === classOf(k >> 2) ? 1000 : 0)),
        [4, 4],
      );
    expect(
      inceptionScore(
        sure(() => 2),
        { splits: 1 },
      ).mean,
    ).toBeCloseTo(1, 12);
    expect(
      inceptionScore(
        sure((i) => i),
        { splits: 1 },
      ).mean,
    ).toBeCloseTo(4, 12);
    expect(() => inceptionScore(logits, { splits: 61 })).toThrow(
      new RangeError('invalid splits: 61 (1 to 60)'),
    );
  });
});
