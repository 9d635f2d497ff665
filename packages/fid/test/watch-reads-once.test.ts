import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { encodePng, phantoms } from '@cxr/data';
import { randomWeights, writeSafetensors } from '@cxr/fid';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runMain } from './shared.js';

/** The folders that images are read from, once for each pass over them. */
const passes: string[] = [];
vi.mock('@cxr/data/node', async (original) => {
  const actual = await original<typeof import('@cxr/data/node')>();
  const readImages: typeof actual.readImages = (files, options) => {
    const list = [...files];
    passes.push(list[0]!);
    return actual.readImages(list, options);
  };
  return { ...actual, readImages };
});

const folder = mkdtempSync(join(tmpdir(), 'cxr-fid-once-'));
const at = (...path: string[]) => join(folder, ...path);

beforeAll(async () => {
  writeFileSync(at('random.safetensors'), writeSafetensors(randomWeights(1).tensors));
  mkdirSync(at('data'));
  for (const { name, image } of phantoms({ count: 6, seed: 1, size: 40 }))
    writeFileSync(at('data', name), encodePng(image));
  const bin = fileURLToPath(new URL('../../dcgan/bin/cxr-dcgan.js', import.meta.url));
  const flags =
    'train --size 32 --width 1 --batch-size 4 --latent-dim 8 --sample-every 0 --steps 3 --checkpoint-every 1';
  const args = [...flags.split(' '), '--backend', 'wasm', '--data', at('data'), '--out', at('run')];
  await promisify(execFile)(process.execPath, [bin, ...args]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const NETWORK = ['--dims', '64', '--weights', 'random.safetensors'].map((word) =>
  word.endsWith('.safetensors') ? at(word) : word,
);

it('reads the reals once for metrics of images, however many checkpoints there are', async () => {
  const args = ['watch', at('run'), '--samples', '5', '--metrics', 'ms_ssim,frd', '--json', ...NETWORK];
  const { status, stdout } = await runMain(...args);
  expect(status).toBe(0);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.map(({ step }) => step)).toEqual([1, 2, 3]);
  expect(new Set(lines.map(({ ms_ssim }) => ms_ssim.real.mean)).size).toBe(1);
  // The fakes of each checkpoint for their size and both metrics.
  expect(passes.filter((file) => file.startsWith(at('data')))).toHaveLength(2);
  expect(passes.filter((file) => !file.startsWith(at('data'))).length).toBeGreaterThanOrEqual(6);
});

describe('before anything is sampled, refuses statistics of reals', () => {
  const refusal = async (file: string, ...flags: string[]) => {
    // A folder without checkpoints, which is waited for: no fakes are there to compare with.
    mkdirSync(at('waiting'), { recursive: true });
    const args = ['watch', at('waiting'), file, '--follow', '--samples', '5', ...NETWORK, ...flags];
    const { status, stderr } = await runMain(...args);
    expect(status).toBe(2);
    return stderr;
  };
  const save = async (file: string, ...flags: string[]) => {
    const { status } = await runMain('--save-stats', at('data'), at(file), ...NETWORK, ...flags);
    expect(status).toBe(0);
    return at(file);
  };

  it('by another resize', async () => {
    const file = await save('clean.npz', '--resize', 'clean');
    expect(await refusal(file)).toContain('clean.npz: statistics by another resize: clean, not pil299');
  });

  it('of other dims', async () => {
    const file = await save('dims.npz', '--dims', '192');
    expect(await refusal(file)).toContain('statistics have 192 dims, not 64');
  });

  it('without the activations or images that the metrics need', async () => {
    const moments = await save('moments.npz');
    expect(await refusal(moments, '--metrics', 'fid,precision')).toContain(
      `precision needs images, but ${moments} is a statistics file without activations`,
    );
    const file = await save('activations.npz', '--save-activations');
    expect(await refusal(file, '--metrics', 'precision,frd')).toContain(
      `frd needs images: ${file} is a statistics file`,
    );
  });

  it('that are not there, or too few', async () => {
    expect(await refusal(at('data'), '--metrics', 'precision')).toMatch(
      /precision needs at least 6 images: /,
    );
    expect(await refusal(at('none'))).toContain('none: there is no such file or folder');
    mkdirSync(at('empty'));
    expect(await refusal(at('empty'))).toContain('empty: the folder holds no image');
  });
});

it('reads the images of a score once, too: reals, fakes and held-out images', async () => {
  passes.length = 0;
  const args = [
    at('data'),
    at('data'),
    '--held-out',
    at('data'),
    '--metrics',
    'ms_ssim,frd',
    '--no-floor',
    '--json',
  ];
  const { status, stdout } = await runMain(...args, ...NETWORK);
  expect(status).toBe(0);
  const { ms_ssim, frd, ceiling } = JSON.parse(stdout);
  expect(ceiling).toMatchObject({ ms_ssim, frd });
  // For the size, then by each metric: the reals once, fakes and held-out images each.
  expect(passes).toHaveLength(1 + 2 * 3);
});
