import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng, phantom } from '@cxr/data';
import { Statistics, writeSafetensors } from '@cxr/fid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { furtherMetrics, LEAST_IMAGES, METRICS } from '../src/cli/further-metrics.js';
import { randomWeights } from '../src/index.js';
import { runMain, syntheticActivations } from './shared.js';

const folder = mkdtempSync(join(tmpdir(), 'cxr-fid-counts-'));
const at = (...path: string[]) => join(folder, ...path);
const weights = () => ['--dims', '64', '--weights', at('random.safetensors')];
const run = (...args: string[]) => runMain(...args, ...weights());

beforeAll(() => {
  writeFileSync(at('random.safetensors'), writeSafetensors(randomWeights(1).tensors));
  for (const [name, count] of Object.entries({ real: 12, fake: 5, two: 2 })) {
    mkdirSync(at(name));
    for (let i = 0; i < count; i++)
      writeFileSync(at(name, `${i}.png`), encodePng(phantom({ seed: i + 1, size: 32 })));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('too few images', () => {
  it.each([
    ['fid_inf', ['--metrics', 'fid_inf'], 'fid_inf needs at least 20 images: FAKE has 5'],
    ['precision', ['--metrics', 'precision'], 'precision needs at least 6 images: FAKE has 5'],
    [
      'KID’s subsets',
      ['--metrics', 'kid', '--kid-subset-size', '6'],
      '--kid-subset-size 6 needs at least 6 images: FAKE has 5',
    ],
    ['--worst', ['--worst', 'worst.png'], '--worst needs at least 3 images: FAKE has 2', 'two'],
    [
      'a bootstrap of halves',
      ['--metrics', 'recall', '--bootstrap', '5'],
      '--bootstrap of recall needs at least 12 images: FAKE has 11',
      'real',
    ],
    [
      'held-out images',
      ['--metrics', 'coverage', '--held-out', 'two'],
      'coverage needs at least 6 images: HELD has 2',
      'real',
    ],
  ])('for %s are refused before anything is computed', async (_, flags, message, fake = 'fake') => {
    if (message.includes('11')) rmSync(at('real', '0.png'));
    const args = flags.map((flag) => (/^(two|worst\.png)$/.test(flag) ? at(flag) : flag));
    const { status, stderr } = await run(at('real'), at(fake), ...args);
    const said = message.replace('FAKE', at(fake)).replace('HELD', at('two'));
    expect({ status, stderr }).toEqual({ status: 2, stderr: `cxr-fid: ${said}\n` });
  });

  it.each(METRICS.filter((name) => !['fid', 'memorisation', 'ms_ssim', 'frd'].includes(name)))(
    '%s can be computed of the fewest, and one fewer is refused by name',
    async (name) => {
      const [reals, fakes] = LEAST_IMAGES[name] ?? [2, 2];
      const score = (n1: number, n2: number) => {
        const [real, fake] = [
          [n1, 1],
          [n2, 2],
        ].map(([n, seed]) => {
          const activations = syntheticActivations(n!, 4, seed!);
          return { path: `${n}`, names: [], activations, statistics: Statistics.of(activations) };
        });
        const request = {
          metrics: [name],
          seed: 0,
          kidOptions: {},
          reading: {},
          pictures: undefined,
          size: 0,
        };
        return furtherMetrics(request, [real!, fake!]);
      };
      expect(await score(reals, fakes)).toHaveProperty(name);
      if (!(name in LEAST_IMAGES)) return;
      if (reals > 2) await expect(score(reals - 1, fakes)).rejects.toThrow(`${name}: `);
      if (fakes > 2) await expect(score(reals, fakes - 1)).rejects.toThrow(`${name}: `);
    },
  );
});

describe('flags that would do nothing', () => {
  it.each([
    ['--metrics', 'kid'],
    ['--held-out', 'x'],
    ['--against-classes', 'x'],
    ['--by', 'class'],
    ['--bootstrap', '5'],
    ['--worst', 'x.png'],
    ['--memorisation-pictures', 'x.png'],
    ['--spectrum', 'x.svg'],
  ])('are refused beside --save-stats: %s', async (flag, value) => {
    const result = await run('--save-stats', at('real'), at('real.npz'), flag, value);
    expect(result).toMatchObject({
      status: 2,
      stderr: `cxr-fid: --save-stats computes no score: leave out ${flag}\n`,
    });
  });

  it('a backend that is named is what computes', async () => {
    const device = ['--device', 'wasm', '--no-floor', '--json'];
    const { stdout } = await run(at('two'), at('two'), ...device);
    expect(JSON.parse(stdout)).toMatchObject({ engine: 'tfjs', device: 'TensorFlow.js wasm' });
    const both = await run(at('two'), at('two'), '--engine', 'onnxruntime', ...device);
    expect(both).toMatchObject({
      status: 2,
      stderr:
        'cxr-fid: --device wasm is a TensorFlow.js backend: it goes with --engine tfjs, not onnxruntime\n',
    });
  });
});
