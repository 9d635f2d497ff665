import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { contactSheet, encodePng, phantoms } from '@cxr/data';
import { listImages, readImage, readImages } from '@cxr/data/node';
import { findNearest, interpolate, type SampleOptions, sample } from '@cxr/dcgan';
import { loadGenerator } from '@cxr/dcgan/node';
import { type Image, image, pixels } from '@cxr/image';
import { beforeAll, describe, expect, it } from 'vitest';
import { run, runsFolder } from './cli-support.js';

const { at, train } = runsFolder();
const flags = (...more: string[]) => ['sample', '--checkpoint', at('a'), '--backend', 'wasm', ...more];
const bytesOf = async (file: string) => pixels(await readImage(file));

beforeAll(async () => {
  // Wide and fast enough that its images are not all of one grey.
  const visible = ['--width', '8', '--learning-rate-g', '0.02'];
  await run(...train('a', 2, '--ema', '0.1', '--checkpoint-every', '1', ...visible));
});

/** What the library draws from the run's last checkpoint, or another. */
async function drawn(options: SampleOptions, step = 2): Promise<Image[]> {
  const generator = await loadGenerator(at('a'), { step });
  const images: Image[] = [];
  for await (const image of sample(generator, options)) images.push(image);
  generator.dispose();
  return images;
}

/** The first and the last image of a strip of nine. */
async function stripEnds(file: string): Promise<Image[]> {
  const { data, shape } = await readImage(file);
  const [height, width] = shape as [number, number, number];
  return [0, width - height].map((left) => {
    const rows = Array.from({ length: height }, (_, y) =>
      data.slice(y * width + left, y * width + left + height),
    );
    return image(Uint8Array.from(rows.flatMap((row) => [...row])), height, height, 1);
  });
}

