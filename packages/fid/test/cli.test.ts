import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodePng, phantom, readNpz, writeNpz } from '@cxr/data';
import { randomWeights, writeSafetensors } from '@cxr/fid';
import { readActivations, writeStatistics } from '@cxr/fid/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBytes, relative, runMain, shared, weightsFile } from './shared.js';

const bin = fileURLToPath(new URL('../bin/cxr-fid.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'cxr-fid-'));
const at = (...path: string[]) => join(folder, ...path);

/** The program as it is installed; all else runs in this process. */
function spawn(...args: string[]) {
  const options = { encoding: 'utf8', cwd: folder } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], options);
  return { status, stdout, stderr };
}

/** The program in this process. Files and folders are those of this test's folder. */
function run(...args: string[]) {
  return runMain(...args.map((arg) => (PATH.test(arg) ? at(arg) : arg)));
}
const PATH = /^(classes|empty|one|bad|nowhere)(\/|$)|^[\w.]+\.(npz|png|safetensors|pth|svg|html)$/;

const WEIGHTS = ['--dims', '64', '--weights', 'random.safetensors'];

async function score(...args: string[]) {
  const result = await run(...args, ...WEIGHTS, '--json');
  expect(result.stderr).not.toMatch(/\n +at /);
  expect(result.status).toBe(0);
  return JSON.parse(result.stdout);
}

const save = async (path: string, out: string) => (await run('--save-stats', path, out, ...WEIGHTS)).status;

