import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@cxr/backend';
import { createOutput } from '@cxr/cli';
import { readNpy } from '@cxr/data';
import { createGenerator, resolveConfig, sample, type TrainSettings, writeGenerator } from '@cxr/dcgan';
import { loadGenerator } from '@cxr/dcgan/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../src/main.js';
import { optionsOf, type StudyFlags } from '../src/options.js';
import { runStudy, type StudyResult } from '../src/run-study.js';
import type { StudyHooks } from '../src/study-types.js';

const folder = mkdtempSync(join(tmpdir(), 'cxr-given-'));
beforeAll(async () => {
  await useBackend('auto', { threads: 1 });
  await writeFile('plain', { seed: 1 });
  await writeFile('other', { seed: 2 });
  await writeFile('colour', { channels: 3 });
  await writeFile('conditional', { classes: 2 }, ['SICK', 'HEALTHY']);
  await writeFile('nameless', { classes: 2 });
});
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string) => join(folder, `${name}.safetensors`);

async function writeFile(name: string, settings: TrainSettings, classNames?: string[]): Promise<void> {
  const config = resolveConfig({ preset: 'xray', size: 64, width: 2, ...settings });
  const generator = createGenerator(config);
  writeFileSync(file(name), await writeGenerator(generator, { config, step: 7, classNames }));
  generator.dispose();
}

async function draw(name: string, count: number, seed: number, label?: number): Promise<number[]> {
  const generator = await loadGenerator(file(name));
  const values: number[] = [];
  for await (const one of sample(generator, { count, seed, label })) values.push(...one.data);
  generator.dispose();
  return values;
}

const quick = (out: string, more: StudyFlags = {}) =>
  optionsOf({
    quick: true,
    out: join(folder, out),
    normals: [20],
    seeds: 2,
    steps: 6,
    threads: 1,
    resamples: 20,
    arms: ['dcgan', 'both'],
    generator: [{ className: 'HEALTHY', file: file('plain') }],
    ...more,
  });
const hooks = (signal = new AbortController().signal): StudyHooks => ({
  onProgress: () => {},
  onMessage: () => {},
  signal,
});
const fakesIn = (out: string, name: string) =>
  readNpy(readFileSync(join(folder, out, 'generators', name, 'fakes.npy')));

