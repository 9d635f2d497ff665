import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { ActivationRows } from '../src/activation-rows.js';
import { Reservoir } from '../src/metrics/reservoir.js';

/** Activations of images `from` to `to`, each `[2 · image, 2 · image + 1]`. */
function rows(from: number, to: number): ActivationRows {
  const data = Float32Array.from({ length: 2 * (to - from) }, (_, i) => 2 * from + i);
  return ActivationRows.of(ndarray(data, [to - from, 2]));
}

/** The images that are kept of the first `n`, added in batches of `batch`. */
function kept(n: number, options: { capacity: number; seed?: number }, batch: number = n): number[] {
  const reservoir = new Reservoir(2, options);
  for (let from = 0; from < n; from += batch) reservoir.add(rows(from, Math.min(n, from + batch)));
  const { data, shape } = reservoir.activations();
  expect(shape).toEqual([Math.min(n, options.capacity), 2]);
  const images = Array.from({ length: data.length / 2 }, (_, i) => data[2 * i]! / 2);
  // Whole rows, and not the beginning of one and the end of another.
  images.forEach((image, i) => void expect(data[2 * i + 1]).toBe(2 * image + 1));
  return images;
}

describe('Reservoir', () => {
  it('keeps all rows, in order, of no more than its capacity', () => {
    expect(kept(0, { capacity: 4 })).toEqual([]);
    expect(kept(3, { capacity: 4 })).toEqual([0, 1, 2]);
    expect(kept(4, { capacity: 4 }, 1)).toEqual([0, 1, 2, 3]);
  });

  it('keeps nothing with a capacity of 0', () => {
    expect(kept(5, { capacity: 0 })).toEqual([]);
  });

  it('keeps each row once, whatever the batches, by its seed', () => {
    const images = kept(50, { capacity: 7, seed: 3 });
    expect(new Set(images).size).toBe(7);
    for (const batch of [1, 7, 8, 49]) expect(kept(50, { capacity: 7, seed: 3 }, batch)).toEqual(images);
    expect(kept(50, { capacity: 7, seed: 4 })).not.toEqual(images);
    expect(kept(50, { capacity: 7 })).toEqual(kept(50, { capacity: 7, seed: 0 }));
  });

  // Algorithm R: each of n rows is kept with probability capacity / n, wherever it stands.
  it.each([
    [4, 3],
    [5, 1],
    [12, 5],
  ])('keeps each of %i rows as often, at a capacity of %i', (n, capacity) => {
    const runs = 1500;
    const counts = new Array<number>(n).fill(0);
    for (let seed = 0; seed < runs; seed++) for (const image of kept(n, { capacity, seed })) counts[image]!++;
    const share = capacity / n;
    // Five standard deviations of a binomial count.
    const slack = 5 * Math.sqrt(runs * share * (1 - share));
    for (const count of counts) expect(Math.abs(count - runs * share)).toBeLessThan(slack);
  });
});
