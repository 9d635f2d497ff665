import { spawn } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Output } from '@cxr/cli';
import { encodePng, phantoms } from '@cxr/data';
import { readImage } from '@cxr/data/node';
import { hashWeights, listCheckpoints, loadCheckpoint } from '@cxr/dcgan/node';
import { createRng, image as wrap } from '@cxr/image';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../src/cli/main.js';

// The program as it is installed: `npm test` builds it first.
const program = fileURLToPath(new URL('../bin/cxr-dcgan.js', import.meta.url));
let folder: string;
let data: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxr-dcgan-cli-'));
  data = join(folder, 'data');
  await mkdir(data);
  for (const { name, image } of phantoms({ count: 8, seed: 1, size: 40 })) {
    await writeFile(join(data, `${name}.png`), encodePng(image));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  status: number | null;
  out: string;
  err: string;
}

/** Starts the program; `ended` settles when it does. */
function start(...args: string[]) {
  const child = spawn(process.execPath, [program, ...args]);
  const ended = new Promise<Ended>((resolve) => {
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.on('close', (status) => resolve({ status, out, err }));
  });
  return { child, ended };
}

/** Runs a command in this process, which spares a start of Node. */
async function run(...args: string[]): Promise<Ended> {
  const [out, err]: [string[], string[]] = [[], []];
  const output = { result: out, note: err, progress: [] as string[] };
  const writer = Object.fromEntries(
    Object.entries(output).map(([name, lines]) => [name, (line: string) => lines.push(`${line}\n`)]),
  ) as unknown as Output;
  const status = await main(args, writer);
  return { status, out: out.join(''), err: err.join('') };
}

const train = (out: string, steps: number, ...more: string[]): string[] =>
  `train --size 32 --width 1 --batch-size 4 --latent-dim 8 --seed 3 --backend wasm --sample-every 0 --steps ${steps}`
    .split(' ')
    .concat('--data', data, '--out', join(folder, out), ...more);

const weightsOf = async (out: string): Promise<string> =>
  hashWeights(await loadCheckpoint(join(folder, out)));

