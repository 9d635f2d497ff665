import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readNpz } from '@cxr/data';
import { frechetDistance, Statistics } from '@cxr/fid';
import { readStatistics, writeStatistics } from '@cxr/fid/node';
import { afterAll, describe, expect, it } from 'vitest';
import { fixtures, readBytes, relative, syntheticActivations } from './shared.js';

const folder = mkdtempSync(join(tmpdir(), 'cxr-statistics-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('statistics files', () => {
  // Written by pytorch-fid: fixtures/fid/make-statistics.py, which also had pytorch-fid read one of ours.
  const theirs = join(fixtures, 'pytorch-fid-statistics.npz');

  it('are read as pytorch-fid writes them', async () => {
    const statistics = await readStatistics(theirs);
    expect(statistics).toMatchObject({ dims: 64, count: undefined });
    const identity = Float64Array.from({ length: 64 * 64 }, (_, i) => (i % 65 === 0 ? 1 : 0));
    const normal = Statistics.fromMoments({ mu: new Float64Array(64), sigma: identity });
    const { fidToStandardNormal } = JSON.parse(
      readFileSync(join(fixtures, 'pytorch-fid-statistics.json'), 'utf8'),
    );
    // 24 images leave 41 of the 64 eigenvalues at nought, of which pytorch-fid takes the root of rounding.
    expect(relative(frechetDistance(statistics, normal), fidToStandardNormal)).toBeLessThan(1e-8);
    expect(frechetDistance(statistics, statistics)).toBeLessThan(1e-6);
  });

  it('are read whatever arrays lie beside them', async () => {
    const file = join(fixtures, 'statistics-with-text.npz');
    expect(() => readNpz(readBytes(file))).toThrow(/npy type <U|pickled objects/);
    const { mu, sigma } = await readStatistics(file);
    expect([[...mu], [...sigma]]).toEqual([
      [1, 2],
      [2, 0.5, 0.5, 1],
    ]);
  });

  it('come back as they were written', async () => {
    const file = join(folder, 'own.npz');
    const statistics = Statistics.of(syntheticActivations(30, 12, 1));
    await writeStatistics(file, statistics);
    const back = await readStatistics(file);
    expect(back.count).toBe(30);
    expect(back.mu).toEqual(statistics.mu);
    expect(back.sigma).toEqual(statistics.sigma);
  });

  it('name the file that is none', async () => {
    const file = join(folder, 'text.npz');
    writeFileSync(file, 'hello');
    await expect(readStatistics(file)).rejects.toMatchObject({ name: 'CxrFileError', file });
  });
});