beforeAll(() => {
  writeFileSync(at('random.safetensors'), writeSafetensors(randomWeights(1).tensors));
  for (const [name, count, sick] of [
    ['classes/healthy', 6, false],
    ['classes/sick', 5, true],
  ] as const) {
    mkdirSync(at(name), { recursive: true });
    for (let i = 0; i < count; i++) {
      // Sizes differ, as those of hospitals do.
      writeFileSync(at(name, `${i}.png`), encodePng(phantom({ seed: 10 + i, size: 40 + 3 * i, sick })));
    }
  }
  for (const name of ['empty', 'one', 'bad']) mkdirSync(at(name));
  const png = encodePng(phantom({ seed: 1, size: 32 }));
  writeFileSync(at('one', 'a.png'), png);
  for (const name of ['a', 'b', 'c']) writeFileSync(at('bad', `${name}.png`), png);
  writeFileSync(at('bad', 'b2.png'), png.subarray(0, png.length / 2));
  writeFileSync(at('bad', 'x.png'), 'hello');
  writeFileSync(at('text.pth'), 'hello');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('cxr-fid', () => {
  it('prints one object with --json, and one line without', async () => {
    const result = await score('classes/healthy', 'classes/sick');
    expect(result).toMatchObject({
      dims: 64,
      resize: 'pil299',
      engine: 'onnxruntime',
      n1: 6,
      n2: 5,
      weights: { file: at('random.safetensors'), kind: 'safetensors' },
      floor: { n: 6, splits: 20 },
      skipped: 0,
    });
    expect(result.weights.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(result.fid).toBeGreaterThan(0);
    expect(result.seconds.total).toBeGreaterThanOrEqual(result.seconds.features);
    expect(result.warnings).toHaveLength(2);
    const plain = spawn('classes/healthy', 'classes/sick', ...WEIGHTS);
    expect(plain.stdout).toBe(`FID:  ${result.fid}\n`);
    expect(plain.stderr).toMatch(/noise floor/);
    const { sha256 } = result.weights;
    expect(plain.stderr).toContain(
      `64 dims, 6 against 5 images, resize pil299, weights random.safetensors, sha256 ${sha256.slice(0, 16)}…`,
    );
  });

  it('computes further metrics, class distances and pictures', async () => {
    const result = await score(
      ...['classes/healthy', 'classes/sick', '--metrics', 'kid,memorisation', '--against-classes', 'classes'],
      ...['--memorisation-pictures', 'pairs.png', '--no-floor', '--num-workers', '0'],
    );
    expect(result.kid).toMatchObject({ subsetSize: 5, subsets: 100 });
    expect(result.memorisation.pairs[0].real).toMatch(/\/classes\/healthy\/\d\.png$/);
    expect(result.classes).toMatchObject([
      { name: 'healthy', n: 6, fid2: result.fid },
      { name: 'sick', n: 5, fid1: result.fid },
    ]);
    expect(result.floor).toBeNull();
    expect(readFileSync(at('pairs.png')).subarray(1, 4).toString()).toBe('PNG');
  });

  it('saves statistics that stand for the images', async () => {
    expect(await save('classes/sick', 'sick.npz')).toBe(0);
    const want = (await score('classes/healthy', 'classes/sick', '--no-floor')).fid;
    // From a covariance, not from activations: zeros of its spectrum come as roots of rounding.
    expect(relative((await score('classes/healthy', 'sick.npz')).fid, want)).toBeLessThan(1e-6);
    const both = await score('sick.npz', 'sick.npz');
    expect(both).toMatchObject({ engine: null, n1: 5, weights: { file: null } });
    expect(both.fid).toBeLessThan(1e-6);
  });

  it('merges statistics of shards', async () => {
    expect(await save('classes/sick', 'shard1.npz')).toBe(0);
    expect(await save('classes/healthy', 'shard2.npz')).toBe(0);
    expect((await run('merge', 'shard1.npz', 'shard2.npz', '-o', 'all.npz')).status).toBe(0);
    const all = await score('all.npz', 'classes', '--recursive');
    expect(all).toMatchObject({ n1: 11, n2: 11 });
    expect(all.fid).toBeLessThan(1e-6);
    // What pytorch-fid reads: mu and sigma as float64.
    const { mu, sigma } = readNpz(readBytes(at('all.npz')));
    expect([mu!.dtype, mu!.shape, sigma!.dtype, sigma!.shape]).toEqual([
      'float64',
      [64],
      'float64',
      [64, 64],
    ]);
  });

  describe('--shard', () => {
    const shards = ['0.npz', '1.npz', '2.npz'];

    beforeAll(async () => {
      for (const [i, file] of shards.entries()) {
        const flags = ['--shard', `${i}/3`, '--batch-size', '2'];
        expect((await run('--save-stats', 'classes/healthy', file, ...flags, ...WEIGHTS)).status).toBe(0);
      }
      expect(await save('classes/healthy', 'whole.npz')).toBe(0);
      for (const [i, file] of ['h0.npz', 'h1.npz'].entries()) {
        const flags = ['--shard', `${i}/2`];
        expect((await run('--save-stats', 'classes/healthy', file, ...flags, ...WEIGHTS)).status).toBe(0);
      }
      expect((await run('--save-stats', 'classes/sick', 's0.npz', '--shard', '0/2', ...WEIGHTS)).status).toBe(
        0,
      );
    });

    it('gives parts whose merge is the whole', async () => {
      expect((await run('merge', '2.npz', '0.npz', '1.npz', '-o', 'merged.npz')).status).toBe(0);
      const [merged, whole] = ['merged.npz', 'whole.npz'].map((file) => readNpz(readBytes(at(file))));
      expect(merged!.count!.data[0]).toBe(6n);
      for (const name of ['mu', 'sigma'] as const) {
        const [found, expected] = [merged![name]!.data, whole![name]!.data] as Float64Array[];
        const scale = Math.max(...expected!.map(Math.abs));
        // Sums in doubles in another order.
        for (const [i, value] of expected!.entries())
          expect(Math.abs(found![i]! - value)).toBeLessThan(1e-12 * scale);
      }
    });

    it.each([
      ['a shard twice', /1\.npz: shard 1\/3 is there twice/, ['0.npz', '1.npz', '2.npz', '1.npz']],
      ['a shard missing', /1 of 3 shards are missing: 1/, ['2.npz', '0.npz']],
      ['a shard of another count', /h1\.npz: shard 1\/2, not one of 3/, ['0.npz', 'h1.npz']],
      ['a shard of another set', /s0\.npz: a shard of another set/, ['h1.npz', 's0.npz']],
      [
        'a shard and a whole',
        /whole\.npz: some of the files are shards, some are not/,
        ['0.npz', 'whole.npz'],
      ],
    ])('is refused by merge: %s', async (_, message, files) => {
      const { status, stderr } = await run('merge', ...files, '-o', 'never.npz');
      expect(status).toBe(2);
      expect(stderr).toMatch(message);
    });

    describe('by other settings', () => {
      const half = async (file: string, ...flags: string[]) =>
        expect(
          await run('--save-stats', 'classes/healthy', file, '--shard', '0/2', '--dims', '64', ...flags),
        ).toMatchObject({ status: 0 });

      it.each([
        ['resize', /resize: pil299, not clean as \S*o0\.npz/, ['--resize', 'clean', ...WEIGHTS.slice(2)]],
        ['bits', /bits: 16, not 12 as/, ['--bits', '12', ...WEIGHTS.slice(2)]],
        ['weights', /weights: [0-9a-f]{64}, not [0-9a-f]{64} as/, ['--weights', 'other.safetensors']],
      ])('is refused by merge: %s', async (_, message, flags) => {
        writeFileSync(at('other.safetensors'), writeSafetensors(randomWeights(2).tensors));
        await half('o0.npz', ...flags);
        const { status, stderr } = await run('merge', 'o0.npz', 'h1.npz', '-o', 'never.npz');
        expect(status).toBe(2);
        expect(stderr).toMatch(/h1\.npz: statistics by another /);
        expect(stderr).toMatch(message);
      });

      it('is merged where the setting is the default, or by another engine', async () => {
        await half('o0.npz', '--bits', '16', '--resize', 'pil299', '--engine', 'tfjs', ...WEIGHTS.slice(2));
        expect(await run('merge', 'o0.npz', 'h1.npz', '-o', 'same.npz')).toMatchObject({ status: 0 });
      });

      it('is merged where a file of an earlier version does not say them', async () => {
        const { settings, ...older } = readNpz(readBytes(at('h0.npz')));
        expect(settings).toBeDefined();
        writeFileSync(at('older.npz'), writeNpz(older));
        expect(await run('merge', 'older.npz', 'h1.npz', '-o', 'same.npz')).toMatchObject({ status: 0 });
        const data = new TextEncoder().encode('{"bits":16}');
        writeFileSync(
          at('odd.npz'),
          writeNpz({ ...older, settings: { data, shape: [data.length], dtype: 'uint8' } }),
        );
        expect(await run('merge', 'odd.npz', 'h1.npz', '-o', 'never.npz')).toMatchObject({
          status: 2,
          stderr: expect.stringContaining('the settings of statistics are not an object of texts'),
        });
      });
    });

    describe('whole sets by other settings', () => {
      const OTHER = ['--weights', 'other.safetensors'];
      const files: Record<string, string[]> = {
        'usual.npz': WEIGHTS,
        'clean.npz': ['--resize', 'clean', ...WEIGHTS],
        'twelve.npz': ['--bits', '12', ...WEIGHTS],
        'weights.npz': [...WEIGHTS, ...OTHER],
        'clean2.npz': ['--resize', 'clean', ...WEIGHTS],
      };
      beforeAll(async () => {
        writeFileSync(at('other.safetensors'), writeSafetensors(randomWeights(2).tensors));
        for (const [file, flags] of Object.entries(files))
          expect(await run('--save-stats', 'classes/sick', file, ...flags)).toMatchObject({ status: 0 });
        const { statistics } = await readActivations(at('usual.npz'));
        const settings = { preprocessing: '{}', encoder: 'abc', bits: '16' };
        await writeStatistics(at('encoder.npz'), statistics, undefined, { settings });
      });

      it.each([
        ['clean.npz', /clean\.npz: statistics by another resize: clean, not pil299 as \S*usual\.npz/],
        ['twelve.npz', /twelve\.npz: statistics by another bits: 12, not 16 as/],
        ['weights.npz', /weights\.npz: statistics by another weights: [0-9a-f]{64}, not [0-9a-f]{64} as/],
        ['encoder.npz', /encoder\.npz: statistics by another encoder: abc, not none as/],
      ])('are refused by merge: %s', async (file, message) => {
        const { status, stderr } = await run('merge', 'usual.npz', file, '-o', 'never.npz');
        expect([status, stderr]).toEqual([2, expect.stringMatching(message)]);
      });

      it('are merged where they are the same, and the merged file says them, or where a file does not say them', async () => {
        expect(await run('merge', 'clean.npz', 'clean2.npz', '-o', 'all.npz')).toMatchObject({
          status: 0,
        });
        expect(await run('merge', 'all.npz', 'usual.npz', '-o', 'never.npz')).toMatchObject({ status: 2 });
        const { settings: _, ...older } = readNpz(readBytes(at('clean.npz')));
        writeFileSync(at('untold.npz'), writeNpz(older));
        expect(await run('merge', 'untold.npz', 'usual.npz', '-o', 'any.npz')).toMatchObject({ status: 0 });
      });

      const settingsIn = (file: string): Record<string, string> | undefined => {
        const { settings } = readNpz(readBytes(at(file)));
        return settings && JSON.parse(new TextDecoder().decode(settings.data as Uint8Array));
      };
      const writeSettings = (file: string, of: string, settings: Record<string, string> | undefined) => {
        const { settings: _, ...others } = readNpz(readBytes(at(of)));
        const data = new TextEncoder().encode(JSON.stringify(settings));
        const text = { data, shape: [data.length], dtype: 'uint8' as const };
        writeFileSync(at(file), writeNpz(settings ? { ...others, settings: text } : others));
      };

      it.each([
        ['first', ['silent.npz', 'clean.npz', 'clean2.npz']],
        ['last', ['clean.npz', 'clean2.npz', 'silent.npz']],
      ])('stay unknown in the merged file where one file does not say them: the %s', async (_, files) => {
        writeSettings('silent.npz', 'usual.npz', undefined);
        const { status, stderr } = await run('merge', ...files, '-o', 'unknown.npz');
        expect(status).toBe(0);
        expect(settingsIn('unknown.npz')).toBeUndefined();
        expect(stderr).toMatch(
          /warning: \S*unknown\.npz does not say its .*resize, bits, window, size, weights, since \S*silent\.npz does not/,
        );
        // Unknown, so not refused as another resize.
        expect(await run('merge', 'unknown.npz', 'usual.npz', '-o', 'any.npz')).toMatchObject({ status: 0 });
      });

      it('stay unknown one by one', async () => {
        const { size, weights, ...earlier } = settingsIn('clean.npz')!;
        expect([size, weights]).toEqual(['its own', expect.stringMatching(/^[0-9a-f]{64}$/)]);
        writeSettings('earlier.npz', 'clean.npz', earlier);
        const { stderr } = await run('merge', 'clean.npz', 'earlier.npz', '-o', 'partly.npz');
        expect(settingsIn('partly.npz')).toEqual({ encoder: 'none', ...earlier });
        expect(stderr).toMatch(/does not say its size, weights, since \S*earlier\.npz does not/);
        expect(await run('merge', 'clean.npz', 'clean2.npz', '-o', 'all.npz')).toMatchObject({
          stderr: expect.not.stringContaining('does not say'),
        });
        expect(settingsIn('all.npz')).toEqual({ encoder: 'none', ...settingsIn('clean.npz') });
      });

      it.each([
        ['clean.npz', 'classes/healthy', 'resize: clean, not pil299', []],
        ['clean.npz', 'usual.npz', 'resize: pil299, not clean', []],
        ['encoder.npz', 'classes/healthy', 'encoder: abc, not none', []],
        ['usual.npz', 'classes/healthy', 'resize: pil299, not clean', ['--resize', 'clean']],
      ])('are refused by a score: %s and %s', async (a, b, message, flags) => {
        const { status, stderr, stdout } = await run(a, b, ...WEIGHTS, ...flags);
        expect([status, stdout]).toEqual([2, '']);
        expect(stderr).toContain(`statistics by another ${message}`);
      });

      it.each([
        ['clean.npz', 'clean2.npz', 'clean'],
        ['untold.npz', 'clean.npz', 'clean'],
        ['usual.npz', 'usual.npz', 'pil299'],
        ['encoder.npz', 'encoder.npz', null],
      ])('are what --json says of a score: %s and %s', async (a, b, resize) => {
        const { stdout } = await run(a, b, '--dims', '64', '--json');
        expect(JSON.parse(stdout)).toMatchObject({ resize, engine: null });
      });

      it.each([
        ['clean.npz', 'classes/healthy', ['--resize', 'clean']],
        ['clean.npz', 'clean2.npz', []],
        ['encoder.npz', 'encoder.npz', []],
        // Bits belong to the files.
        ['twelve.npz', 'classes/healthy', []],
        ['untold.npz', 'usual.npz', []],
      ])('are scored where they are the same or unknown: %s and %s', async (a, b, flags) => {
        const { status, stderr } = await run(a, b, ...WEIGHTS, ...flags);
        expect([status, stderr.match(/weights of different files/)]).toEqual([0, null]);
      });

      it('come with a warning where the weights differ, which may hold the same in another format', async () => {
        for (const b of ['classes/healthy', 'usual.npz'])
          expect(await run('weights.npz', b, ...WEIGHTS)).toMatchObject({
            status: 0,
            stderr: expect.stringMatching(/weights\.npz and \S+ are by weights of different files/),
          });
      });
    });

    it('warns where activations are left out of a merge', async () => {
      const args = ['--save-activations', 'classes/healthy', 'kept.npz', '--shard', '0/2'];
      expect((await run(...args, ...WEIGHTS)).status).toBe(0);
      const { status, stderr } = await run('merge', 'kept.npz', 'h1.npz', '-o', 'both.npz');
      expect(status).toBe(0);
      expect(stderr).toMatch(/warning: \S*both\.npz has no activations: those of \S*kept\.npz are left out/);
      expect((await run('merge', 'h0.npz', 'h1.npz', '-o', 'both.npz')).stderr).not.toMatch(/activations/);
    });

    it('takes every n-th image of an array', async () => {
      const images = Uint8Array.from({ length: 5 * 64 }, (_, i) => (i * 37) % 251);
      const array = { data: images, shape: [5, 8, 8], dtype: 'uint8' as const };
      writeFileSync(at('images.npz'), writeNpz({ images: array }));
      for (const i of [0, 1])
        expect(
          (await run('--save-stats', 'images.npz', `a${i}.npz`, '--shard', `${i}/2`, ...WEIGHTS)).status,
        ).toBe(0);
      expect(readNpz(readBytes(at('a0.npz'))).count!.data[0]).toBe(3n);
      expect((await run('merge', 'a0.npz', 'a1.npz', '-o', 'array.npz')).status).toBe(0);
      expect((await score('array.npz', 'images.npz', '--no-floor')).fid).toBeLessThan(1e-6);
    });

    it.each([
      [
        'statistics',
        /h0\.npz: statistics of images have no shards/,
        ['--save-stats', 'h0.npz', 'x.npz', '--shard', '0/2'],
      ],
      [
        'a score',
        /--shard needs --save-stats or --save-activations/,
        ['classes/sick', 'classes/healthy', '--shard', '0/2'],
      ],
      ['2/2', /It takes a part of a whole/, ['--save-stats', 'classes/sick', 'x.npz', '--shard', '2/2']],
      [
        'a shard of one image',
        /needs at least two images a set: 1 in the shard 3\/4, so take fewer shards/,
        ['--save-stats', 'classes/sick', 'x.npz', '--shard', '3/4'],
      ],
    ])('is refused for %s', async (_, message, args) => {
      const { status, stderr } = await run(...args, ...WEIGHTS);
      expect(status).not.toBe(0);
      expect(stderr).toMatch(message);
    });
  });

  it('leaves out bad files where told to, and counts them', async () => {
    const result = await score('bad', 'classes/sick', '--skip-bad');
    expect(result).toMatchObject({ n1: 3, skipped: 2 });
  });

  it.each([
    ['a missing folder', /nowhere: there is no such/, ['nowhere', 'one', ...WEIGHTS]],
    ['an empty folder', /empty: the folder holds no image/, ['empty', 'bad', ...WEIGHTS]],
    ['one image', /one: .*two images/, ['classes/sick', 'one', ...WEIGHTS]],
    ['a truncated image', /b2\.png/, ['bad', 'classes/sick', ...WEIGHTS]],
    [
      'other dims',
      /'--dims <n>' argument '100' is invalid. It takes 64, 192, 768, 2048/,
      ['bad', 'bad', '--dims', '100'],
    ],
    ['an unknown flag', /unknown option '--dimz' \(Did you mean --dims\?\)/, ['bad', 'bad', '--dimz', '64']],
    [
      'an unknown metric',
      /'--metrics <list>' argument 'fid,is' is invalid. It takes some of fid, kid/,
      ['bad', 'bad', '--metrics', 'fid,is'],
    ],
    [
      'an unknown resize',
      /'--resize <mode>' argument 'bilinear' is invalid. It takes pil299, network, clean/,
      ['bad', 'bad', '--resize', 'bilinear'],
    ],
    [
      'a batch size of nothing',
      /'--batch-size <n>' argument '0' is invalid. It takes a whole number of at least 1/,
      ['bad', 'bad', '--batch-size', '0'],
    ],
    ['one path', /missing required argument 'path2'/, ['bad']],
    [
      'weights that are text',
      /text\.pth: cannot read weights: not a torch file/,
      ['classes/sick', 'classes/sick', '--dims', '64', '--weights', 'text.pth'],
    ],
    [
      'missing weights',
      /gone\.pth: there is no such weights file/,
      ['classes/sick', 'classes/sick', '--weights', 'gone.pth'],
    ],
    ['a merge without a target', /required option '-o, --out <file.npz>' not specified/, ['merge', 'a.npz']],
    [
      'metrics of a statistics file',
      /kid needs images/,
      ['moments.npz', 'moments.npz', '--dims', '64', '--metrics', 'kid'],
    ],
    ['statistics of other dims', /have 64 dims, not 192/, ['moments.npz', 'moments.npz', '--dims', '192']],
    ['a merge of statistics without a count', /cannot be merged/, ['merge', 'moments.npz', '-o', 'x.npz']],
    ['an npz of something else', /lacks mu or sigma/, ['other.npz', 'other.npz', '--dims', '64']],
  ])('refuses %s with status 2 and one clear line', async (_, message, args) => {
    const identity = new Float64Array(64 * 64);
    for (let i = 0; i < 64; i++) identity[i * 65] = 1;
    const mu = { data: new Float64Array(64), shape: [64], dtype: 'float64' as const };
    writeFileSync(
      at('moments.npz'),
      writeNpz({ mu, sigma: { data: identity, shape: [64, 64], dtype: 'float64' } }),
    );
    writeFileSync(at('other.npz'), writeNpz({ mu }));
    const { status, stdout, stderr } = await run(...args);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect([status, stdout]).toEqual([2, '']);
  });

  it('names a tensor that is missing or has another shape', async () => {
    const { tensors } = randomWeights(1);
    const name = 'Mixed_6e.branch_pool.conv.weight';
    const { data } = tensors.get(name)!;
    tensors.set(name, { shape: [192, 768], data });
    writeFileSync(at('wrong.safetensors'), writeSafetensors(tensors));
    tensors.delete(name);
    writeFileSync(at('missing.safetensors'), writeSafetensors(tensors));
    for (const [file, words] of [
      ['wrong', `${name} has shape [192,768], not [192,768,1,1]`],
      ['missing', `lack the tensor ${name}`],
    ]) {
      const { status, stderr } = await run(
        'classes/sick',
        'classes/sick',
        '--dims',
        '64',
        '--weights',
        `${file}.safetensors`,
      );
      expect(stderr).toContain(words);
      expect(status).toBe(2);
    }
  });

  it('names a backend that is asked for and not installed in one line, with status 2', async () => {
    const flags = [...WEIGHTS, '--engine', 'tfjs', '--device', 'node'];
    expect(await run('classes/sick', 'classes/sick', ...flags)).toMatchObject({
      status: 2,
      stdout: '',
      stderr:
        'cxr-fid: backend node: @tensorflow/tfjs-node is not installed: npm install @tensorflow/tfjs-node@4.22.0\n',
    });
  });

  it('prints its usage', async () => {
    const { status, stdout } = await run('--help');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Usage: cxr-fid \[options\] \[command\] <path1> <path2>/);
  });

  it.skipIf(!shared)('gives pytorch-fid’s value on chest X-rays of all sizes', async () => {
    const data = join(shared!, 'data', 'chest_xray_original');
    const result = await run(
      join(data, 'NORMAL'),
      join(data, 'PNEUMONIA'),
      '--dims',
      '64',
      '--weights',
      weightsFile,
      '--json',
    );
    const golden = readFileSync(join(shared!, 'goldens', 'fid_originals_pil299.jsonl'), 'utf8').split(
      '\n',
    )[0]!;
    expect(relative(JSON.parse(result.stdout).fid, JSON.parse(golden).fid)).toBeLessThan(1e-4);
  });
});
