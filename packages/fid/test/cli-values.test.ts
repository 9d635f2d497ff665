import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng, phantom, readNpz, writeNpz } from '@cxr/data';
import {
  FRECHET_METHODS,
  frechetDistance,
  kid,
  noiseFloor,
  randomWeights,
  readWeights,
  Statistics,
  spectrum,
  spectrumSvg,
  writeSafetensors,
} from '@cxr/fid';
import { readActivations, readStatistics, SENSITIVITY_CHANGES, writeStatistics } from '@cxr/fid/node';
import { fitImage, image, pixels } from '@cxr/image';
import ndarray from 'ndarray';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { floatTiff } from '../../../test/support/float-tiff.js';
import { fixtures, readBytes, relative, runMain } from './shared.js';

const folder = mkdtempSync(join(tmpdir(), 'cxr-fid-values-'));
const at = (...path: string[]) => join(folder, ...path);

async function score(...args: string[]) {
  const result = await runMain(...args, '--dims', '64', '--weights', at('random.safetensors'), '--json');
  expect([result.status, result.stderr.match(/\n +at /)]).toEqual([0, null]);
  return JSON.parse(result.stdout);
}

const weights = writeSafetensors(randomWeights(1).tensors);

beforeAll(() => {
  writeFileSync(at('random.safetensors'), weights);
  for (const name of ['healthy', 'sick', 'dark']) mkdirSync(at(name));
  for (let i = 0; i < 7; i++) {
    for (const [name, sick] of [
      ['healthy', false],
      ['sick', true],
    ] as const) {
      writeFileSync(at(name, `${i}.png`), encodePng(phantom({ seed: 10 + i, size: 40 + 3 * i, sick })));
    }
    const { data, shape } = phantom({ seed: 10 + i, size: 40 + 3 * i });
    const twelve = Uint16Array.from(data, (value) => 16 * value + (value >> 4));
    writeFileSync(at('dark', `${i}.png`), encodePng(image(twelve, shape[0]!, shape[1]!, shape[2]!)));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('saved activations', () => {
  it('serve every metric in place of the images', async () => {
    const metrics = ['--metrics', 'kid,precision,coverage,memorisation', '--seed', '7'];
    for (const name of ['healthy', 'sick']) {
      const args = ['--dims', '64', '--weights', at('random.safetensors'), '--save-activations'];
      expect((await runMain(...args, at(name), at(`${name}.npz`))).status).toBe(0);
    }
    const [saved, images] = [
      await score(at('healthy.npz'), at('sick.npz'), ...metrics),
      await score(at('healthy'), at('sick'), ...metrics),
    ];
    for (const key of ['kid', 'precision', 'coverage']) expect(saved[key]).toEqual(images[key]);
    expect(saved.memorisation.authPct).toBe(images.memorisation.authPct);
    const drawn = await runMain(
      at('healthy.npz'),
      at('sick.npz'),
      '--dims',
      '64',
      '--memorisation-pictures',
      at('p.png'),
    );
    expect(drawn).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--memorisation-pictures needs images'),
    });
  });

  it('KID takes the kernel and the subsets that the flags say', async () => {
    const [a, b] = [at('healthy.npz'), at('sick.npz')];
    const rows = await Promise.all([a, b].map(async (file) => (await readActivations(file)).activations!));
    const options = { subsets: 3, subsetSize: 5, degree: 2, gamma: 0.5, coef0: 0.25 };
    const flags = '--kid-subsets 3 --kid-subset-size 5 --kid-degree 2 --kid-gamma 0.5 --kid-coef0 0.25';
    const result = await score(a, b, '--metrics', 'kid', '--seed', '4', ...flags.split(' '));
    expect(result.kid).toEqual(kid(rows[0]!, rows[1]!, { ...options, seed: 4 }));
    const wrong = await runMain(a, b, '--dims', '64', '--metrics', 'kid', '--kid-gamma', '0');
    expect(wrong).toMatchObject({ status: 2, stderr: expect.stringContaining('gamma') });
  });
});

describe('values of cxr-fid', () => {
  // By definition, in NumPy and SciPy: fixtures/fid/make-cli-values.py.
  const golden = JSON.parse(readFileSync(join(fixtures, 'cli-values.json'), 'utf8'));

  it('are those computed apart, for every metric', async () => {
    const metrics = 'fid,kid,precision,recall,density,coverage,memorisation';
    const result = await score(at('healthy'), at('sick'), '--metrics', metrics, '--seed', '7');
    // Other processors sum the network's float32 in another order.
    expect(relative(result.fid, golden.fid)).toBeLessThan(1e-4);
    expect(relative(result.meanTerm, golden.meanTerm)).toBeLessThan(1e-4);
    expect(result.meanShare).toBeCloseTo(golden.meanTerm / golden.fid, 4);
    expect(Math.abs(result.kid.mean - golden.kid)).toBeLessThan(1e-5);
    for (const name of ['precision', 'recall', 'density', 'coverage']) {
      expect(result[name]).toBeCloseTo(golden[name], 9);
    }
    for (const [name, value] of Object.entries(golden.memorisation as Record<string, number>)) {
      expect(relative(result.memorisation[name], value)).toBeLessThan(1e-4);
    }
    const [worst] = result.memorisation.pairs;
    expect(worst.ratio).toBeCloseTo(worst.distance / worst.realDistance, 12);
    expect(worst.fake).toMatch(/\/sick\/\d\.png$/);

    const { data, shape } = readNpz(readBytes(join(fixtures, 'cli-activations.npz'))).healthy!;
    const activations = ndarray(data as Float32Array, shape);
    const floor = noiseFloor(activations, { seed: 7 });
    for (const name of ['fid', 'low', 'high'] as const) {
      expect(relative(result.floor[name], floor[name])).toBeLessThan(1e-4);
    }
    expect(relative(result.floor.fid, noiseFloor(activations, { seed: 0 }).fid)).toBeGreaterThan(1e-3);
  });

  it('say of which weights they are: the sha256 of the file', async () => {
    const sha256 = createHash('sha256').update(weights).digest('hex');
    expect((await score(at('healthy'), at('sick'), '--no-floor')).weights.sha256).toBe(sha256);
    expect((await readWeights(weights)).sha256).toBe(sha256);
    // Other values of the same size are other weights.
    const other = weights.slice();
    other[other.length - 1]! ^= 1;
    expect((await readWeights(other)).sha256).toBe(createHash('sha256').update(other).digest('hex'));
  });

  it('of held-out images at the fakes’ size are the ceiling, of every metric asked for', async () => {
    for (const name of ['small', 'shrunk']) mkdirSync(at(name));
    for (let i = 0; i < 7; i++) {
      writeFileSync(at('small', `${i}.png`), encodePng(phantom({ seed: 50 + i, size: 20, sick: true })));
      const source = phantom({ seed: 10 + i, size: 40 + 3 * i, sick: true });
      writeFileSync(at('shrunk', `${i}.png`), encodePng(fitImage(source, { size: 20 })));
    }
    const result = await score(at('healthy'), at('small'), '--held-out', at('sick'), '--metrics', 'density');
    const expected = await score(at('healthy'), at('shrunk'), '--metrics', 'density');
    expect(result.ceiling).toMatchObject({ size: 20, n: 7, density: expected.density });
    for (const name of ['fid', 'meanTerm', 'meanShare'])
      expect(relative(result.ceiling[name], expected[name])).toBeLessThan(1e-9);
    expect(result.fid).not.toBe(result.ceiling.fid);
    const flags = ['--dims', '64', '--weights', at('random.safetensors'), '--metrics', 'density'];
    const { stderr } = await runMain(at('healthy'), at('small'), '--held-out', at('sick'), ...flags);
    expect(stderr).toContain(
      `ceiling ${expected.fid.toPrecision(4)}: 7 held-out images at the fakes’ 20 × 20 pixels\nceiling of density: `,
    );
  });

  it('come with the spectrum of both sets at the fakes’ size', async () => {
    mkdirSync(at('fakes'));
    for (let i = 0; i < 2; i++)
      writeFileSync(at('fakes', `${i}.png`), encodePng(phantom({ seed: i, size: 32 })));
    await score(at('healthy'), at('fakes'), '--no-floor', '--spectrum', at('power.svg'));
    const images = [...Array(7).keys()].map((i) => phantom({ seed: 10 + i, size: 40 + 3 * i }));
    const fakes = [0, 1].map((seed) => phantom({ seed, size: 32 }));
    expect(readFileSync(at('power.svg'), 'utf8')).toBe(
      spectrumSvg([
        { label: 'reals', spectrum: await spectrum(images, { size: 32 }) },
        { label: 'fakes', spectrum: await spectrum(fakes, { size: 32 }) },
      ]),
    );
  });

  it('of small changes are one table, one object or one page', async () => {
    mkdirSync(at('twelve'));
    for (let i = 0; i < 12; i++)
      writeFileSync(at('twelve', `${i}.png`), encodePng(phantom({ seed: i, size: 32 })));
    const flags = ['--dims', '64', '--weights', at('random.safetensors'), '--size', '48'];
    const page = at('sensitivity.html');
    const { status, stdout, stderr } = await runMain('sensitivity', at('twelve'), ...flags, '-o', page);
    expect(status).toBe(0);
    expect(stderr).toContain('6 changed images against 6 others, 64 dims, resize pil299');
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(
      /^ +FID +mean share +KID × 1000 +precision +recall +density +coverage +AuthPct$/,
    );
    // Brought to 48 pixels, the images are not shrunk to 128 or 64.
    expect(lines).toHaveLength(SENSITIVITY_CHANGES.length);
    const json = await runMain('sensitivity', at('twelve'), ...flags, '--json');
    const { rows, ...result } = JSON.parse(json.stdout);
    expect(result).toMatchObject({ dims: 64, n1: 6, n2: 6, size: 48, weights: { kind: 'safetensors' } });
    const html = readFileSync(page, 'utf8');
    for (const [i, row] of rows.entries()) {
      const cells = lines[i + 1]!.slice(24).trim().split(/ {2,}/);
      expect(cells).toEqual([
        row.fid.toFixed(3),
        `${Math.round(100 * row.meanShare)} %`,
        (1000 * row.kid).toFixed(2),
        ...[row.precision, row.recall, row.density, row.coverage].map((value) => value.toFixed(3)),
        row.authPct.toFixed(0),
      ]);
      expect(html).toContain(`<tr><th>${row.name}</th><td>${cells.join('</td><td>')}</td></tr>`);
    }
    expect(html).not.toMatch(/NaN|Infinity/);
  });

  it('of 12-bit pictures in 16-bit PNGs come with a warning', async () => {
    const result = await score(at('dark'), at('sick'), '--no-floor');
    expect(result.warnings).toContainEqual(
      expect.stringMatching(/\/dark: the 7 16-bit images use only 12 of 16 bits/),
    );
  });

  it('of 12-bit pictures with --bits 12 are those of the same pictures in 8 bits', async () => {
    const result = await score(at('dark'), at('sick'), '--no-floor', '--bits', '12');
    expect(relative(result.fid, golden.fid)).toBeLessThan(1e-4);
    expect(result.warnings.filter((text: string) => text.includes('16-bit'))).toEqual([]);
    const wrong = await score(at('dark'), at('sick'), '--no-floor');
    expect(relative(wrong.fid, golden.fid)).toBeGreaterThan(0.1);
    for (const bits of ['0', '17']) {
      const { status, stderr } = await runMain(at('dark'), at('sick'), '--bits', bits);
      expect([status, stderr]).toEqual([2, expect.stringContaining('from 1 to 16')]);
    }
  });

  it('of values through --window are those of the same pictures in 8 bits', async () => {
    mkdirSync(at('values'));
    for (let i = 0; i < 7; i++) {
      const size = 40 + 3 * i;
      const values = [...phantom({ seed: 10 + i, size }).data].map((value) => 10 * value - 1000);
      writeFileSync(at('values', `${i}.tif`), floatTiff(values, size, size));
    }
    const refused = await runMain(
      at('values'),
      at('sick'),
      '--dims',
      '64',
      '--weights',
      at('random.safetensors'),
    );
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('floating-point samples')]);
    const pictures = [at('worst.png'), at('pairs.png')];
    const flags = ['--worst', pictures[0]!, '--memorisation-pictures', pictures[1]!, '--no-floor'];
    await score(at('sick'), at('healthy'), ...flags);
    const drawn = pictures.map((file) => readBytes(file));
    await score(at('sick'), at('values'), ...flags, '--window', '275,2550');
    expect(pictures.map((file) => readBytes(file))).toEqual(drawn);
    const shown = await score(at('values'), at('sick'), '--no-floor', '--window', '275,2550');
    expect(relative(shown.fid, golden.fid)).toBeLessThan(1e-4);
  });

  it('with --method are those of frechetDistance by that method', async () => {
    const [healthy, sick] = ['healthy', 'sick'].map((name) => {
      const { data, shape } = readNpz(readBytes(join(fixtures, 'cli-activations.npz')))[name]!;
      return Statistics.of(ndarray(data as Float32Array, shape));
    });
    await writeStatistics(at('healthy.npz'), healthy!);
    await writeStatistics(at('sick.npz'), sick!);
    const [a, b] = [await readStatistics(at('healthy.npz')), await readStatistics(at('sick.npz'))];
    const [factors, eigen] = FRECHET_METHODS.map((method) => frechetDistance(a, b, { method }));
    // Both covariances are rank-deficient, so that the two methods differ in their last digits.
    expect(eigen).not.toBe(factors);
    expect(relative(eigen!, factors!)).toBeLessThan(1e-3);
    expect((await score(at('healthy.npz'), at('sick.npz'))).fid).toBe(factors);
    expect((await score(at('healthy.npz'), at('sick.npz'), '--method', 'eigen')).fid).toBe(eigen);
    const { status, stderr } = await runMain(at('healthy.npz'), at('sick.npz'), '--method', 'x');
    expect([status, stderr]).toEqual([2, expect.stringContaining('factors, eigen')]);
  });

  it('are of the engine onnxruntime by its old name, too', async () => {
    expect((await score(at('healthy'), at('sick'), '--no-floor', '--engine', 'native')).engine).toBe(
      'onnxruntime',
    );
  });

  it.each([
    [64, 64, true],
    [64, 65, false],
    [65, 64, true],
    [65, 65, false],
  ])('warn of a covariance short of rank: %i and %i images for 64 dims', async (n1, n2, warned) => {
    const sigma = new Float64Array(64 * 64);
    for (let i = 0; i < 64; i++) sigma[65 * i] = 1;
    const file = (name: string, count: number) => {
      const counted = { data: BigInt64Array.of(BigInt(count)), shape: [], dtype: 'int64' as const };
      const mu = { data: new Float64Array(64), shape: [64], dtype: 'float64' as const };
      writeFileSync(
        at(name),
        writeNpz({ mu, sigma: { data: sigma, shape: [64, 64], dtype: 'float64' }, count: counted }),
      );
      return at(name);
    };
    const { warnings } = await score(file('a.npz', n1), file('b.npz', n2));
    const few = [
      ['a.npz', n1],
      ['b.npz', n2],
    ].filter(([, n]) => Number(n) <= 64);
    expect(warnings).toHaveLength(few.length);
    few.forEach(([name, n], i) => {
      expect(warnings[i]).toContain(`${name} has ${n} images for 64 dims: its covariance is short of rank`);
    });
    expect(warnings.length > 0).toBe(warned || n1 <= 64);
  });

  it('are never null: a distance that is not finite ends with status 1', async () => {
    const sigma = new Float64Array(64 * 64);
    const file = (name: string, value: number) => {
      const mu = { data: new Float64Array(64).fill(value), shape: [64], dtype: 'float64' as const };
      writeFileSync(at(name), writeNpz({ mu, sigma: { data: sigma, shape: [64, 64], dtype: 'float64' } }));
      return at(name);
    };
    const { status, stdout, stderr } = await runMain(
      file('far.npz', 1e200),
      file('near.npz', 0),
      '--dims',
      '64',
      '--json',
    );
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/the distance is not finite: Infinity/);
  });

  it('leave out a ratio that JSON has no number for', async () => {
    for (const name of ['twins', 'other']) mkdirSync(at(name), { recursive: true });
    const [a, b] = [1, 2].map((seed) => phantom({ seed, size: 40 }));
    for (const i of [0, 1]) writeFileSync(at('twins', `${i}.png`), encodePng(a!));
    const half = image(
      Uint8Array.from(pixels(b!), (value) => value >> 1),
      40,
      40,
      1,
    );
    for (const [i, one] of [a!, half].entries()) writeFileSync(at('other', `${i}.png`), encodePng(one));
    const { pairs, duplicates } = (await score(at('twins'), at('other'), '--metrics', 'memorisation'))
      .memorisation;
    expect(duplicates).toBe(1);
    expect(pairs.map((pair: { ratio?: number }) => pair.ratio)).toEqual([0, undefined]);
    expect(pairs[1].distance).toBeGreaterThan(0);
  });
});
