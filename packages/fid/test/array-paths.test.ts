import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeImage, encodePng, phantom, writeNpy, writeNpz } from '@cxr/data';
import { openArrayImages } from '@cxr/data/node';
import { computeFid, randomWeights, writeSafetensors } from '@cxr/fid';
import { pathStatistics } from '@cxr/fid/node';
import { bitsWarning, image } from '@cxr/image';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runMain, stripesEngine } from './shared.js';

const folder = mkdtempSync(join(tmpdir(), 'cxr-fid-arrays-'));
const at = (...path: string[]) => join(folder, ...path);
const run = (...args: string[]) =>
  runMain(...args, '--dims', '64', '--weights', at('random.safetensors'), '--no-floor', '--json');

beforeAll(() => {
  writeFileSync(at('random.safetensors'), writeSafetensors(randomWeights(1).tensors));
  for (const [set, seed] of [
    ['real', 1],
    ['fake', 20],
  ] as const) {
    mkdirSync(at(set));
    const data = new Uint8Array(6 * 1600);
    for (let i = 0; i < 6; i++) {
      const chest =
        set === 'fake' && i === 4
          ? image(new Uint8Array(1600).fill(255), 40, 40, 1)
          : phantom({ seed: seed + i, size: 40 });
      writeFileSync(at(set, `${i}.png`), encodePng(chest));
      data.set(chest.data as Uint8Array, i * 1600);
    }
    const array = { data, shape: [6, 40, 40], dtype: 'uint8' } as const;
    writeFileSync(at(`${set}.npy`), writeNpy({ ...array, shape: [6, 40, 40] }));
    const labels = { data: new Uint8Array(6), shape: [6], dtype: 'uint8' as const };
    writeFileSync(
      at(`${set}.npz`),
      writeNpz({ labels, images: { ...array, shape: [6, 40, 40] } }, { compressed: true }),
    );
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('images as arrays', () => {
  it('have the scores and pictures of the same images in a folder', async () => {
    const flags = ['--metrics', 'kid,memorisation,frd,ms_ssim', '--held-out', at('real'), '--recursive'];
    const [files, arrays] = await Promise.all(
      [
        ['real', 'fake'],
        ['real.npz', 'fake.npy'],
      ].map(async ([a, b], i) => {
        const drawn = [
          '--worst',
          at(`w${i}.png`),
          '--memorisation-pictures',
          at(`m${i}.png`),
          '--spectrum',
          at(`s${i}.svg`),
        ];
        const { status, stdout, stderr } = await run(at(a!), at(b!), ...flags, ...drawn);
        expect([status, stderr.match(/\n +at /)]).toEqual([0, null]);
        expect(stderr).toContain('no measure of this kind detects copies reliably');
        return JSON.parse(stdout);
      }),
    );
    for (const key of ['fid', 'kid', 'frd', 'ms_ssim', 'n1', 'n2', 'meanTerm'])
      expect(arrays[key]).toEqual(files[key]);
    expect(arrays.ceiling.kid).toEqual(files.ceiling.kid);
    expect(arrays.frd.frd).toBeGreaterThan(0);
    expect(arrays.ceiling.frd.frd).toBeLessThan(arrays.frd.frd);
    expect([arrays.worst[0].file, files.worst[0].file]).toEqual([
      `${at('fake.npy')}[4]`,
      at('fake', '4.png'),
    ]);
    for (const name of ['w', 'm']) {
      const [one, two] = await Promise.all(
        [0, 1].map((i) => decodeImage(readFileSync(at(`${name}${i}.png`)))),
      );
      expect(two!.data).toEqual(one!.data);
    }
    expect(readFileSync(at('s1.svg'), 'utf8')).toBe(readFileSync(at('s0.svg'), 'utf8'));
  }, 120_000);

  it('serve the library: pathStatistics, at a size too, and computeFid', async () => {
    const options = { engine: stripesEngine(), workers: 0 };
    const sized = (path: string) => pathStatistics([{ path: at(path), size: 20 }], options);
    const [one, two] = [await sized('fake'), await sized('fake.npz')];
    expect(two.paths[0]!.statistics.mu).toEqual(one.paths[0]!.statistics.mu);
    const [real, fake] = [await openArrayImages(at('real.npy')), await openArrayImages(at('fake.npz'))];
    const { paths } = await pathStatistics([at('real'), at('fake')], options);
    const { fid } = await computeFid(real, fake, { engine: options.engine });
    expect(fid).toBe(
      (await computeFid(paths[0]!.statistics, paths[1]!.statistics, { engine: options.engine })).fid,
    );
  });

  it('of 16 bits that are not used get the warning of a folder', async () => {
    const data = Uint16Array.from({ length: 2 * 1600 }, (_, i) => i);
    writeFileSync(at('dim.npy'), writeNpy({ data, shape: [2, 40, 40], dtype: 'uint16' }));
    mkdirSync(at('dim'));
    for (let i = 0; i < 2; i++)
      writeFileSync(at('dim', `${i}.png`), encodePng(image(data.slice(1600 * i, 1600 * (i + 1)), 40, 40, 1)));
    const warnings: string[] = [];
    const onWarning = (message: string) => void warnings.push(message);
    const paths = [at('dim'), at('dim.npy')];
    await pathStatistics(paths, { engine: stripesEngine(), workers: 0, onWarning });
    expect(warnings).toEqual(paths.map((path) => `${path}: ${bitsWarning(2, 12)}`));
    await pathStatistics(paths, { engine: stripesEngine(), workers: 0, bits: 12, onWarning });
    expect(warnings).toHaveLength(2);
  });

  it('are refused by name where they are none', async () => {
    writeFileSync(at('flat.npy'), writeNpy({ data: new Float32Array(6), shape: [6], dtype: 'float32' }));
    writeFileSync(at('one.npy'), writeNpy({ data: new Uint8Array(16), shape: [1, 4, 4], dtype: 'uint8' }));
    for (const [name, message] of [
      ['flat.npy', 'an array [6]: images are [n, h, w]'],
      ['one.npy', 'a FID needs at least two images a set: 1 here'],
    ] as const) {
      const { status, stderr } = await run(at('real'), at(name));
      expect(status).toBe(2);
      expect(stderr).toContain(message);
    }
  });
});
