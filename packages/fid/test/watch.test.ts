import { execFile, spawn } from 'node:child_process';
import {
  cpSync,
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
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { encodePng, phantoms } from '@cxr/data';
import { withFolderLock } from '@cxr/data/node';
import { randomWeights, writeSafetensors } from '@cxr/fid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { floatTiff } from '../../../test/support/float-tiff.js';
import { sampleCheckpoint } from '../src/cli/sample-checkpoint.js';
import { newCheckpoints } from '../src/node/new-checkpoints.js';
import { runMain } from './shared.js';

const folder = mkdtempSync(join(tmpdir(), 'cxr-fid-watch-test-'));
const at = (...path: string[]) => join(folder, ...path);
const bin = (name: string) => fileURLToPath(new URL(`../../${name}/bin/cxr-${name}.js`, import.meta.url));
const dcgan = (...args: string[]) =>
  promisify(execFile)(process.execPath, [bin('dcgan'), ...args, '--backend', 'wasm']);
const train = (out: string, steps: number, ...more: string[]) =>
  dcgan(
    ...'train --size 32 --width 1 --batch-size 4 --latent-dim 8 --seed 3 --sample-every 0'.split(' '),
    ...['--checkpoint-every', '2', '--data', at('data'), '--out', at(out), '--steps', `${steps}`, ...more],
  );
const NETWORK = ['--dims', '64', '--weights', at('random.safetensors')];
const watch = (...args: string[]) => runMain('watch', ...args, '--samples', '6', ...NETWORK);
const logOf = (run: string) =>
  readFileSync(at(run, 'fid.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

beforeAll(async () => {
  writeFileSync(at('random.safetensors'), writeSafetensors(randomWeights(1).tensors));
  mkdirSync(at('data'));
  for (const { name, image } of phantoms({ count: 8, seed: 1, size: 40 }))
    writeFileSync(at('data', name), encodePng(image));
  await train('run', 4);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('cxr-fid watch', () => {
  it('scores each checkpoint as sample and cxr-fid do, and when it is started again only new ones', async () => {
    const first = await watch(at('run'), '--metrics', 'precision');
    expect(first).toMatchObject({ status: 0 });
    expect(first.stdout).toMatch(/^step 2: FID \S+, precision \S+\nstep 4: FID \S+, precision \S+\n$/);
    expect(first.stderr).toMatch(/lowest FID \S+ at step [24], of 2 checkpoints/);
    expect(first.stderr.match(/covariance is short of rank/g)).toHaveLength(2);

    const checkpoint = at('run', 'checkpoint', 'step-00000004');
    await dcgan('sample', '--checkpoint', checkpoint, '--count', '6', '--out', at('fakes'));
    const score = await runMain(at('data'), at('fakes'), ...NETWORK, '--json', '--no-floor');
    const { fid, meanTerm } = JSON.parse(score.stdout);
    const [two, four] = logOf('run');
    expect(two).toMatchObject({ step: 2, n1: 8, n2: 6, settings: { samples: 6, seed: 0, dims: 64 } });
    expect(four).toMatchObject({ step: 4 });
    expect(four.fid).toBeCloseTo(fid, 6);
    expect(four.meanTerm).toBeCloseTo(meanTerm, 6);

    await train('run', 6, '--resume');
    const second = await watch(at('run'), '--metrics', 'precision');
    expect(second.stdout).toMatch(/^step 6: FID \S+, precision \S+\n$/);
    expect(second.stderr).toContain('2 checkpoints are scored already');
    expect(await watch(at('run'), '--metrics', 'precision')).toMatchObject({ status: 0, stdout: '' });
    expect(logOf('run').map(({ step }) => step)).toEqual([2, 4, 6]);
  });

  it('keeps scores of other settings apart, and scores a torn line again', async () => {
    cpSync(at('run'), at('other'), { recursive: true });
    rmSync(at('other', 'fid.jsonl'));
    expect(
      (await watch(at('other'), at('data'), '--every', '4', '--metrics', 'ms_ssim', '--json')).stdout,
    ).toMatch(/^\{"step":4,"fid":[^\n]*"ms_ssim":\{"real":\{"mean":0\.[^\n]*\}\n$/);
    const seeded = await watch(at('other'), '--seed', '1');
    expect(seeded.stderr).toContain('the log also has 1 scores by other settings');
    expect(seeded.stdout.match(/^step \d: /gm)).toEqual(['step 2: ', 'step 4: ', 'step 6: ']);
    writeFileSync(at('other', 'fid.jsonl'), readFileSync(at('other', 'fid.jsonl')).subarray(0, -10));
    expect((await watch(at('other'), '--seed', '1')).stdout).toMatch(/^step 6: FID \S+\n$/);
  });

  it('goes on after a checkpoint that cannot be sampled, with status 1', async () => {
    cpSync(at('run'), at('damaged'), { recursive: true });
    rmSync(at('damaged', 'fid.jsonl'), { force: true });
    writeFileSync(at('damaged', 'checkpoint', 'step-00000004', 'generator', 'weights.bin'), 'no weights');
    const { status, stdout, stderr } = await watch(at('damaged'));
    expect(status).toBe(1);
    expect(stderr).toMatch(/step 4: not scored: .*weights\.bin/);
    expect(stdout.match(/^step \d: /gm)).toEqual(['step 2: ', 'step 6: ']);
  });

  it('refuses what is no run, and a run whose images are not there, by name', async () => {
    expect(await watch(at('none'))).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(`${at('none')}: no such folder`),
    });
    expect(await watch(at('data'), at('data'))).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('no run: it has no checkpoints'),
    });
    expect(await watch(at('data'))).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('does not name its images'),
    });
    cpSync(at('run'), at('misread'), { recursive: true });
    const misread = { data: at('data'), class: 'NORMAL', reading: { bits: 99 } };
    writeFileSync(at('misread', 'config.json'), JSON.stringify(misread));
    expect(await watch(at('misread'))).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('its "reading" does not say how'),
    });
    cpSync(at('run'), at('moved'), { recursive: true });
    writeFileSync(at('moved', 'config.json'), JSON.stringify({ data: at('gone'), class: 'NORMAL' }));
    expect(await watch(at('moved'))).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(join(at('gone'), 'NORMAL')),
    });
    expect(await watch(at('run'), '--metrics', 'memorisation')).toMatchObject({ status: 2 });
  });

  it('takes the images of all class folders of a conditional run, and says so in the log', async () => {
    const classed = at('classed');
    for (const [i, name] of readdirSync(at('data')).entries()) {
      mkdirSync(join(classed, 'ab'[i % 2]!), { recursive: true });
      cpSync(at('data', name), join(classed, 'ab'[i % 2]!, name));
    }
    await train('conditional', 2, '--conditional', '--data', classed);
    expect(await watch(at('conditional'))).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^step 2: /),
    });
    const [line] = logOf('conditional');
    expect(line).toMatchObject({ n1: 8, settings: { real: classed, recursive: true } });
    await watch(at('conditional'), at('data'), '--log', at('flat.jsonl'));
    // The same images in another order.
    expect(line.fid).toBeCloseTo(JSON.parse(readFileSync(at('flat.jsonl'), 'utf8')).fid, 6);

    cpSync(at('run'), at('classless'), { recursive: true });
    rmSync(at('classless', 'fid.jsonl'), { force: true });
    writeFileSync(at('classless', 'config.json'), JSON.stringify({ data: classed, classNames: [] }));
    expect(await watch(at('classless'))).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(
        `does not name its class, and ${classed} holds class folders (a, b): give the images after the run`,
      ),
    });
    expect(await watch(at('classless'), '--recursive', '--every', '4')).toMatchObject({ status: 0 });
  });

  it('reads the images of a run as the run did, unless told otherwise', async () => {
    mkdirSync(at('values'));
    for (const { name, image } of phantoms({ count: 8, seed: 1, size: 40 })) {
      const shown = [...image.data].map((value) => 10 * value - 1000);
      writeFileSync(at('values', `${name}.tif`), floatTiff(shown, 40, 40));
    }
    cpSync(at('run'), at('windowed'), { recursive: true });
    rmSync(at('windowed', 'fid.jsonl'), { force: true });
    const window = { centre: 275, width: 2550 };
    writeFileSync(at('windowed', 'config.json'), JSON.stringify({ data: at('values'), reading: { window } }));
    const args = [at('windowed'), '--every', '4'];
    // Without the window these images are refused.
    expect(await watch(...args)).toMatchObject({ status: 0, stdout: expect.stringMatching(/^step 4: /) });
    expect(logOf('windowed')[0].settings).toMatchObject({ real: at('values'), window });
    // The same grey values as those of the folder `data`.
    await watch(...args, at('data'), '--log', at('grey.jsonl'));
    const grey = JSON.parse(readFileSync(at('grey.jsonl'), 'utf8'));
    expect(logOf('windowed')[0].fid).toBeCloseTo(grey.fid, 6);
    expect((await watch(...args, '--window', 'file')).stderr).toContain('floating-point samples');
  });

  it('waits after an abort until the sampler has ended', async () => {
    const out = mkdtempSync(at('aborted-'));
    const slow = `import { writeFileSync } from 'node:fs';
      const out = process.argv.find((arg) => arg.startsWith('--out=')).slice(6);
      process.on('SIGTERM', () => setTimeout(() => {
        writeFileSync(out + '/last', '');
        process.exit(143);
      }, 300));
      setInterval(() => {}, 1000);
      writeFileSync(out + '/started', '');`;
    writeFileSync(at('slow.mjs'), slow);
    const abort = new AbortController();
    const request = { checkpoint: at('run'), out, count: 1, seed: 0, signal: abort.signal };
    const ended = sampleCheckpoint(at('slow.mjs'), request);
    await expect.poll(() => existsSync(join(out, 'started')), { timeout: 10_000 }).toBe(true);
    abort.abort();
    expect(await ended).toBeUndefined();
    expect(existsSync(join(out, 'last'))).toBe(true);
  });

  it('ends by Ctrl-C with its status, and leaves nothing half done', async () => {
    const args = ['watch', at('run'), '--samples', '6', ...NETWORK, '--follow', '--log', at('log.jsonl')];
    const child = spawn(process.execPath, [bin('fid'), ...args]);
    const ended = new Promise((resolve) => child.on('close', resolve));
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk) => {
        if (`${chunk}`.includes('step 6')) resolve();
      });
    });
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(readFileSync(at('log.jsonl'), 'utf8').match(/"step":\d/g)).toHaveLength(3);
    expect(existsSync(at('log.jsonl-lock'))).toBe(false);
  });
});

