import { createRng, rngFromState, shuffle, split, splitHalves } from '@cxr/image';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('createRng', () => {
  it('gives the same numbers on every machine', () => {
    const rng = createRng(42);
    expect([rng.uint32(), rng.uint32(), rng.uint32()]).toMatchInlineSnapshot(`
      [
        1223075478,
        891856615,
        3196695226,
      ]
    `);
    expect(rng.uniform()).toMatchInlineSnapshot(`0.62322202759221`);
  });

  it('has a stream of its own for each list of keys', () => {
    const lists = [[0], [1], [0, 0], [0, 1], [1, 0], [0, 0, 0], [-1], [2 ** 32], [2 ** 40 + 1]];
    const firsts = lists.map(([seed, ...keys]) => createRng(seed!, ...keys).uint32());
    expect(new Set(firsts).size).toBe(lists.length);
    expect(() => createRng(1.5)).toThrow(new RangeError('invalid seed: 1.5'));
    expect(() => createRng(1, Number.NaN)).toThrow(RangeError);
  });

  it('goes on from its state, wherever that was read', () => {
    fc.assert(
      fc.property(
        fc.maxSafeInteger(),
        fc.array(fc.constantFrom('uint32', 'uniform', 'normal')),
        (seed, calls) => {
          const rng = createRng(seed);
          for (const call of calls) rng[call as 'uint32']();
          const copy = rngFromState(JSON.parse(JSON.stringify(rng.state())) as number[]);
          expect([copy.normal(), copy.uniform(), copy.uint32()]).toEqual([
            rng.normal(),
            rng.uniform(),
            rng.uint32(),
          ]);
        },
      ),
    );
    for (const bad of [[], [1, 2, 3], [0, 0, 0, 0], [1, 2, 3, 0.5], [1, 2, 3, 4, 5, 6]]) {
      expect(() => rngFromState(bad)).toThrow(RangeError);
    }
  });

  it('draws numbers of the right distributions', () => {
    const rng = createRng(7);
    const n = 40_000;
    const normals = Array.from({ length: n }, () => rng.normal());
    const average = normals.reduce((a, b) => a + b) / n;
    const variance = normals.reduce((a, b) => a + (b - average) ** 2, 0) / n;
    // Five standard errors: 1/√n of the mean, √(2/n) of the variance.
    expect(Math.abs(average)).toBeLessThan(5 / Math.sqrt(n));
    expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < n; i++) counts[rng.integer(6)]!++;
    for (const count of counts) expect(Math.abs(count - n / 6)).toBeLessThan(5 * Math.sqrt(n / 6));
    const uniforms = Array.from({ length: n }, () => rng.uniform());
    expect(Math.min(...uniforms)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniforms)).toBeLessThan(1);
  });

  it('refuses a range that is none', () => {
    for (const bad of [0, -1, 1.5, 2 ** 33]) expect(() => createRng(1).integer(bad)).toThrow(RangeError);
    expect(createRng(1).integer(1)).toBe(0);
    expect(createRng(1).integer(2 ** 32)).toBe(createRng(1).uint32());
  });
});

describe('shuffle and split', () => {
  const items = fc.uniqueArray(fc.integer(), { maxLength: 60 });

  it('keep each item once, in an order fixed by the seed', () => {
    fc.assert(
      fc.property(items, fc.maxSafeInteger(), (list, seed) => {
        const shuffled = shuffle(list, createRng(seed));
        expect(new Set(shuffled)).toEqual(new Set(list));
        expect(shuffled).toHaveLength(list.length);
        expect(shuffle(list, createRng(seed))).toEqual(shuffled);
        const parts = split(list, [0.5, 0.3, 0.2], createRng(seed));
        expect(parts.flat()).toEqual(shuffled);
        parts.forEach((part, i) => {
          expect(Math.abs(part.length - list.length * [0.5, 0.3, 0.2][i]!)).toBeLessThan(1.01);
        });
      }),
    );
  });

  it('reaches every order of three', () => {
    const orders = new Set(
      Array.from({ length: 100 }, (_, seed) => shuffle([1, 2, 3], createRng(seed)).join()),
    );
    expect(orders.size).toBe(6);
  });

  it('halves', () => {
    const [first, second] = splitHalves([1, 2, 3, 4, 5], createRng(1));
    expect([first.length, second.length]).toEqual([2, 3]);
    expect(new Set([...first, ...second]).size).toBe(5);
  });

  it('refuses fractions that do not add up', () => {
    for (const bad of [[], [0.5], [1.5, -0.5], [0.5, 0.6]]) {
      expect(() => split([1], bad, createRng(1))).toThrow(RangeError);
    }
  });
});
