import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng, type NpyArray, readNpz, writeNpy, writeNpz } from '@cxr/data';
import { frechetDistance, Statistics } from '@cxr/fid';
import {
  loadWeights,
  mergeStatistics,
  pathStatistics,
  readActivations,
  readStatistics,
  writeStatistics,
} from '@cxr/fid/node';
import { CxrFileError, createRng, image } from '@cxr/image';
import { afterAll, describe, expect, it } from 'vitest';
import { storedZip } from './pickles.js';
import { fixtures, readBytes, relative, syntheticActivations } from './shared.js';

const folder = mkdtempSync(join(tmpdir(), 'cxr-statistics-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('statistics files', () => {
  // Written by pytorch-fid: fixtures/fid/make-statistics.py, which also had pytorch-fid read one of ours.
  const theirs = join(fixtures, 'pytorch-fid-statistics.npz');

  it('are read as pytorch-fid writes them', async () => {
    const statistics = await readStatistics(theirs);
    expect(statistics).toMatchObject({ dims: 64, count: undefined });
    const identity = Float64Array.from({ length: 64 * 64 }, (_, i) => (i % 65 === 0 ? 1 : 0));
    const normal = Statistics.fromMoments({ mu: new Float64Array(64), sigma: identity });
    const { fidToStandardNormal } = JSON.parse(
      readFileSync(join(fixtures, 'pytorch-fid-statistics.json'), 'utf8'),
    );
    // 24 images leave 41 of the 64 eigenvalues at nought, of which pytorch-fid takes the root of rounding.
    expect(relative(frechetDistance(statistics, normal), fidToStandardNormal)).toBeLessThan(1e-8);
    expect(frechetDistance(statistics, statistics)).toBeLessThan(1e-6);
  });

  it('are read whatever arrays lie beside them', async () => {
    const file = join(fixtures, 'statistics-with-text.npz');
    expect(() => readNpz(readBytes(file))).toThrow(/npy type <U|pickled objects/);
    const { mu, sigma } = await readStatistics(file);
    expect([[...mu], [...sigma]]).toEqual([
      [1, 2],
      [2, 0.5, 0.5, 1],
    ]);
  });

  it('are scored and merged whatever another program calls settings', async () => {
    const own = (mean: number): Record<string, NpyArray> => ({
      mu: { data: new Float64Array(64).fill(mean), shape: [64], dtype: 'float64' },
      sigma: { data: new Float64Array(64 * 64), shape: [64, 64], dtype: 'float64' },
      count: { data: BigInt64Array.of(5n), shape: [], dtype: 'int64' },
    });
    // A text of two letters, as NumPy writes it.
    const text = Buffer.from(writeNpy({ data: new BigInt64Array(1), shape: [], dtype: 'int64' }));
    text.write("'<U2'", text.indexOf("'<i8'"), 'latin1');
    const entries = Object.entries(own(1)).map(([name, array]) => [`${name}.npy`, writeNpy(array)] as const);
    const named = join(folder, 'named.npz');
    writeFileSync(named, storedZip([...entries, ['settings.npy', new Uint8Array(text)]]));
    const numbered = join(folder, 'numbered.npz');
    const numbers: NpyArray = { data: Float64Array.of(299, 3), shape: [2], dtype: 'float64' };
    writeFileSync(numbered, writeNpz({ ...own(2), settings: numbers }));
    const { paths } = await pathStatistics([named, numbered], { dims: 64 });
    expect(paths.map(({ statistics, settings }) => [statistics.mu[0], settings])).toEqual([
      [1, undefined],
      [2, undefined],
    ]);
    expect((await mergeStatistics([named, numbered])).count).toBe(10);
    await expect(mergeStatistics([named, numbered, named])).rejects.toThrow(/the same file is named twice/);
    writeFileSync(
      numbered,
      writeNpz({ ...own(2), settings: { ...numbers, data: Uint8Array.of(1, 2), dtype: 'uint8' } }),
    );
    await expect(pathStatistics([numbered], { dims: 64 })).rejects.toMatchObject({
      code: 'corrupt',
      file: numbered,
    });
  });

  it('come back as they were written', async () => {
    const file = join(folder, 'own.npz');
    const statistics = Statistics.of(syntheticActivations(30, 12, 1));
    await writeStatistics(file, statistics);
    const back = await readStatistics(file);
    expect(back.count).toBe(30);
    expect(back.mu).toEqual(statistics.mu);
    expect(back.sigma).toEqual(statistics.sigma);
  });

  it('refuse what is none, saying what it is and what was expected', async () => {
    const expected = 'expected a folder of images, or statistics in an .npz file with mu and sigma';
    const png = encodePng(image(new Uint8Array(4), 2, 2, 1));
    const npy = writeNpy({ data: new Float64Array(4), shape: [4], dtype: 'float64' });
    const dicom = new Uint8Array(400);
    dicom.set(new TextEncoder().encode('DICM'), 128);
    for (const [name, bytes, kind] of [
      ['a.png', png, 'an image (png)'],
      ['cut.png', png.subarray(0, 20), 'a PNG cut off in its header'],
      ['a.jpg', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), 'a JPEG .*'],
      ['a.dcm', dicom, 'an image (dicom)'],
      ['named-so.npz', png, 'an image (png)'],
      ['mu.npy', npy, 'an .npy array'],
      ['empty.npz', new Uint8Array(0), 'an empty file'],
      ['text.npz', new TextEncoder().encode('hello'), 'neither a folder nor an .npz file'],
    ] as const) {
      const file = join(folder, name);
      writeFileSync(file, bytes);
      const error = await readStatistics(file).catch((caught) => caught);
      expect(error).toMatchObject({ name: 'CxrFileError', code: 'unsupported', file });
      const text = `${kind}: ${expected}`.replace(/[()]/g, '\\$&');
      expect(error.reason).toMatch(new RegExp(`^${text}$`));
      // A path may be an .npy, of images.
      const asPath = name === 'mu.npy' ? 'an array [4]: images are [n, h, w]' : expected;
      await expect(pathStatistics([file])).rejects.toThrow(asPath);
    }
  });

  it('refuse a mean that is no row of numbers, whatever sigma is', async () => {
    const file = join(folder, 'flat.npz');
    const mu: NpyArray = { data: new Float64Array(6), shape: [2, 3], dtype: 'float64' };
    const sigma: NpyArray = { data: new Float64Array(4), shape: [2, 2], dtype: 'float64' };
    writeFileSync(file, writeNpz({ mu, sigma }));
    await expect(readStatistics(file)).rejects.toMatchObject({
      reason: expect.stringContaining('mu is [2,3]'),
    });
  });

  it.each([
    ['settings', 'uint8', new Uint8Array(2 ** 26).fill(32)],
    ['set', 'uint8', new Uint8Array(2 ** 26)],
    ['shard', 'int64', new BigInt64Array(2 ** 23)],
    ['count', 'int64', new BigInt64Array(2 ** 23)],
  ] as const)('refuse soon a description of many values: %s', async (name, dtype, data) => {
    const file = join(folder, 'described.npz');
    const one = (): NpyArray => ({ data: Float64Array.of(1), shape: [1, 1], dtype: 'float64' });
    const part: Record<string, NpyArray> = {
      count: { data: BigInt64Array.of(5n), shape: [], dtype: 'int64' },
      shard: { data: BigInt64Array.of(0n, 2n), shape: [2], dtype: 'int64' },
      set: { data: new Uint8Array(32), shape: [32], dtype: 'uint8' },
    };
    const described: Record<string, NpyArray> = { [name]: { data, shape: [data.length], dtype } };
    const arrays: Record<string, NpyArray> = {
      mu: { ...one(), shape: [1] },
      sigma: one(),
      ...part,
      ...described,
    };
    writeFileSync(file, writeNpz(arrays, { compressed: true }));
    const start = performance.now();
    await expect(mergeStatistics([file])).rejects.toMatchObject({
      code: 'too-large',
      file,
      message: expect.stringMatching(/: [a-z]+\.npy has \d+ bytes, more than the limit of 65\d{3}$/),
    });
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('are read from a file of more than 2 GiB, of which only mu and sigma are touched', async () => {
    const file = join(folder, 'large.npz');
    const size = 2 ** 31 + 2 ** 20;
    const arrays = storedZip([
      ['mu.npy', writeNpy({ data: Float64Array.of(1, 2), shape: [2], dtype: 'float64' })],
      ['activations.npy', new Uint8Array(8)],
      ['sigma.npy', writeNpy({ data: Float64Array.of(2, 0, 0, 3), shape: [2, 2], dtype: 'float64' })],
    ]);
    // The middle entry is made as large as no array in memory, by a hole in the file; what follows moves down.
    const name = (text: string, from: number) => Buffer.from(arrays).indexOf(text, from);
    const hole = name('activations.npy', 0) + 'activations.npy'.length;
    const view = new DataView(arrays.buffer);
    const directory = view.getUint32(arrays.length - 6, true);
    for (const entry of [name('activations.npy', directory) - 46]) {
      view.setUint32(entry + 20, size, true);
      view.setUint32(entry + 24, size, true);
    }
    const sigma = name('sigma.npy', directory) - 46;
    view.setUint32(sigma + 42, view.getUint32(sigma + 42, true) + size - 8, true);
    view.setUint32(arrays.length - 6, directory + size - 8, true);
    const handle = await open(file, 'w');
    await handle.write(arrays, 0, hole, 0);
    await handle.write(arrays, hole + 8, arrays.length - hole - 8, hole + size);
    await handle.close();
    const before = process.memoryUsage().arrayBuffers;
    const statistics = await readStatistics(file);
    expect([...statistics.mu, ...statistics.sigma]).toEqual([1, 2, 2, 0, 0, 3]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24);
    rmSync(file);
  });

  it.each([
    ['no sigma', { mu: [1, 2] }, 'mismatch', /lacks mu or sigma/],
    [
      'another shape',
      {
        mu: [1, 2],
        sigma: [
          [1, 0, 0],
          [0, 1, 0],
        ],
      },
      'mismatch',
      /mu is \[2\] and sigma is \[2,3\]/,
    ],
    ['no dims', { mu: [], sigma: [] }, 'mismatch', /mu is \[0\]/],
    [
      'a covariance that is none',
      {
        mu: [0, 0],
        sigma: [
          [1, 2],
          [2, 1],
        ],
      },
      'mismatch',
      /positive semidefinite/,
    ],
    [
      'an asymmetric one',
      {
        mu: [0, 0],
        sigma: [
          [1, 0.5],
          [0, 1],
        ],
      },
      'mismatch',
      /not symmetric/,
    ],
    [
      'NaN',
      {
        mu: [0, Number.NaN],
        sigma: [
          [1, 0],
          [0, 1],
        ],
      },
      'mismatch',
      /mean is not finite: NaN at \[1\]/,
    ],
    [
      'infinity',
      {
        mu: [0, 0],
        sigma: [
          [1, 0],
          [0, Number.POSITIVE_INFINITY],
        ],
      },
      'mismatch',
      /covariance is not finite/,
    ],
    [
      'one image',
      {
        mu: [0, 0],
        sigma: [
          [1, 0],
          [0, 1],
        ],
        count: 1,
      },
      'mismatch',
      /invalid count: 1/,
    ],
    [
      'half an image',
      {
        mu: [0, 0],
        sigma: [
          [1, 0],
          [0, 1],
        ],
        count: 2.5,
      },
      'mismatch',
      /invalid count: 2.5/,
    ],
    [
      'no number of images',
      {
        mu: [0, 0],
        sigma: [
          [1, 0],
          [0, 1],
        ],
        count: [],
      },
      'mismatch',
      /invalid count: NaN/,
    ],
  ])('are refused with %s', async (_, arrays, code, message) => {
    const file = join(folder, 'wrong.npz');
    writeFileSync(file, writeNpz(Object.fromEntries(Object.entries(arrays).map(([k, v]) => [k, toNpy(v)]))));
    await expect(readStatistics(file)).rejects.toMatchObject({
      code,
      file,
      message: expect.stringMatching(message),
    });
  });

  it('are refused where the header declares more than the file has, before memory is taken', async () => {
    const file = join(folder, 'bomb.npz');
    const huge = writeNpy({ data: new Float64Array(0), shape: [0], dtype: 'float64' });
    const declared = Buffer.from(huge)
      .toString('latin1')
      .replace(/\(0,\), } {13}/, '(999999999999,), }');
    const mu = Buffer.from(declared, 'latin1');
    writeFileSync(file, storedZip([['mu.npy', mu]]));
    await expect(readStatistics(file)).rejects.toMatchObject({ name: 'CxrFileError', file });
    const zip = storedZip([['mu.npy', new Uint8Array(16)]]);
    const entry = Buffer.from(zip).lastIndexOf('mu.npy') - 46;
    for (const at of [20, 24]) new DataView(zip.buffer).setUint32(entry + at, 2 ** 31, true);
    writeFileSync(file, zip);
    await expect(readStatistics(file)).rejects.toMatchObject({
      name: 'CxrFileError',
      file,
      code: 'too-large',
    });
  });

  it('of random bytes are refused or read, never anything else', async () => {
    const whole = readBytes(join(fixtures, 'statistics-with-text.npz'));
    const file = join(folder, 'fuzz.npz');
    const first = Number(process.env.CXR_FUZZ_SEED ?? 0);
    for (let seed = first; seed < first + 300; seed++) {
      const rng = createRng(seed, 3);
      const bytes = whole.slice(0, seed % 4 === 0 ? rng.integer(whole.length) : whole.length);
      for (let i = 0; i < 3 && bytes.length > 0; i++) bytes[rng.integer(bytes.length)] = rng.integer(256);
      writeFileSync(file, bytes);
      try {
        await readStatistics(file);
      } catch (error) {
        if (!(error instanceof CxrFileError)) throw new Error(`CXR_FUZZ_SEED=${seed}`, { cause: error });
      }
    }
  });

  it('and folders, pipes and missing files are refused by name', async () => {
    await expect(readStatistics(folder)).rejects.toMatchObject({ code: 'not-a-file', file: folder });
    const gone = join(folder, 'gone.npz');
    await expect(readStatistics(gone)).rejects.toMatchObject({ code: 'not-found', file: gone });
    const pipe = join(folder, 'pipe.npz');
    execFileSync('mkfifo', [pipe]);
    await expect(readStatistics(pipe)).rejects.toMatchObject({ code: 'not-a-file', file: pipe });
    await expect(loadWeights(pipe)).rejects.toMatchObject({ code: 'not-a-file', file: pipe });
    await expect(loadWeights(folder)).rejects.toMatchObject({ code: 'not-a-file', file: folder });
    await expect(loadWeights(gone)).rejects.toMatchObject({ code: 'not-found', file: gone });
    const sparse = join(folder, 'sparse.pth');
    writeFileSync(sparse, 'PK');
    truncateSync(sparse, 2 ** 31);
    await expect(loadWeights(sparse)).rejects.toMatchObject({ code: 'too-large', file: sparse });
    rmSync(sparse);
  });
});