describe('newCheckpoints', () => {
  const write = (step: number, text = `${step}`) => {
    const one = at('live', 'checkpoint', `step-${String(step).padStart(8, '0')}`);
    mkdirSync(one, { recursive: true });
    writeFileSync(join(one, 'manifest.json'), text);
    return one;
  };

  it('gives new ones while somebody trains, and ends with the training', async () => {
    mkdirSync(at('live'));
    const steps: number[] = [];
    let watched = Promise.resolve();
    await withFolderLock(at('live'), async () => {
      watched = (async () => {
        for await (const { step } of newCheckpoints(at('live'), { interval: 5 })) steps.push(step);
      })();
      await expect.poll(() => steps).toEqual([]);
      write(2);
      await expect.poll(() => steps).toEqual([2]);
      rmSync(write(1), { recursive: true });
      mkdirSync(at('live', 'checkpoint', '.unfinished-step-00000003-1'));
      write(4);
      await expect.poll(() => steps).toEqual([2, 4]);
      // The same step of another run.
      write(4, 'other');
      await expect.poll(() => steps).toEqual([2, 4, 4]);
      write(5);
    });
    await watched;
    expect(steps).toEqual([2, 4, 4, 5]);
  });

  it('follows until its signal', async () => {
    const abort = new AbortController();
    const steps: number[] = [];
    for await (const { step } of newCheckpoints(at('live'), { follow: true, signal: abort.signal })) {
      steps.push(step);
      if (step === 5) setTimeout(() => abort.abort(), 10);
    }
    expect(steps).toEqual([2, 4, 5]);
  });
});
