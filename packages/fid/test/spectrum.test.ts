import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { phantoms, readNpz } from '@cxr/data';
import { spectrum, spectrumSvg } from '@cxr/fid';
import { createRng, image, ndarray } from '@cxr/image';
import { describe, expect, it } from 'vitest';
import { fixtures, readBytes, relative } from './shared.js';

describe('spectrum', () => {
  // By definition, with NumPy's FFT: fixtures/fid/make-spectrum.py.
  const sets = readNpz(readBytes(join(fixtures, 'spectrum.npz')));
  const golden = JSON.parse(readFileSync(join(fixtures, 'spectrum.json'), 'utf8'));

  it.each(['plain', 'lattice'])('has NumPy’s values: %s', async (name) => {
    const { data, shape } = sets[name]!;
    const result = await spectrum(ndarray(data as Uint8Array, [...shape, 1]));
    const { power, deviation, lattice } = golden[name];
    expect([result.size, result.n, result.power.length]).toEqual([48, 5, 25]);
    for (const [f, value] of power.entries()) expect(relative(result.power[f]!, value)).toBeLessThan(1e-10);
    for (const [f, value] of deviation.entries()) expect(result.deviation[f]).toBeCloseTo(value, 9);
    lattice.forEach((energies: number[], i: number) => {
      const found = result.lattice[i]!;
      expect([found.period, found.frequency]).toEqual(
        [
          [2, 24],
          [4, 12],
        ][i],
      );
      for (const [j, value] of energies.entries())
        expect(relative(found.energies[j]!, value)).toBeLessThan(1e-10);
      const sorted = [...energies].sort((a, b) => a - b);
      expect(relative(found.median, sorted[2]!)).toBeLessThan(1e-10);
      expect([found.low, found.high]).toEqual([Math.min(...found.energies), Math.max(...found.energies)]);
    });
  });

  it('of white noise is its variance at every frequency, without a lattice', async () => {
    const noise = Array.from({ length: 40 }, (_, i) => {
      const rng = createRng(1, i);
      return image(
        Uint8Array.from({ length: 64 * 64 }, () => Math.round(128 + 20 * rng.normal())),
        64,
        64,
        1,
      );
    });
    const { power, lattice } = await spectrum(noise);
    for (const value of power.subarray(3)) expect(Math.abs(value / 400 - 1)).toBeLessThan(0.12);
    for (const { median } of lattice) expect(Math.abs(median - 1)).toBeLessThan(0.2);
  });

  it('shows a checkerboard of two grey levels that nobody sees', async () => {
    const chests = [...phantoms({ count: 4, seed: 1, size: 64 })].map((chest) => chest.image);
    const marked = chests.map(({ data }) => {
      const bytes = Uint8Array.from(data, (value, i) => value + ((i + (i >> 6)) % 2 === 0 ? 2 : -2));
      return image(bytes, 64, 64, 1);
    });
    const [plain, found] = [await spectrum(chests), await spectrum(marked)];
    expect(found.lattice[0]!.low).toBeGreaterThan(2 * plain.lattice[0]!.high);
    expect(relative(found.lattice[1]!.median, plain.lattice[1]!.median)).toBeLessThan(0.1);
  });

  it('brings images to a size, and refuses those of another one by name', async () => {
    const mixed = [
      ...phantoms({ count: 2, seed: 1, size: 32 }),
      ...phantoms({ count: 1, seed: 2, size: 48 }),
    ];
    expect(await spectrum(mixed, { size: 32 })).toMatchObject({ size: 32, n: 3 });
    await expect(spectrum(mixed)).rejects.toThrow(
      / is 48 × 48, not 32 × 32: bring the images to one size by/,
    );
    const wide = image(new Uint8Array(32 * 16), 16, 32, 1);
    await expect(spectrum([wide])).rejects.toThrow('image 0 is 32 × 16, not square');
    await expect(spectrum([])).rejects.toThrow('a spectrum needs at least one image');
    await expect(spectrum([image(new Uint8Array(225), 15, 15, 1)])).rejects.toThrow('invalid size: 15');
    await expect(spectrum(mixed, { size: 32, periods: [3] })).rejects.toThrow('invalid period: 3');
    await expect(spectrum(mixed, { size: 32, periods: 2 as never })).rejects.toThrow(
      'periods must be a list: number 2',
    );
    await expect(spectrum(mixed, { size: 0 })).rejects.toThrow('size must be a whole number above 0: 0');
  });

  it('of an image of one colour has no pattern', async () => {
    const { lattice, power } = await spectrum([image(new Uint8Array(256).fill(7), 16, 16, 1)]);
    expect(lattice.map(({ median }) => median)).toEqual([1, 1]);
    expect(Math.max(...power)).toBe(0);
  });
});

describe('spectrumSvg', () => {
  it('draws one line and one row a lattice frequency for each set', async () => {
    const reals = await spectrum([...phantoms({ count: 2, seed: 1, size: 32 })]);
    const svg = spectrumSvg([
      { label: 'reals <&>', spectrum: reals },
      { label: 'fakes', spectrum: reals, color: 'red' },
    ]);
    expect(svg.match(/<polyline/g)).toHaveLength(2);
    expect(svg.match(/<circle/g)).toHaveLength(4);
    expect(svg).toContain('reals &#60;&#38;&#62; (2)');
    expect(svg).toContain('fakes, 16 cycles');
    expect(svg).not.toMatch(/NaN|Infinity/);
    const blank = await spectrum([image(new Uint8Array(256), 16, 16, 1)]);
    expect(spectrumSvg([{ label: 'blank', spectrum: blank }])).not.toMatch(/NaN|Infinity/);
    expect(() => spectrumSvg([])).toThrow('no spectrum');
    expect(() => spectrumSvg({} as never)).toThrow('expected a list of spectra, not an object');
    expect(() =>
      spectrumSvg([
        { label: 'a', spectrum: reals },
        { label: 'b', spectrum: blank },
      ]),
    ).toThrow('spectra of 32 and 16 pixels cannot be compared');
  });
});