describe('cxr-dcgan', () => {
  it('trains, tells what it made, samples it and exports it', async () => {
    const trained = await run(
      ...train('a', 4, '--ema', '0.9', '--diff-augment', 'cutout', '--sample-every', '2'),
    );
    expect(trained).toMatchObject({ status: 0, out: '' });
    expect(trained.err).toContain('done at step 4');
    const a = join(folder, 'a');
    expect(await readdir(join(a, 'grids'))).toEqual([
      'step-00000000.png',
      'step-00000002.png',
      'step-00000004.png',
    ]);
    const log = (await readFile(join(a, 'log.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(log.filter(({ type }) => type === 'step').map(({ step }) => step)).toEqual([1, 2, 3, 4]);

    const info = JSON.parse((await run('info', '--checkpoint', a, '--json')).out);
    expect(info).toMatchObject({
      step: 4,
      weights: { sha256: await weightsOf('a') },
      config: { ema: 0.9, width: 1 },
    });

    const samples = join(folder, 'samples');
    const sampled = await run(
      'sample',
      '--checkpoint',
      a,
      '--out',
      samples,
      '--count',
      '3',
      '--grid',
      join(folder, 'g.png'),
    );
    expect(sampled).toMatchObject({ status: 0, out: `${samples}\n${join(folder, 'g.png')}\n` });
    expect(await readdir(samples)).toHaveLength(3);
    const files = ['strip', 'nearest'].map((name) => join(folder, `${name}.png`)) as [string, string];
    const flags = ['--strip', files[0], '--nearest', files[1], '--data', data];
    expect(await run('sample', '--checkpoint', a, ...flags)).toMatchObject({ status: 0 });
    const shapes = await Promise.all(files.map(async (file) => (await readImage(file)).shape));
    expect(shapes).toEqual([
      [32, 9 * 34 - 2, 1],
      [66, 8 * 34 - 2, 1],
    ]);

    const model = join(folder, 'generator.onnx');
    expect(await run('export', '--checkpoint', a, '--out', model)).toMatchObject({
      status: 0,
      out: `${model}\n`,
    });
  });

  it('counts the parameters of the paper preset', async () => {
    expect(JSON.parse((await run('info', '--preset', 'paper', '--json')).out)).toMatchObject({
      generator: { parameters: 17_766_019 },
      discriminator: { parameters: 17_480_321 },
    });
  });

  it('ends with status 2 and one clear line for wrong usage', async () => {
    await writeFile(join(folder, 'bad.json'), '{"config": {"learningrate": 1}}');
    for (const [i, text] of ['{"config": []}', '{"config": null}', 'null', '[]', '{'].entries()) {
      await writeFile(join(folder, `bad-${i}.json`), text);
    }
    const cases: [string[], string][] = [
      [['fly'], "unknown command 'fly'"],
      [['train', '--data', data, '--steps', '1'], "required option '--out <dir>' not specified"],
      [train('w', 1, '--size', '48'), 'invalid size: 48'],
      [train('w', 1, '--width', 'many'), "'--width <n>' argument 'many' is invalid. It takes a number."],
      [train('w', 1, '--config', join(folder, 'bad.json')), 'unknown config key: learningrate'],
      ...[0, 1, 2, 3, 4].map((i): [string[], string] => [
        train('w', 1, '--config', join(folder, `bad-${i}.json`)),
        `bad-${i}.json: `,
      ]),
      [train('w', 1, '--data', join(folder, 'nowhere')), 'nowhere'],
      [['sample', '--checkpoint', join(folder, 'nowhere'), '--out', folder], 'no checkpoint'],
      [['train', '--momentum', '1', '--data', data, '--out', folder], "unknown option '--momentum'"],
    ];
    for (const [args, message] of cases) {
      const { status, out, err } = await run(...args);
      expect({ status, out }).toEqual({ status: 2, out: '' });
      expect(err).toContain(message);
    }
  });

  it('names what is in the way of --out, and ends with status 1 where nothing can be written', async () => {
    const file = join(data, (await readdir(data))[0]!);
    expect(await run(...train('w', 1, '--out', join(file, 'below')))).toMatchObject({
      status: 1,
      err: expect.stringMatching(/cannot write it: a file is where a folder must be/),
    });
    if (process.platform !== 'linux') return;
    expect(await run(...train('w', 1, '--out', '/proc/x'))).toMatchObject({
      status: 1,
      err: expect.stringContaining('/proc/x: cannot write it: no folder can be made here'),
    });
  });

  it('names --class and --conditional for a folder of class folders', async () => {
    const classes = join(folder, 'classes');
    for (const [label, name] of ['NORMAL', 'PNEUMONIA'].entries()) {
      await mkdir(join(classes, name), { recursive: true });
      for (const one of phantoms({ count: 4, seed: label, size: 32, sick: label === 1 })) {
        await writeFile(join(classes, name, `${one.name}.png`), encodePng(one.image));
      }
    }
    expect(await run(...train('none', 1, '--data', classes))).toMatchObject({
      status: 2,
      err: expect.stringContaining(
        `${classes} holds class folders (NORMAL, PNEUMONIA): choose one with --class NAME, or train on all with --conditional`,
      ),
    });
    expect(
      await run(...train('none', 1, '--data', classes, '--class', 'NORMAL', '--conditional')),
    ).toMatchObject({
      status: 2,
      err: expect.stringContaining('--class and --conditional exclude each other'),
    });
    expect(await run(...train('one', 1, '--data', classes, '--class', 'NORMAL'))).toMatchObject({
      status: 0,
    });
    expect(
      await run(
        ...train('both', 3, '--data', classes, '--conditional', '--width', '8', '--learning-rate-g', '0.02'),
      ),
    ).toMatchObject({ status: 0 });

    // Samples of a class by its name are those by its number, and not those of the other.
    const sampled = async (of: string, ...flags: string[]) => {
      const file = join(folder, 'labelled.png');
      const result = await run(
        'sample',
        '--checkpoint',
        join(folder, of),
        '--count',
        '4',
        '--grid',
        file,
        ...flags,
      );
      return result.status === 0 ? String((await readImage(file)).data) : result;
    };
    expect(await sampled('both', '--label', 'PNEUMONIA')).toBe(await sampled('both', '--label', '1'));
    expect(await sampled('both', '--label', 'PNEUMONIA')).not.toBe(
      await sampled('both', '--label', 'NORMAL'),
    );
    expect(await sampled('both', '--label', 'COVID')).toMatchObject({
      status: 2,
      err: expect.stringContaining('invalid label: COVID (NORMAL, PNEUMONIA, or 0 to 1)'),
    });
    expect(await sampled('one', '--label', '0')).toMatchObject({
      status: 2,
      err: expect.stringContaining('invalid label: 0 (the generator is unconditional)'),
    });
  });

  it('stops at a warning where asked to, by the new name and the old', async () => {
    for (const flag of ['--stop-on-warning', '--stop-on-trouble']) {
      const { status, err } = await run(...train(flag, 9, '--learning-rate-d', '5', flag));
      expect(status).toBe(1);
      expect(err).toMatch(/warning: (training blows up|diverged) at step [234]/);
      expect(err).toMatch(/stopped at step [234]/);
    }
  });

  it('warns of 12-bit pictures in 16-bit files, and takes --bits', async () => {
    const deep = join(folder, 'deep');
    await mkdir(deep);
    for (const { name, image } of phantoms({ count: 4, seed: 1, size: 40 })) {
      const twelve = Uint16Array.from(image.data, (sample) => sample << 4);
      await writeFile(join(deep, `${name}.png`), encodePng(wrap(twelve, 40, 40, 1)));
    }
    const warned = await run(...train('deep-a', 1, '--data', deep));
    expect(warned.err).toMatch(/warning: .*12/);
    const told = await run(...train('deep-b', 1, '--data', deep, '--bits', '12'));
    expect(told.status).toBe(0);
    expect(told.err).not.toContain('warning');
    expect(await run(...train('deep-c', 1, '--data', deep, '--bits', '17'))).toMatchObject({ status: 2 });
  });

  it('keeps to the settings of a run that has no checkpoint yet', async () => {
    await run(...train('killed', 1));
    await rm(join(folder, 'killed', 'checkpoint'), { recursive: true });
    const other = await run(...train('killed', 2, '--resume', '--width', '2'));
    expect(other).toMatchObject({ status: 2, err: expect.stringContaining('started with width 1, not 2') });
    const bare = ['train', '--data', data, '--out', join(folder, 'killed'), '--steps', '1', '--resume'];
    expect(await run(...bare, '--backend', 'wasm', '--sample-every', '0')).toMatchObject({ status: 0 });
    const { config } = JSON.parse(await readFile(join(folder, 'killed', 'config.json'), 'utf8'));
    expect(config).toMatchObject({ size: 32, width: 1, latentDim: 8, seed: 3 });
  });

  it('will not write over a run unless asked to resume it', async () => {
    await run(...train('b', 1));
    expect(await run(...train('b', 2))).toMatchObject({
      status: 2,
      err: expect.stringContaining('give --resume'),
    });
    expect(await run(...train('b', 2, '--resume'))).toMatchObject({ status: 0 });
  });

  it('lets one trainer at a time write into a folder, and takes over from one that was killed', async () => {
    const { child, ended } = start(...train('d', 100_000, '--checkpoint-every', '1'));
    const log = join(folder, 'd', 'log.jsonl');
    const steps = async () =>
      (await readFile(log, 'utf8').catch(() => '')).match(/"type":"step"/g)?.length ?? 0;
    while (child.exitCode === null && (await steps()) < 2) await sleep(20);
    const second = await run(...train('d', 3, '--resume'));
    expect(second).toMatchObject({
      status: 2,
      err: expect.stringContaining(`in use by process ${child.pid} on`),
    });
    expect(second.err).toContain(join(folder, 'd', '.cxr-lock'));
    child.kill('SIGKILL');
    await ended;
    const done = (await listCheckpoints(join(folder, 'd', 'checkpoint'))).at(-1)!;
    for (const more of [1, 2]) {
      await appendFile(log, '{"type":"step","step":1,"lo');
      expect(await run(...train('d', done + more, '--resume'))).toMatchObject({ status: 0 });
    }
    const lines = (await readFile(log, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.filter(({ type }) => type === 'step').map(({ step }) => step)).toEqual(
      Array.from({ length: done + 2 }, (_, i) => i + 1),
    );
  });

  it('ends after its step with a checkpoint when interrupted', async () => {
    const { child, ended } = start(...train('c', 100_000, '--checkpoint-every', '100000'));
    // Without a terminal no progress is shown: the log tells of the first step.
    const log = join(folder, 'c', 'log.jsonl');
    const stepped = async () => (await readFile(log, 'utf8').catch(() => '')).includes('"step"');
    while (child.exitCode === null && !(await stepped())) await sleep(20);
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ status: 130, err: expect.stringContaining('aborted at step') });
    expect(await listCheckpoints(join(folder, 'c', 'checkpoint'))).toHaveLength(1);
  });

  // CXR_KILLS=20 makes the long form of it.
  const kills = Number(process.env.CXR_KILLS ?? 2);
  it(`survives SIGKILL at ${kills} moments, also while it writes: the weights are those of an unharmed run`, async () => {
    // A checkpoint each step: most of the time goes into writing them. No run gets as far as its last step by itself.
    const endless = ['--checkpoint-every', '1', '--resume'];
    const random = createRng(11);
    const store = join(folder, 'killed', 'checkpoint');
    const latest = async () => (await listCheckpoints(store)).at(-1) ?? 0;
    for (let killed = 0; killed < kills; killed++) {
      const before = await latest();
      const { child, ended } = start(...train('killed', 1_000_000, ...endless));
      while ((await latest()) === before && child.exitCode === null) await sleep(5);
      await sleep(200 * random.uniform());
      child.kill('SIGKILL');
      expect((await ended).status).toBe(null);
      expect(await latest()).toBeGreaterThan(before);
    }
    const steps = (await latest()) + 2;
    expect(await start(...train('killed', steps, ...endless)).ended).toMatchObject({ status: 0 });
    expect(await start(...train('whole', steps)).ended).toMatchObject({ status: 0 });
    expect(await weightsOf('killed')).toBe(await weightsOf('whole'));
  }, 600_000);
});
