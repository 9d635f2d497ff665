import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng, phantom } from '@cxr/data';
import { makeFolder, writeFileAtomic } from '@cxr/data/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openData } from '../src/data.js';
import { main } from '../src/main.js';
import { optionsOf } from '../src/options.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxr-reproduce-flags-'));
  const png = encodePng(phantom({ seed: 1, size: 32 }));
  for (const name of ['NORMAL', 'PNEUMONIA']) {
    const count = name === 'NORMAL' ? 3 : 9;
    for (let i = 0; i < count; i++) await writeFileAtomic(join(folder, 'data', name, `${i}.png`), png);
  }
});
afterAll(() => rm(folder, { recursive: true }));

/** The exit status, and what was written. */
async function run(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const status = await main(args, {
    result: (line) => out.push(line),
    note: (line) => err.push(line),
    progress: () => {},
  });
  return { status, out: out.join('\n'), err: err.join('\n') };
}

describe('the flags of npm run reproduce', () => {
  it('default to what the paper did, for an hour', () => {
    const options = optionsOf({ data: 'x' });
    expect(options).toMatchObject({ batchSize: 128, count: 1000, dims: 768, size: 128, width: 64 });
    expect(options).toMatchObject({ minutes: 60, steps: 6000, out: 'runs/reproduce', seed: 1 });
    // All are scored, and the final table has the paper's.
    expect(options.stretch).toEqual([true, false]);
    expect(options.resize).toEqual(['pil299', 'network', 'clean']);
    expect(optionsOf({ data: 'x', stretch: 'off', resize: 'clean' })).toMatchObject({
      stretch: [false],
      resize: ['clean'],
    });
    expect(optionsOf({ data: 'x', steps: 100 })).toMatchObject({ minutes: undefined, steps: 100 });
    expect(optionsOf({ data: 'x', minutes: 5 })).toMatchObject({ minutes: 5, steps: 6000 });
  });

  it('draw phantoms without data, with a small network', () => {
    expect(optionsOf({})).toEqual(optionsOf({ quick: true }));
    expect(optionsOf({})).toMatchObject({ data: undefined, size: 32, dims: 64, minutes: undefined });
  });

  it.each<[string[], string]>([
    [['--quick', '--data', 'x'], '--quick draws phantoms'],
    [['--class', 'NORMAL'], '--class goes with --data'],
    [['--minutes', '5', '--steps', '5'], "option '--minutes <n>' cannot be used with option '--steps <n>'"],
    [['--minutes', 'soon'], 'takes a number'],
    [['--steps', '0'], 'whole number of at least 1'],
    [['--batch-size', '3'], 'whole number of at least 4'],
    [['--batch-size', '33'], 'invalid batchSize: 33 (even'],
    [['--stretch', 'yes'], 'on, off'],
    [['--resize', 'nearest'], 'pil299, network, clean'],
    [['--count', '1'], 'whole number of at least 2'],
    [['--reals', '7'], 'whole number of at least 8'],
    [['--backend', 'gpu'], 'auto'],
    [['--dims', '64'], "unknown option '--dims'"],
  ])('%j is wrong usage', async (args, message) => {
    const { status, err, out } = await run(...args, '--out', join(folder, 'none'));
    expect(err).toContain(message);
    expect({ status, out }).toEqual({ status: 2, out: '' });
  });

  it('names a class that is not there or has too few images, and what is no data or fakes', async () => {
    const data = join(folder, 'data');
    const out = join(folder, 'out');
    const quick = ['--out', out, '--weights', join(folder, 'none.pth')];
    expect((await run('--data', data, ...quick)).err).toContain(
      'has 3 images of NORMAL: at least 8 are needed',
    );
    expect((await run('--data', data, '--class', 'COVID', ...quick)).err).toContain(
      'has no class COVID: choose one of NORMAL, PNEUMONIA with --class',
    );
    expect((await run('--data', join(data, 'PNEUMONIA'), '--class', 'NORMAL', ...quick)).err).toContain(
      'has no class folders: leave --class NORMAL out',
    );
    const missing = await run('--data', join(folder, 'nowhere'), ...quick);
    expect(missing).toMatchObject({ status: 2, out: '' });
    const weights = await run('--data', data, '--class', 'PNEUMONIA', ...quick);
    expect(weights.err).toContain('none.pth');
    expect(weights.status).toBe(2);
    await makeFolder(join(folder, 'empty'));
    for (const xray of ['nowhere', 'empty', 'text.safetensors']) {
      await writeFile(join(folder, 'text.safetensors'), 'no weights');
      const result = await run('--xray', join(folder, xray), '--out', out, '--threads', '1');
      expect(result.status).toBe(2);
      expect(result.err).toContain(xray);
    }
  }, 60_000);
});

it('classes whose names differ in signs alone have keys of their own', async () => {
  const png = encodePng(phantom({ seed: 1, size: 32 }));
  const data = join(folder, 'signs');
  for (const name of ['正常', '肺炎', 'A B'])
    for (let i = 0; i < 8; i++) await writeFileAtomic(join(data, name, `${i}.png`), png);
  const { reals, others } = await openData(optionsOf({ data, class: '正常' }), () => {});
  const keys = [reals, ...others.map(({ source }) => source)].map(({ key }) => key);
  expect(new Set(keys).size).toBe(3);
  expect(keys).toContain('A_B');
});
