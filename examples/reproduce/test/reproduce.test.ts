import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeImage, encodePng, phantoms } from '@cxr/data';
import { writeFileAtomic } from '@cxr/data/node';
import { sample, stretchContrast } from '@cxr/dcgan';
import { loadGenerator } from '@cxr/dcgan/node';
import { activations, computeFid, type ImageSet, noiseFloor, randomWeights } from '@cxr/fid';
import { createEngine } from '@cxr/fid/node';
import { fitImage, type Image } from '@cxr/image';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFakes } from '../src/fakes.js';
import { optionsOf, type ReproduceFlags } from '../src/options.js';
import { type ReproduceHooks, reproduce } from '../src/reproduce.js';
import type { ReproduceMetrics } from '../src/results.js';

const PRETRAINED = new URL('../../../packages/dcgan/pretrained/', import.meta.url);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cxr-reproduce-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const weights = randomWeights(1);
const quiet = (signal = new AbortController().signal): ReproduceHooks => ({
  onProgress: () => {},
  onMessage: () => {},
  signal,
  weights,
});
const quick = (out: string, more: ReproduceFlags = {}) =>
  optionsOf({
    quick: true,
    ...{ out: join(folder, out), steps: 5, scoreEvery: 2, count: 6, reals: 8, threads: 1 },
    ...more,
  });
/** What does not depend on time. */
const numbersOf = ({ table, byChoice, curve }: ReproduceMetrics) => ({ table, byChoice, curve });
const list = async (images: AsyncIterable<Image>): Promise<Image[]> => {
  const all: Image[] = [];
  for await (const one of images) all.push(one);
  return all;
};

