import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng } from '@cxr/data';
import { FRECHET_METHODS, frechetDistance, randomWeights, Statistics } from '@cxr/fid';
import { createEngine, readStatistics, writeStatistics } from '@cxr/fid/node';
import { image } from '@cxr/image';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { metricsOf, type ScoreFlags } from '../src/cli/options.js';
import { runMain, syntheticActivations } from './shared.js';

const folder = mkdtempSync(join(tmpdir(), 'cxr-fid-main-'));
const [few, many, uncounted] = ['few.npz', 'many.npz', 'uncounted.npz'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];

async function run(...args: string[]) {
  const { status, stdout, stderr } = await runMain(...args, '--dims', '64');
  return { status, out: stdout.trimEnd(), err: stderr.trimEnd() };
}

beforeAll(async () => {
  await writeStatistics(few, Statistics.of(syntheticActivations(64, 64, 1)));
  await writeStatistics(many, Statistics.of(syntheticActivations(65, 64, 2)));
  const { mu, sigma } = await readStatistics(many);
  await writeStatistics(uncounted, Statistics.fromMoments({ mu, sigma }));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('cxr-fid of statistics files', () => {
  it('prints one object, in which what is unknown is null', async () => {
    const { status, out } = await run(few, uncounted, '--json');
    const [a, b] = [await readStatistics(few), await readStatistics(uncounted)];
    const fid = frechetDistance(a, b);
    const meanTerm = a.mu.reduce((sum, value, i) => sum + (value - b.mu[i]!) ** 2, 0);
    const { seconds, warnings, ...result } = JSON.parse(out);
    expect(status).toBe(0);
    expect(result).toEqual({
      fid,
      meanTerm,
      meanShare: meanTerm / fid,
      dims: 64,
      resize: 'pil299',
      engine: null,
      device: null,
      n1: 64,
      n2: null,
      weights: { file: null, sha256: null, kind: null },
      floor: null,
      skipped: 0,
    });
    expect(seconds.total).toBeGreaterThanOrEqual(seconds.distance + seconds.features);
    expect(warnings).toEqual([expect.stringContaining(`${few} has 64 images for 64 dims`)]);
  });

  it('prints one line, and on standard error what the score can be compared with', async () => {
    const fid = frechetDistance(await readStatistics(many), await readStatistics(uncounted));
    expect(await run(many, uncounted)).toEqual({
      status: 0,
      out: `FID:  ${fid}`,
      err: '64 dims, 65 against an unknown number of images\n0 % of the FID is the difference of the means',
    });
    const { err } = await run(few, many);
    expect(err).toMatch(
      /^64 dims, 64 against 65 images\n\d+ % of the FID .*\nwarning: .*few\.npz has 64 images/,
    );
  });

  it('computes the distance by --method', async () => {
    for (const method of FRECHET_METHODS) {
      const fid = frechetDistance(await readStatistics(few), await readStatistics(many), { method });
      expect((await run(few, many, '--method', method)).out).toBe(`FID:  ${fid}`);
    }
  });

  it.each([
    ['--method', 'x'],
    ['--bits', '0'],
    ['--bits', '17'],
    ['--engine', 'onnx'],
    ['--metrics', 'kid'],
    ['--held-out', folder],
    ['--spectrum', 'x.svg'],
  ])('ends with status 2 for %s %s', async (...flags) => {
    expect(await run(few, many, ...flags)).toMatchObject({ status: 2, out: '' });
  });

  it('takes the engine onnxruntime also by its old name', async () => {
    expect((await run(few, many, '--engine', 'native')).status).toBe(0);
    const engine = await createEngine(randomWeights(1), { dims: 64, engine: 'native' });
    expect(engine.name).toBe('onnxruntime');
    engine.dispose();
  });
});

it.each([
  ['--save-stats', 'missing', folder],
  ['missing', 'missing', '--spectrum', folder],
  ['missing', 'missing', '--memorisation-pictures', folder],
  ['merge', 'missing', '--out', folder],
  ['convert', 'missing', join(few, 'w.safetensors')],
  ['sensitivity', 'missing', '--out', folder],
])('cxr-fid %s %s %s … says first that the output cannot be written', async (...args) => {
  const { status, stderr } = await runMain(...args);
  expect([status, stderr]).toEqual([1, expect.stringContaining(`${args.at(-1)}: cannot write it: `)]);
});

it('pictures of pairs ask for the metric that finds them, once', () => {
  const of = (metrics: string[], memorisationPictures?: string) =>
    metricsOf({ metrics, memorisationPictures } as ScoreFlags);
  expect(of(['fid', 'kid'], 'x.png')).toEqual(['fid', 'kid', 'memorisation']);
  expect(of(['memorisation', 'kid'], 'x.png')).toEqual(['memorisation', 'kid']);
  expect(of(['fid'])).toEqual(['fid']);
});

it('MS-SSIM needs fakes of 32 pixels, and images', async () => {
  const small = mkdtempSync(join(folder, 'small-'));
  writeFileSync(join(small, 'a.png'), encodePng(image(new Uint8Array(31 * 31), 31, 31, 1)));
  const { status, stderr } = await runMain(small, small, '--dims', '64', '--metrics', 'ms_ssim');
  expect([status, stderr]).toEqual([2, expect.stringContaining('at least 32 pixels a side: 31 × 31')]);
});

it('a spectrum needs square fakes, and says of which file they are not', async () => {
  const wide = mkdtempSync(join(folder, 'wide-'));
  writeFileSync(join(wide, 'a.png'), encodePng(image(new Uint8Array(6 * 4), 4, 6, 1)));
  const { status, stderr } = await runMain(wide, wide, '--dims', '64', '--spectrum', join(folder, 's.svg'));
  expect([status, stderr]).toEqual([
    2,
    expect.stringMatching(/--spectrum needs square fakes: .*a\.png is 6 × 4/),
  ]);
});
