import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng, phantom } from '@cxr/data';
import { frechetDistance, type InceptionEngine, statistics } from '@cxr/fid';
import { pathStatistics, writeStatistics } from '@cxr/fid/node';
import { image } from '@cxr/image';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stripesEngine } from './shared.js';

const folder = mkdtempSync(join(tmpdir(), 'cxr-paths-'));
const at = (...path: string[]) => join(folder, ...path);
const chest = (i: number, sick = false) => phantom({ seed: i, size: 20 + i, sick });

let disposed = 0;
const engine = stripesEngine(() => {
  disposed++;
});

beforeAll(() => {
  for (const name of ['a', 'b', 'b/deep', 'dark', 'bad']) mkdirSync(at(name));
  for (let i = 0; i < 4; i++) writeFileSync(at('a', `${i}.png`), encodePng(chest(i)));
  for (let i = 0; i < 3; i++) writeFileSync(at('b', `${i}.png`), encodePng(chest(i, true)));
  writeFileSync(at('b/deep', '3.png'), encodePng(chest(3, true)));
  for (let i = 0; i < 4; i++) {
    const { data, shape } = chest(i);
    const twelve = image(
      Uint16Array.from(data, (value) => 16 * value + 15),
      shape[0]!,
      shape[1]!,
      1,
    );
    writeFileSync(at('dark', `${i}.png`), encodePng(twelve));
  }
  writeFileSync(at('bad', '0.png'), encodePng(chest(0)));
  for (const name of ['1', '2']) writeFileSync(at('bad', `${name}.png`), 'no image');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('pathStatistics', () => {
  it('takes an engine of another, folders and files in any order, and gives what statistics gives', async () => {
    const b = await statistics(
      [0, 1, 2].map((i) => chest(i, true)),
      engine,
    );
    await writeStatistics(at('b.npz'), b);
    const progress: string[] = [];
    const report = await pathStatistics([at('b.npz'), at('a'), at('b'), at('b.npz')], {
      engine,
      batchSize: 3,
      workers: 0,
      keepActivations: true,
      sampleSize: 2,
      onProgress: ({ path, done, total }) =>
        progress.push(`${path.slice(folder.length + 1)} ${done}/${total}`),
    });
    expect(report).toMatchObject({
      dims: 5,
      resize: 'pil299',
      engine: { name: 'stripes', device: 'here' },
      weights: undefined,
      skipped: 0,
    });
    const [file, first, second, again] = report.paths;
    expect(report.paths.map(({ path }) => path)).toEqual([at('b.npz'), at('a'), at('b'), at('b.npz')]);
    expect(first!.names).toEqual([0, 1, 2, 3].map((i) => at('a', `${i}.png`)));
    expect(first!.activations!.shape).toEqual([4, 5]);
    expect(first!.sample!.shape).toEqual([2, 5]);
    expect(first!.statistics.mu).toEqual(
      (
        await statistics(
          [0, 1, 2, 3].map((i) => chest(i)),
          engine,
        )
      ).mu,
    );
    expect(second!.statistics.mu).toEqual(b.mu);
    expect([file!.names, file!.activations, file!.sample]).toEqual([[], undefined, undefined]);
    expect(frechetDistance(again!.statistics, second!.statistics)).toBeLessThan(1e-6);
    expect(progress).toEqual(['a 3/4', 'a 4/4', 'b 3/3']);
    expect(report.seconds.features).toBeGreaterThan(report.seconds.engine);
    // It is the caller's to dispose of.
    expect(disposed).toBe(0);
  });

  it('runs no network between statistics', async () => {
    const file = at('other.npz');
    const chests = [0, 1, 2].map((seed) => chest(seed, true));
    await writeStatistics(file, await statistics(chests, engine));
    const report = await pathStatistics([file, file], { engine });
    expect([report.engine, report.weights, report.seconds.engine]).toEqual([undefined, undefined, 0]);
    await expect(pathStatistics([file], { dims: 64 })).rejects.toMatchObject({
      code: 'mismatch',
      message: `${file}: statistics have 5 dims, not 64`,
    });
  });

  it('refuses a folder of one image before the network runs, and takes one of two', async () => {
    for (const name of ['one', 'two']) mkdirSync(at(name));
    for (const file of [at('one', '0.png'), at('two', '0.png')]) writeFileSync(file, encodePng(chest(0)));
    writeFileSync(at('two', '1.png'), encodePng(chest(1)));
    let runs = 0;
    const counting: InceptionEngine = {
      ...engine,
      activations: (batch) => {
        runs++;
        return engine.activations(batch);
      },
    };
    const found = (...names: string[]) =>
      pathStatistics(
        names.map((name) => at(name)),
        { engine: counting, workers: 0 },
      );
    await expect(found('two', 'one')).rejects.toMatchObject({
      code: 'empty',
      message: `${at('one')}: a FID needs at least two images a set: 1 here`,
    });
    expect(runs).toBe(0);
    expect((await found('two')).paths[0]!.statistics.count).toBe(2);
    expect(runs).toBe(1);
  });

  it('looks into sub-folders where asked to', async () => {
    const count = async (recursive: boolean) =>
      (await pathStatistics([at('b')], { engine, recursive, workers: 0 })).paths[0]!.statistics.count;
    expect([await count(false), await count(true)]).toEqual([3, 4]);
  });

  it('warns of 12 bits in 16, a folder, and reads them as such', async () => {
    const warnings: string[] = [];
    const options = { engine, workers: 0, onWarning: (message: string) => warnings.push(message) };
    await pathStatistics([at('a'), at('dark')], options);
    expect(warnings).toEqual([
      expect.stringMatching(/dark: the 4 16-bit images use only 12 of 16 bits.*--bits 12\)$/),
    ]);
    const report = await pathStatistics([at('a'), at('dark')], { ...options, bits: 12 });
    expect(warnings).toHaveLength(1);
    // The top 8 of the 12 bits are the 8-bit images.
    expect(report.paths[1]!.statistics.mu).toEqual(report.paths[0]!.statistics.mu);
    await expect(pathStatistics([at('a')], { ...options, bits: 0 })).rejects.toThrow('invalid bits: 0');
  });

  it('counts files that cannot be read, and needs two that can', async () => {
    const bad: string[] = [];
    const onBad = ({ file }: { file?: string }) => bad.push(file!);
    await expect(pathStatistics([at('bad')], { engine, workers: 0 })).rejects.toMatchObject({
      name: 'CxrFileError',
      file: at('bad', '1.png'),
    });
    await expect(pathStatistics([at('bad')], { engine, workers: 0, onBad })).rejects.toMatchObject({
      code: 'empty',
      message: `${at('bad')}: a FID needs at least two images a set: 1 here`,
    });
    expect(bad).toEqual([at('bad', '1.png'), at('bad', '2.png')]);
    writeFileSync(at('bad', '3.png'), encodePng(chest(1)));
    const report = await pathStatistics([at('a'), at('bad')], { engine, workers: 0, onBad });
    expect([report.skipped, report.paths[1]!.names]).toEqual([2, [at('bad', '0.png'), at('bad', '3.png')]]);
  });
});
