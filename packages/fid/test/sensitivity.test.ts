import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng, phantom } from '@cxr/data';
import {
  activations,
  ceiling,
  compareActivations,
  frechetDistance,
  type InceptionEngine,
  kid,
  memorisation,
  prdc,
  Statistics,
} from '@cxr/fid';
import { pathStatistics, SENSITIVITY_CHANGES, sensitivity } from '@cxr/fid/node';
import { fitImage, image, resizePillow } from '@cxr/image';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyChanges, type ImageChange } from '../src/node/image-change.js';
import { stripesEngine, syntheticActivations } from './shared.js';

const folder = mkdtempSync(join(tmpdir(), 'cxr-sensitivity-'));
const at = (...path: string[]) => join(folder, ...path);
const engine = stripesEngine();
const options = { engine, workers: 0 };
const chest = (seed: number) => phantom({ seed, size: 48 });

beforeAll(() => {
  for (const name of ['reals', 'others', 'few']) mkdirSync(at(name));
  for (let i = 0; i < 16; i++) {
    // Eight patients with two images each.
    const name = `person${100 + (i >> 1)}_bacteria_${i}.png`;
    writeFileSync(at('reals', name), encodePng(chest(i)));
    writeFileSync(at('others', `${i}.png`), encodePng(chest(100 + i)));
  }
  for (let i = 0; i < 5; i++) writeFileSync(at('few', `${i}.png`), encodePng(chest(i)));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('applyChanges', () => {
  const apply = async (values: number[], width: number, ...changes: ImageChange[]) =>
    Array.from(
      (await applyChanges(image(Uint8Array.from(values), values.length / width, width, 1), changes, 0)).data,
    );

  it('has the values computed by hand, clipped to 0 and 255', async () => {
    expect(await apply([9, 9, 9, 9, 9, 9], 3, { kind: 'checkerboard', levels: 2 })).toEqual([
      11, 7, 11, 7, 11, 7,
    ]);
    expect(await apply([0, 1, 255, 254], 2, { kind: 'checkerboard', levels: 2 })).toEqual([2, 0, 253, 255]);
    expect(await apply([0, 254, 255], 3, { kind: 'shift', levels: 1 })).toEqual([1, 255, 255]);
    const peak = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 160, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    expect((await apply(peak, 5, { kind: 'blur' })).slice(6, 19)).toEqual([
      10, 20, 10, 0, 0, 20, 40, 20, 0, 0, 10, 20, 10,
    ]);
    // Edges are repeated: (0 · 3 + 160) / 4 and (0 + 160 · 3) / 4.
    expect(await apply([0, 160, 0, 160], 2, { kind: 'blur' })).toEqual([40, 120, 40, 120]);
    expect(await apply([7, 7, 7, 7], 2, { kind: 'blur' }, { kind: 'shift', levels: 3 })).toEqual([
      10, 10, 10, 10,
    ]);
  });

  it('adds noise of the deviation asked for, another to each image, the same to all channels', async () => {
    const grey = image(new Uint8Array(64 * 64 * 3).fill(128), 64, 64, 3);
    const noise = { kind: 'noise', levels: 5, seed: 1 } as const;
    const { data } = await applyChanges(grey, [noise], 0);
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
    const variance = data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length;
    expect(Math.abs(mean - 128)).toBeLessThan(0.3);
    expect(Math.abs(Math.sqrt(variance) - 5)).toBeLessThan(0.3);
    for (let i = 0; i < data.length; i += 3) expect([data[i + 1], data[i + 2]]).toEqual([data[i], data[i]]);
    expect((await applyChanges(grey, [noise], 0)).data).toEqual(data);
    expect((await applyChanges(grey, [noise], 1)).data).not.toEqual(data);
    expect((await applyChanges(grey, [{ ...noise, seed: 2 }], 0)).data).not.toEqual(data);
  });

  it('resizes as Pillow, and writes JPEGs that are the worse the lower their quality', async () => {
    const source = chest(1);
    const small = await applyChanges(source, [{ kind: 'resize', size: 24 }], 0);
    expect(small.data).toEqual(resizePillow(source, 24, 24, 'bicubic').data);
    const errors: number[] = [];
    for (const quality of [95, 75, 50]) {
      const { data } = await applyChanges(source, [{ kind: 'jpeg', quality }], 0);
      errors.push(data.reduce((sum, value, i) => sum + (value - source.data[i]!) ** 2, 0));
    }
    expect(errors).toEqual([...errors].sort((a, b) => a - b));
    expect(errors[0]).toBeGreaterThan(0);
  });
});

describe('compareActivations', () => {
  it('has what each metric has alone', () => {
    const [a, b] = [syntheticActivations(20, 6, 1), syntheticActivations(15, 6, 2)];
    const found = compareActivations(a, b, { k: 3, seed: 4 });
    expect(found).toMatchObject(prdc(a, b, { k: 3 }));
    expect(found.fid).toBe(frechetDistance(Statistics.of(a), Statistics.of(b)));
    expect(found.kid).toBe(kid(a, b, { seed: 4 }).mean);
    expect(found.authPct).toBe(memorisation(a, b).authPct);
    expect(found.meanShare).toBeCloseTo(found.meanTerm / found.fid, 12);
    expect(compareActivations(a, b)).toMatchObject(prdc(a, b));
  });
});

describe('ceiling', () => {
  it('is the metrics of the held-out images at the fakes’ size', async () => {
    const [reals, others] = [[...Array(9).keys()].map(chest), [...Array(7).keys()].map((i) => chest(50 + i))];
    const real = await activations(reals, engine);
    const found = await ceiling(real, others, { engine, size: 20, k: 4 });
    const small = others.map((one) => fitImage(one, { size: 20 }));
    const expected = compareActivations(real, await activations(small, engine), { k: 4 });
    expect(found).toEqual({ ...expected, size: 20, n: 7 });
    expect(found.fid).not.toBe(compareActivations(real, await activations(others, engine)).fid);
  });

  it('says what is missing or wrong', async () => {
    const real = await activations([chest(1), chest(2)], engine);
    await expect(ceiling(real, [], undefined as never)).rejects.toThrow(/there is no engine/);
    await expect(ceiling(real, [], { engine } as never)).rejects.toThrow(/pass it as \{ size \}/);
    await expect(ceiling(real, [], { engine, size: 1.5 })).rejects.toThrow(/size must be a whole number/);
    await expect(ceiling(real, [], { engine, siz: 9 } as never)).rejects.toThrow(
      "unknown option 'siz' of ceiling",
    );
    await expect(ceiling(real, 'folder' as never, { engine, size: 9 })).rejects.toThrow(/to read a folder/);
  });

  it('of a folder: pathStatistics brings its images to a size', async () => {
    const report = await pathStatistics([at('others'), { path: at('others'), size: 20 }], { ...options });
    const small = [...Array(16).keys()].map((i) => fitImage(chest(100 + i), { size: 20 }));
    // Files are read in the order of their names: 0, 1, 10, … A mean has no order.
    const expected = Statistics.of(await activations(small, engine)).mu;
    report.paths[1]!.statistics.mu.forEach((value, i) => void expect(value).toBeCloseTo(expected[i]!, 4));
    expect(report.paths[0]!.statistics.mu).not.toEqual(report.paths[1]!.statistics.mu);
    await expect(pathStatistics([{ path: at('others'), size: 0 }], options)).rejects.toThrow(/size must be/);
    await expect(pathStatistics([{ folder: 'x' } as never], options)).rejects.toThrow(
      'expected a path, not an object',
    );
    await expect(pathStatistics([{ path: 'x', sise: 1 } as never], options)).rejects.toThrow(
      "unknown option 'sise'",
    );
  });
});

describe('sensitivity', () => {
  it('compares the other half of the patients, changed in each way, with the first', async () => {
    const phases = new Set<string>();
    const result = await sensitivity(at('reals'), {
      ...options,
      onProgress: ({ phase, done, total }) => phases.add(`${phase} ${done}/${total}`),
    });
    expect(result).toMatchObject({ dims: 5, resize: 'pil299', n1: 8, n2: 8, engine: { name: 'stripes' } });
    expect(result.rows.map(({ name }) => name)).toEqual([
      'unchanged',
      ...SENSITIVITY_CHANGES.map(({ name }) => name),
    ]);
    expect([...phases].slice(0, 3)).toEqual(['reals 8/8', 'unchanged 8/8', 'one grey level brighter 8/8']);
    // The sums of stripes do not see a checkerboard of an even period, but see a brighter image.
    const fid = (name: string) => result.rows.find((row) => row.name === name)!.fid;
    expect(fid('one grey level brighter')).not.toBe(fid('unchanged'));
  });

  it('gives the values of images changed by hand, and keeps all of the first folder with a second', async () => {
    const changes = [{ name: 'brighter', change: { kind: 'shift', levels: 9 } }] as const;
    const result = await sensitivity(at('reals'), { ...options, heldOut: at('others'), size: 32, changes });
    expect([result.n1, result.n2, result.size]).toEqual([16, 16, 32]);
    const real = await activations([...Array(16).keys()].map(chest), engine);
    const small = [...Array(16).keys()].map((i) => fitImage(chest(100 + i), { size: 32 }));
    const bright = await Promise.all(small.map((one) => applyChanges(one, [changes[0].change], 0)));
    const expected = [
      compareActivations(real, await activations(small, engine)),
      compareActivations(real, await activations(bright, engine)),
    ];
    expected.forEach((row, i) => {
      for (const key of ['fid', 'meanTerm', 'precision', 'recall', 'density', 'coverage', 'authPct'] as const)
        expect(result.rows[i]![key]).toBeCloseTo(row[key], 5);
    });
  });

  it('gives the engine batches of the size asked for, and stops at the signal', async () => {
    const seen: string[] = [];
    const abort = new AbortController();
    const work = sensitivity(at('reals'), {
      ...options,
      batchSize: 3,
      signal: abort.signal,
      onProgress: ({ phase, done, total }) => {
        seen.push(`${phase} ${done}/${total}`);
        if (phase === 'unchanged') abort.abort(new Error('enough'));
      },
    });
    await expect(work).rejects.toThrow('enough');
    expect(seen).toEqual(['reals 3/8', 'reals 6/8', 'reals 8/8', 'unchanged 3/8']);
  });

  it.each(['pil299', 'network'] as const)('resizes in the mode asked for: %s', async (resize) => {
    const dtypes = new Set<string>();
    const spy: InceptionEngine = {
      ...engine,
      activations: (batch) => {
        dtypes.add(batch.dtype);
        return engine.activations(batch);
      },
    };
    const result = await sensitivity(at('reals'), { engine: spy, workers: 0, resize, changes: [] });
    expect(result.resize).toBe(resize);
    expect([...dtypes]).toEqual([resize === 'pil299' ? 'uint8' : 'float32']);
  });

  it('leaves out sizes that are not smaller, and warns of unknown patients', async () => {
    const warnings: string[] = [];
    const onWarning = (message: string) => warnings.push(message);
    const result = await sensitivity(at('others'), { ...options, size: 64, onWarning });
    expect(result.rows.map(({ name }) => name)).not.toContain('shrunk to 64');
    expect(result.rows).toHaveLength(SENSITIVITY_CHANGES.length - 1);
    expect(warnings).toEqual([expect.stringMatching(/^the patient of 16 of 16 images is unknown/)]);
  });

  it('refuses what it cannot compare by name', async () => {
    await expect(sensitivity(at('few'), options)).rejects.toThrow(/at least 6 images a side: \d here/);
    await expect(sensitivity(at('reals'), { ...options, heldOut: at('few') })).rejects.toMatchObject({
      code: 'empty',
      file: at('few'),
    });
    await expect(sensitivity(at('none'), options)).rejects.toMatchObject({ code: 'not-found' });
    await expect(sensitivity(7 as never, options)).rejects.toThrow('expected a folder, not number 7');
    await expect(sensitivity(at('reals'), { ...options, change: [] } as never)).rejects.toThrow(
      "unknown option 'change' of sensitivity",
    );
  });
});