describe('cxr-dcgan sample', () => {
  it('writes the images that the library draws, as files and as one picture', async () => {
    const [out, grid] = [at('samples'), at('g.png')];
    const result = await run(...flags('--out', out, '--grid', grid, '--count', '3', '--batch-size', '2'));
    expect(result).toMatchObject({ status: 0, out: `${out}\n${grid}\n`, err: 'backend wasm\n' });
    expect(result.progress.map(({ done }) => done)).toEqual([1, 2, 3]);
    expect(result.progress[0]).toMatchObject({ phase: 'sampling', total: 3, unit: 'images' });
    const images = await drawn({ count: 3 });
    const files = (await readdir(out)).sort();
    expect(files).toEqual(['sample-00000.png', 'sample-00001.png', 'sample-00002.png']);
    for (const [i, file] of files.entries()) expect(await bytesOf(`${out}/${file}`)).toEqual(images[i]!.data);
    expect(await bytesOf(grid)).toEqual(contactSheet(images, { background: 255 }).data);
  });

  it('mixes no samples with those of another generator', async () => {
    const out = at('mixed');
    expect(await run(...flags('--out', out, '--count', '4'))).toMatchObject({ status: 0 });
    const before = await bytesOf(`${out}/sample-00000.png`);
    expect(await run(...flags('--out', out, '--count', '2', '--step', '1'))).toMatchObject({
      status: 2,
      err: `cxr-dcgan: ${out} holds sample-00002.png, which --count 2 would leave beside its own: choose another --out\n`,
    });
    expect(await bytesOf(`${out}/sample-00000.png`)).toEqual(before);
    expect(await run(...flags('--out', out, '--count', '4', '--step', '1'))).toMatchObject({ status: 0 });
    expect(await bytesOf(`${out}/sample-00000.png`)).not.toEqual(before);
  });

  it.each<[string[], SampleOptions, number]>([
    [['--seed', '5'], { count: 2, seed: 5 }, 2],
    [['--truncation', '0.5'], { count: 2, truncation: 0.5 }, 2],
    [['--step', '1'], { count: 2 }, 1],
  ])('takes %j', async (more, options, step) => {
    const file = at('one.png');
    expect(await run(...flags('--grid', file, '--count', '2', ...more))).toMatchObject({ status: 0 });
    const expected = contactSheet(await drawn(options, step), { background: 255 }).data;
    expect(await bytesOf(file)).toEqual(expected);
    expect(expected).not.toEqual(contactSheet(await drawn({ count: 2 }), { background: 255 }).data);
  });

  it('stretches each image where asked to', async () => {
    await run(...flags('--out', at('stretched'), '--count', '2', '--stretch'));
    const expected = await drawn({ count: 2, stretch: true });
    for (const [i, name] of (await readdir(at('stretched'))).sort().entries()) {
      const bytes = await bytesOf(at('stretched', name));
      expect([Math.min(...bytes), Math.max(...bytes)]).toEqual([0, 255]);
      expect(bytes).toEqual(expected[i]!.data);
    }
    const [grid, strip, nearest] = [at('stretched.png'), at('stretched-strip.png'), at('stretched-near.png')];
    const pictures = ['--grid', grid, '--strip', strip, '--nearest', nearest, '--data', at('data')];
    await run(...flags(...pictures, '--count', '2', '--stretch'));
    expect(await bytesOf(grid)).toEqual(contactSheet(expected, { background: 255 }).data);
    const found = await findNearest(expected, readImages(await listImages(at('data'))));
    const rows = [...expected, ...found.map(({ image }) => image)];
    expect(await bytesOf(nearest)).toEqual(contactSheet(rows, { columns: 2, background: 255 }).data);
    const ends = await stripEnds(strip);
    expect(ends.map((end) => end.data)).toEqual(expected.map((image) => image.data));
  });

  it('draws a strip between truncated samples', async () => {
    const strip = at('truncated.png');
    await run(...flags('--strip', strip, '--truncation', '0.5'));
    const ends = await stripEnds(strip);
    const expected = await drawn({ count: 2, truncation: 0.5 });
    expect(ends.map((end) => end.data)).toEqual(expected.map((image) => image.data));
  });

  it('draws the strip between two samples, and fakes above the reals nearest to them', async () => {
    const [strip, nearest] = [at('strip.png'), at('nearest.png')];
    const result = await run(
      ...flags('--strip', strip, '--nearest', nearest, '--data', at('data'), '--seed', '4'),
    );
    expect(result).toMatchObject({ status: 0, out: `${strip}\n${nearest}\n` });
    const generator = await loadGenerator(at('a'));
    const images = await interpolate(generator, { from: { seed: 4 }, to: { seed: 4, index: 1 }, steps: 9 });
    expect(await bytesOf(strip)).toEqual(contactSheet(images, { columns: 9, background: 255 }).data);
    generator.dispose();
    const fakes = await drawn({ count: 8, seed: 4 });
    const found = await findNearest(fakes, readImages(await listImages(at('data'))));
    const rows = [...fakes, ...found.map(({ image }) => image)];
    expect(await bytesOf(nearest)).toEqual(contactSheet(rows, { columns: 8, background: 255 }).data);
  });

  it('needs something to write, and reals for --nearest', async () => {
    expect(await run(...flags())).toMatchObject({
      status: 2,
      err: 'cxr-dcgan: --out, --grid, --strip or --nearest is missing\n',
    });
    expect(await run(...flags('--nearest', at('n.png')))).toMatchObject({
      status: 2,
      err: 'cxr-dcgan: --nearest needs --data\n',
    });
    for (const [more, message] of [
      [['--grid', at('n.png'), '--data', at('data')], '--data is for --nearest'],
      [['--grid', at('n.png'), '--bits', '12'], '--bits is for --nearest'],
      [['--strip', at('n.png'), '--window', '40,400'], '--window is for --nearest'],
      [['--strip', at('n.png'), '--count', '5'], '--count is not for --strip, which has nine images'],
    ] as const) {
      expect(await run(...flags(...more))).toMatchObject({ status: 2, err: `cxr-dcgan: ${message}\n` });
    }
    expect(await run('sample', '--checkpoint', at('nowhere'), '--out', at('x'))).toMatchObject({
      status: 2,
      err: expect.stringContaining('no checkpoint'),
    });
  });

  it('draws a class by its name or its number', async () => {
    const classes = at('classes');
    for (const [label, name] of ['NORMAL', 'PNEUMONIA'].entries()) {
      await mkdir(`${classes}/${name}`, { recursive: true });
      for (const one of phantoms({ count: 4, seed: label, size: 32, sick: label === 1 })) {
        await writeFile(`${classes}/${name}/${one.name}.png`, encodePng(one.image));
      }
    }
    const conditional = ['--conditional', '--width', '8', '--learning-rate-g', '0.02'];
    expect(await run(...train('both', 3, '--data', classes, ...conditional))).toMatchObject({ status: 0 });
    // Samples of a class by its name are those by its number, and not those of the other.
    const sampled = async (of: string, ...more: string[]) => {
      const file = at('labelled.png');
      const result = await run('sample', '--checkpoint', at(of), '--count', '4', '--grid', file, ...more);
      return result.status === 0 ? String(await bytesOf(file)) : result;
    };
    expect(await sampled('both', '--label', 'PNEUMONIA')).toBe(await sampled('both', '--label', '1'));
    expect(await sampled('both', '--label', 'PNEUMONIA')).not.toBe(
      await sampled('both', '--label', 'NORMAL'),
    );
    expect(await sampled('both', '--label', 'COVID')).toMatchObject({
      status: 2,
      err: expect.stringContaining('invalid label: COVID (NORMAL, PNEUMONIA, or 0 to 1)'),
    });
    expect(await sampled('a', '--label', '0')).toMatchObject({
      status: 2,
      err: expect.stringContaining('invalid label: 0 (the generator is unconditional)'),
    });
  });
});