describe('a study with a generator for the one class that needs fakes', () => {
  let result: StudyResult;
  beforeAll(async () => {
    result = await runStudy(quick('whole'), hooks());
  }, 120_000);

  it('draws the fakes of each subset from the file, by the seed of the subset, and trains none', async () => {
    const names = readdirSync(join(folder, 'whole', 'generators')).sort();
    expect(names).toEqual(['given-20-subset0-HEALTHY', 'given-20-subset1-HEALTHY']);
    for (const [subset, name] of names.entries()) {
      expect(readdirSync(join(folder, 'whole', 'generators', name))).toEqual(['fakes.npy']);
      const { data, shape } = fakesIn('whole', name);
      const run = result.metrics.runs.find(({ arm, seed }) => arm === 'dcgan' && seed === subset)!;
      const [few, many] = run.trained as [number, number];
      expect(shape).toEqual([many - few, 64, 64, 1]);
      expect(run.added).toEqual([many - few, 0]);
      expect([...data]).toEqual(await draw('plain', many - few, 1 + subset));
    }
  });

  it('says which generator it was, and that a gain is an upper bound', () => {
    const { generators, notes, options } = result.metrics;
    expect(generators).toHaveLength(1);
    expect(generators[0]).toMatchObject({ className: 'HEALTHY', file: 'plain.safetensors', step: 7 });
    expect(generators[0]!.config).toMatchObject({ size: 64, width: 2 });
    expect(generators[0]!.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(notes.join()).toMatch(/HEALTHY was given \(plain.safetensors, step 7\).*upper bound/);
    expect(options).not.toHaveProperty('ganSteps');
    expect(JSON.stringify(result.metrics)).not.toContain(folder);
    const html = readFileSync(result.report, 'utf8');
    for (const said of [
      'given: plain.safetensors, step 7',
      'upper bound',
      'drawn from plain.safetensors',
      'width 2',
    ])
      expect(html).toContain(said);
    expect(html).not.toContain('option ganSteps');
    expect(html).not.toContain('option generator');
  });

  it('is the same after an interruption', async () => {
    const abort = new AbortController();
    const stopping: StudyHooks = {
      ...hooks(abort.signal),
      onProgress: ({ detail }) => {
        if (detail?.includes('-seed1-both, step 2 ')) abort.abort(new Error('stop'));
      },
    };
    await expect(runStudy(quick('killed'), stopping)).rejects.toThrow('stop');
    expect(existsSync(join(folder, 'killed', 'metrics.json'))).toBe(false);
    const { metrics } = await runStudy(quick('killed'), hooks());
    const numbers = ({ runs, cells, added, generators }: typeof metrics) => ({
      runs: runs.map(({ seconds: _, ...rest }) => rest),
      cells,
      added,
      generators,
    });
    expect(numbers(metrics)).toEqual(numbers(result.metrics));
  }, 120_000);

  it('refuses another file, and none, in the same folder', async () => {
    const other = [{ className: 'HEALTHY', file: file('other') }];
    await expect(runStudy(quick('whole', { generator: other }), hooks())).rejects.toThrow(
      /generators was .*, now/,
    );
    await expect(runStudy(quick('whole', { generator: [] }), hooks())).rejects.toThrow(
      /generators was .*, now/,
    );
  });
});

it('trains a generator as ever for a class that needs fakes and was given none', async () => {
  const options = quick('mixed', {
    seeds: 1,
    arms: ['dcgan'],
    classifiers: ['convnet-32'],
    fill: 1.5,
    ganSteps: 3,
  });
  const { metrics, report } = await runStudy(options, { ...hooks(), weights: null });
  expect(readdirSync(join(folder, 'mixed', 'generators')).sort()).toEqual([
    '20-subset0-SICK',
    'given-20-subset0-HEALTHY',
  ]);
  expect(fakesIn('mixed', '20-subset0-SICK').shape[1]).toBe(32);
  expect(fakesIn('mixed', 'given-20-subset0-HEALTHY').shape[1]).toBe(64);
  expect(metrics.options).toMatchObject({ ganSteps: 3, ganSize: 32 });
  expect(readFileSync(report, 'utf8')).toContain('3 steps; a generator for each size');
}, 120_000);

it('draws the class of a conditional generator by its name', async () => {
  const generator = [{ className: 'HEALTHY', file: file('conditional') }];
  await runStudy(
    quick('conditional', { seeds: 1, arms: ['dcgan'], classifiers: ['convnet-32'], generator }),
    { ...hooks(), weights: null },
  );
  const { data, shape } = fakesIn('conditional', 'given-20-subset0-HEALTHY');
  expect([...data]).toEqual(await draw('conditional', shape[0]!, 1, 1));
}, 120_000);

describe('npm run study', () => {
  const run = async (...args: string[]): Promise<{ status: number; text: string }> => {
    let text = '';
    const stream = {
      write(some: string) {
        text += some;
        return true;
      },
    };
    const out = mkdtempSync(join(folder, 'refused-'));
    const output = createOutput({ stdout: stream, stderr: stream });
    const status = await main(['--quick', '--normals', '20', '--seeds', '1', '--out', out, ...args], output);
    expect(existsSync(join(out, 'settings.json'))).toBe(false);
    return { status, text };
  };
  const given = (name: string) => `HEALTHY=${file(name)}`;

  it.each([
    ['no file', ['HEALTHY'], /takes CLASS=FILE.*: HEALTHY/],
    ['no class', ['=x.safetensors'], /takes CLASS=FILE/],
    ['one class twice', [given('plain'), given('other')], /names HEALTHY twice/],
    [
      'a class that is not there',
      [given('plain').replace('HEALTHY', 'NORMAL')],
      /no class NORMAL in the data \(HEALTHY, SICK\)/,
    ],
    ['a class that gets no fakes', [given('plain').replace('HEALTHY', 'SICK')], /does nothing for SICK/],
    ['a generator of colour images', [given('colour')], /colour\.safetensors draws 3 channels/],
    [
      'classes without names',
      [given('nameless')],
      /nameless\.safetensors has no class HEALTHY \(2 without names\)/,
    ],
    [
      'classes of other names',
      [given('conditional').replace('HEALTHY', 'NORMAL')],
      /has no class NORMAL \(SICK, HEALTHY\)/,
    ],
  ])('refuses %s', async (_, choices, message) => {
    const { status, text } = await run(...choices.flatMap((one) => ['--generator', one]));
    expect(text).toMatch(message);
    expect(status).toBe(2);
  });

  it.each(['--gan-steps', '--gan-size', '--gan-width', '--gan-grow-steps'])(
    'refuses %s where no generator is trained',
    async (flag) => {
      const { status, text } = await run('--generator', given('plain'), flag, '32');
      expect(text).toContain(`${flag} does nothing: every class that gets fakes has a --generator`);
      expect(status).toBe(2);
    },
  );

  it('refuses to grow to the smallest size', async () => {
    const { status, text } = await run('--gan-size', '32', '--gan-grow-steps', '5');
    expect(text).toContain('--gan-grow-steps does nothing at --gan-size 32');
    expect(status).toBe(2);
  });

  it('refuses a generator where no arm has fakes', async () => {
    const { status, text } = await run('--generator', given('plain'), '--arms', 'classic');
    expect(text).toContain('--generator does nothing: no arm has fakes');
    expect(status).toBe(2);
  });

  it('refuses a run’s folder, and says what makes a file of it', async () => {
    mkdirSync(join(folder, 'run'));
    const { status, text } = await run('--generator', `HEALTHY=${join(folder, 'run')}`);
    expect(text).toMatch(/not a run’s folder: cxr-dcgan export --checkpoint .*run --out/);
    expect(status).toBe(2);
  });

  it('names a file that cannot be read', async () => {
    writeFileSync(file('cut'), readFileSync(file('plain')).subarray(0, 2000));
    const missing = await run('--generator', given('missing'));
    expect(missing).toMatchObject({ status: 2, text: expect.stringContaining('missing.safetensors') });
    const cut = await run('--generator', given('cut'));
    expect(cut).toMatchObject({ status: 2, text: expect.stringContaining('cut.safetensors') });
  });
});
