import { createRng } from '@cxr/augment';
import { describe, expect, it } from 'vitest';
import { normalTable, standardNormals } from '../src/pixels/normals.js';

describe('the table of normal quantiles', () => {
  // scipy.stats.norm.ppf((i + 0.5) / 8192), which the table divides by its own deviation.
  const golden: [number, number][] = [
    [0, -3.841931],
    [1, -3.563308],
    [100, -2.248629],
    [198, -1.973295],
    [199, -1.971156],
    [2047, -0.674682],
    [4095, -0.000153],
    [8000, 1.988532],
    [8191, 3.841931],
  ];

  it('has the quantiles, scaled to a variance of 1', () => {
    const table = normalTable();
    expect(table).toHaveLength(8192);
    expect(table.reduce((sum, z) => sum + z * z, 0) / 8192).toBeCloseTo(1, 5);
    // The quantiles' own deviation is 0.99992.
    const scale = 1 / 0.9999195636;
    for (const [i, z] of golden) expect(table[i]! / scale, String(i)).toBeCloseTo(z, 5);
  });

  it('is drawn from by a generator, reproducibly', () => {
    const numbers = standardNormals(createRng(1), 1000);
    expect(numbers).toEqual(standardNormals(createRng(1), 1000));
    expect(new Set(numbers).size).toBeGreaterThan(900);
  });
});