describe('the quick run', () => {
  let metrics: ReproduceMetrics;
  beforeAll(async () => {
    ({ metrics } = await reproduce(quick('whole'), quiet()));
  }, 120_000);

  it('ends in the table of the published number among its neighbours', () => {
    expect(metrics.table.map(({ id, n1, n2 }) => [id, n1, n2])).toEqual([
      ['paper', 1341, 1000],
      ['ours', 8, 6],
      ['other', 8, 8],
      ['ceiling', 4, 4],
      ['floor', 4, 4],
    ]);
    expect(metrics.table[0]!.fid).toBe(1.289);
    expect(metrics.choices).toEqual({ stretch: true, resize: 'pil299', dims: 64 });
    expect(metrics.train).toMatchObject({ iterations: 5, batchSize: 8 });
    const notes = metrics.notes.join('\n');
    for (const part of ['drawn phantoms', 'weights are random', 'batch size is 8', '5 iterations', '--xray'])
      expect(notes).toContain(part);
  });

  it('has every choice for the fakes and for reals of each size, and none for what nobody stretches', () => {
    const rows = metrics.byChoice.map(({ label, stretch }) => `${label}: ${stretch}`);
    const both = (label: string) => [`${label}: true`, `${label}: false`];
    expect(rows).toEqual([
      ...both('preset paper after 5 iterations'),
      ...both('reals at 32 pixels, nearest neighbour'),
      ...[128, 64, 28].flatMap((size) => both(`reals at ${size} pixels`)),
      'SICK: null',
      ...both('ceiling: half of the reals, at 32 pixels'),
      'floor: half of the reals, as they are: null',
    ]);
    for (const { fid } of metrics.byChoice) expect(Object.keys(fid)).toEqual(['pil299', 'network', 'clean']);
    const ofSize = (size: number) =>
      metrics.byChoice.find(
        ({ label, stretch }) => label === `reals at ${size} pixels` && stretch === false,
      )!;
    expect(ofSize(28).fid.pil299).toBeGreaterThan(ofSize(64).fid.pil299!);
  });

  it('says what @cxr/fid says when it is called with the same images', async () => {
    const { byChoice, table, curve } = metrics;
    const reals = [...phantoms({ count: 24, seed: 1, size: 96 })].slice(0, 8);
    const sick = [...phantoms({ count: 24, seed: 2, size: 96, sick: true })].slice(0, 8);
    const generator = await loadGenerator(join(folder, 'whole'));
    const fakes = (stretch: boolean) => list(sample(generator, { count: 6, seed: 1, stretch }));
    const engine = await createEngine(weights, { dims: 64, threads: 1 });
    const at = (size: number, stretch: boolean, filter?: 'nearest') =>
      reals.map(({ image }) => {
        const fitted = fitImage(image, { size, filter });
        return stretch ? stretchContrast(fitted) : fitted;
      });
    const fid = async (images: ImageSet, resize: 'pil299' | 'network' | 'clean', from: ImageSet = reals) =>
      (await computeFid(from, images, { engine, resize })).fid;
    const row = (label: string, stretch: boolean | null) =>
      byChoice.find((one) => one.label.startsWith(label) && one.stretch === stretch)!.fid;
    for (const resize of ['pil299', 'network', 'clean'] as const) {
      for (const stretch of [true, false]) {
        const ours = await fid(await fakes(stretch), resize);
        expect(row('preset paper', stretch)[resize]).toBeCloseTo(ours, 9);
      }
      expect(row('SICK', null)[resize]).toBeCloseTo(await fid(sick, resize), 9);
    }
    expect(row('reals at 28', false).clean).toBeCloseTo(await fid(at(28, false), 'clean'), 9);
    expect(row('reals at 64', true).pil299).toBeCloseTo(await fid(at(64, true), 'pil299'), 9);
    const read = at(32, true, 'nearest');
    expect(row('reals at 32', true).network).toBeCloseTo(await fid(read, 'network'), 9);
    const ceiling = await fid(read.slice(4), 'pil299', reals.slice(0, 4));
    expect(table.find(({ id }) => id === 'ceiling')!.fid).toBeCloseTo(ceiling, 9);
    const floor = noiseFloor(await activations(reals, engine, { resize: 'pil299' })).fid;
    expect(table.find(({ id }) => id === 'floor')!.fid).toBeCloseTo(floor, 9);
    const ours = row('preset paper', true).pil299;
    expect(table.find(({ id }) => id === 'ours')!.fid).toBe(ours);
    expect(curve.map(({ step }) => step)).toEqual([2, 4, 5]);
    expect(curve.at(-1)!.fid).toBe(ours);
    generator.dispose();
    engine.dispose();
  }, 60_000);

  it('leaves fakes and numbers: the stretched fakes, one page, no real image', async () => {
    const out = join(folder, 'whole');
    expect(readdirSync(join(out, 'samples'))).toHaveLength(6);
    const { data } = await decodeImage(await readFile(join(out, 'samples', 'sample-00000.png')));
    expect([Math.min(...data), Math.max(...data)]).toEqual([0, 255]);
    expect(JSON.parse(readFileSync(join(out, 'metrics.json'), 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(metrics)),
    );
    const images = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.(png|jpe?g|npy)$/i.test(name),
    );
    expect(images.every((name) => name.startsWith('samples'))).toBe(true);
    const html = readFileSync(join(out, 'reproduce.html'), 'utf8');
    expect(html).not.toMatch(/<script|(src|href)="(?!data:)/);
    expect(html.match(/<img /g)).toHaveLength(2);
    for (const { fid } of metrics.byChoice) expect(html).toContain(fid.pil299!.toFixed(3));
    expect(html).toContain('1.289');
    expect(html).not.toContain(folder);
  });

  it('is the same after interruptions at any place', async () => {
    const out = join(folder, 'killed');
    const stops: [string, number][] = [
      ['scoring the reals', 1],
      ['training', 2],
      ['scoring iteration 2', 1],
      ['training', 3],
      ['drawing fakes', 2],
      ['scoring', 5],
    ];
    for (const [phase, at] of stops) {
      const abort = new AbortController();
      let left = at;
      const hooks: ReproduceHooks = {
        ...quiet(abort.signal),
        onProgress: (progress) => {
          if (progress.phase === phase && --left === 0) abort.abort(new Error('stop'));
        },
      };
      await expect(reproduce(quick('killed'), hooks)).rejects.toThrow('stop');
      expect(existsSync(join(out, 'metrics.json'))).toBe(false);
    }
    const { metrics: resumed } = await reproduce(quick('killed'), quiet());
    expect(numbersOf(resumed)).toEqual(numbersOf(metrics));
    const steps = readFileSync(join(out, 'log.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).step);
    expect(steps).toEqual([1, 2, 3, 4, 5]);
  }, 120_000);

  it('goes on with a larger budget, and refuses other settings', async () => {
    const few = { stretch: 'on', resize: 'pil299' } as const;
    const { metrics: more } = await reproduce(quick('whole', { ...few, steps: 7 }), quiet());
    expect(more.train.iterations).toBe(7);
    expect(more.curve.map(({ step }) => step)).toEqual([2, 4, 5, 6, 7]);
    expect(more.curve.slice(0, 3)).toEqual(metrics.curve);
    expect(more.byChoice.map(({ stretch }) => stretch)).not.toContain(false);
    await expect(reproduce(quick('whole', { batchSize: 4 }), quiet())).rejects.toThrow(
      'batchSize was 8, now 4',
    );
    await expect(reproduce(quick('whole', { seed: 2 }), quiet())).rejects.toThrow('seed was 1, now 2');
  }, 60_000);
});

describe('a budget of minutes', () => {
  it('ends training after the iteration that uses it up, and counts that of earlier runs', async () => {
    const options = quick('minutes', { steps: undefined, minutes: 1e-9, stretch: 'off', resize: 'clean' });
    expect(options.steps).toBeGreaterThan(1);
    const { metrics } = await reproduce(options, quiet());
    expect(metrics.train.iterations).toBe(1);
    expect(metrics.train.minutes).toBeGreaterThan(0);
    expect(metrics.curve.map(({ step }) => step)).toEqual([1]);
    expect(metrics.choices).toEqual({ stretch: false, resize: 'clean', dims: 64 });
    expect(metrics.table.find(({ id }) => id === 'ours')!.label).toContain('after 1 iteration');
    const { metrics: again } = await reproduce(options, quiet());
    expect(numbersOf(again)).toEqual(numbersOf(metrics));
    expect(again.train.iterations).toBe(1);
  }, 60_000);
});

describe('fakes of another preset', () => {
  it('come from a folder, a run, a checkpoint or a generator file', async () => {
    const few = { stretch: 'on', resize: 'pil299' } as const;
    await reproduce(quick('other', { ...few, steps: 1 }), quiet());
    const run = join(folder, 'other');
    const generator = await loadGenerator(run);
    const own = await list(sample(generator, { count: 6, seed: 1, stretch: true }));
    for (const [i, image] of own.entries()) {
      await writeFileAtomic(join(folder, 'fakes', `${i}.png`), encodePng(image));
    }
    generator.dispose();
    const options = { count: 6, seed: 1 };
    const paths = [run, join(run, 'checkpoint'), join(run, 'checkpoint', 'step-00000001')];
    const keys = new Set<string>();
    for (const path of [...paths, join(folder, 'fakes')]) {
      const maker = await openFakes(path, options);
      keys.add((await maker.draw(true)).key);
      maker.dispose();
    }
    // All are the same images, those of the folder written and read.
    expect(keys.size).toBe(1);
    const made = await openFakes(join(folder, 'fakes'), { count: 4, seed: 1 });
    expect((await made.draw(false)).count).toBe(4);
    expect(made.label).toContain('4 images of');

    const { metrics } = await reproduce(quick('other', { ...few, steps: 1, xray: run }), quiet());
    const [ours, xray] = ['ours', 'xray'].map((id) => metrics.table.find((row) => row.id === id)!);
    expect(xray!.label).toBe('--xray: preset paper, 32 pixels, after 1 iterations');
    expect(xray!.fid).toBe(ours!.fid);
    expect(metrics.notes.join()).not.toContain('--xray');
  }, 60_000);

  it('can be of a run elsewhere: nothing is trained, and the numbers are that run’s', async () => {
    const few = { count: 6, reals: 8, stretch: 'on', resize: 'pil299' } as const;
    const run = join(folder, 'trained');
    const there = await reproduce(quick('trained', { ...few, steps: 2 }), quiet());
    const here = await reproduce(quick('scored', { ...few, generator: run }), quiet());
    expect(here.metrics.table).toEqual(there.metrics.table);
    expect(here.metrics.train).toMatchObject({ iterations: 2, batchSize: 8, minutes: 0 });
    expect(here.metrics.notes.join()).toContain('trained elsewhere');
    expect(there.metrics.options).toHaveProperty('scoreEvery');
    expect(here.metrics.options).not.toHaveProperty('scoreEvery');
    expect(existsSync(join(folder, 'scored', 'checkpoint'))).toBe(false);
    const report = await readFile(here.report, 'utf8');
    expect(report).toContain('2 iterations, elsewhere');
    expect(report).not.toContain('Losses');
    await expect(reproduce(quick('scored', { ...few, steps: 2 }), quiet())).rejects.toThrow('trained');
  }, 60_000);

  it('refuses a generator of another preset', async () => {
    const generator = fileURLToPath(new URL('xray-normal-128.safetensors', PRETRAINED));
    await expect(reproduce(quick('refused', { generator }), quiet())).rejects.toThrow(
      'a generator of the preset xray-residual, not of paper',
    );
  });
});