describe('activations in a statistics file', () => {
  const rows = syntheticActivations(9, 5, 3);
  const file = join(folder, 'activations.npz');

  it('come back with the statistics, which other readers still find', async () => {
    await writeStatistics(file, Statistics.of(rows), rows);
    const read = await readActivations(file);
    expect(read.activations!.shape).toEqual([9, 5]);
    expect(read.activations!.data).toEqual(rows.data);
    expect(read.statistics.mu).toEqual(Statistics.of(rows).mu);
    expect((await readStatistics(file)).count).toBe(9);
    await writeStatistics(file, Statistics.of(rows));
    expect((await readActivations(file)).activations).toBeUndefined();
    await expect(writeStatistics(file, Statistics.of(syntheticActivations(8, 5, 3)), rows)).rejects.toThrow(
      'activations [9, 5] are not those of statistics of 8 images, 5 dims',
    );
  });

  it('may stand alone, as float64 too', async () => {
    const doubles: NpyArray = { data: Float64Array.from(rows.data), shape: [9, 5], dtype: 'float64' };
    writeFileSync(file, writeNpz({ activations: doubles }));
    const { statistics, activations } = await readActivations(file);
    expect(activations!.data).toEqual(rows.data);
    expect(statistics.sigma).toEqual(Statistics.of(rows).sigma);
  });

  it.each<[string, NpyArray]>([
    ['activations are int32, not float32', { data: new Int32Array(4), shape: [2, 2], dtype: 'int32' }],
    ['[4]', { data: new Float32Array(4), shape: [4], dtype: 'float32' }],
    ['not finite', { data: Float32Array.of(1, Number.NaN, 2, 3), shape: [2, 2], dtype: 'float32' }],
    [
      'its activations are [4,2], but its mean has 1 dims',
      { data: new Float32Array(8), shape: [4, 2], dtype: 'float32' },
    ],
  ])('are refused by name: %s', async (message, activations) => {
    const mu: NpyArray = { data: Float64Array.of(1), shape: [1], dtype: 'float64' };
    const sigma: NpyArray = { data: Float64Array.of(1), shape: [1, 1], dtype: 'float64' };
    writeFileSync(file, writeNpz(message.startsWith('its') ? { mu, sigma, activations } : { activations }));
    const reading = readActivations(file);
    await expect(reading).rejects.toMatchObject({ code: 'mismatch', file });
    await expect(reading).rejects.toThrow(message);
  });
});

/** Nested lists, or a number, as float64. */
function toNpy(value: number | readonly (number | readonly number[])[]): NpyArray {
  const list = typeof value === 'number' ? [value] : value.flat();
  const rows =
    Array.isArray(value) && Array.isArray(value[0]) ? [value.length, value[0].length] : [list.length];
  return {
    data: Float64Array.from(list as number[]),
    shape: typeof value === 'number' ? [] : rows,
    dtype: 'float64',
  };
}
