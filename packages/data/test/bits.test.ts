import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batches, encodePng, phantom } from '@cxr/data';
import { inspectDataset, loadDataset, readImage, readImages, streamBatches } from '@cxr/data/node';
import { bitsWarning, image } from '@cxr/image';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../src/cli/main.js';

const SIZE = 40;
/** The same picture in 8 bits, and in the lowest 12 of 16. */
const bright = phantom({ seed: 4, size: SIZE });
const dim = image(
  Uint16Array.from(bright.data, (value) => (value << 4) | (value >> 4)),
  SIZE,
  SIZE,
  1,
);
const full = image(
  Uint16Array.from(bright.data, (value) => 257 * value),
  SIZE,
  SIZE,
  1,
);
const USED = 32 - Math.clz32(Math.max(...dim.data));

let folder: string;
let files: Record<'bright' | 'dim' | 'full' | 'pgm', string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxr-bits-'));
  files = {
    bright: join(folder, 'bright.png'),
    dim: join(folder, 'dim.png'),
    full: join(folder, 'full.png'),
    pgm: join(folder, 'dim.pgm'),
  };
  await writeFile(files.bright, encodePng(bright));
  await writeFile(files.dim, encodePng(dim));
  await writeFile(files.full, encodePng(full));
  // PGM says that 4095 is white: its decoder has spread the samples already.
  const samples = Buffer.alloc(2 * SIZE * SIZE);
  for (const [i, value] of dim.data.entries()) samples.writeUInt16BE(value, 2 * i);
  await writeFile(files.pgm, Buffer.concat([Buffer.from(`P5 ${SIZE} ${SIZE} 4095\n`), samples]));
});
afterAll(() => rm(folder, { recursive: true }));

async function drain<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of stream) all.push(item);
  return all;
}

describe('12 bits in a 16-bit PNG', () => {
  it('gives the pixels of the 8-bit picture, once bits says so', async () => {
    const { images } = await loadDataset([files.bright, files.dim, files.pgm], { size: SIZE, bits: 12 });
    const [first, second, third] = [0, 1, 2].map((i) =>
      images.data.slice(i * SIZE ** 2, (i + 1) * SIZE ** 2),
    );
    expect(second).toEqual(first);
    expect(third).toEqual(first);
    expect((await readImage(files.dim)).data).toEqual(dim.data);
  });

  it.each([0, 1])('does so in streams, with %i workers, and warns without', async (workers) => {
    const warnings: string[] = [];
    const onWarning = (message: string) => warnings.push(message);
    const options = { size: SIZE, batchSize: 1, workers, epochs: 2 };
    const [right, scaled] = await drain(
      streamBatches([files.bright, files.dim], { ...options, bits: 12, onWarning }),
    );
    expect(scaled!.data).toEqual(right!.data);
    expect(warnings).toEqual([]);
    await drain(streamBatches([files.bright, files.dim, files.dim], { ...options, onWarning }));
    expect(warnings).toEqual([bitsWarning(2, USED)]);
    expect(() => streamBatches([files.dim], { ...options, bits: 0 })).toThrow('invalid bits: 0');
    await expect(drain(streamBatches([files.dim], { ...options, bits: 8 }))).rejects.toMatchObject({
      code: 'mismatch',
      file: files.dim,
    });
  });

  it('warns once where images are read one by one, not where one is bright', async () => {
    const warnings: string[] = [];
    const onWarning = (message: string) => warnings.push(message);
    await drain(readImages([files.dim, files.bright, files.dim, files.pgm], { onWarning }));
    expect(warnings).toEqual([bitsWarning(2, USED)]);
    await drain(readImages([files.dim, files.full], { onWarning }));
    await drain(readImages([files.dim], { onWarning, bits: 12 }));
    expect(warnings).toHaveLength(1);
    await drain(batches([dim], { size: SIZE, batchSize: 1, onWarning }));
    expect(warnings).toHaveLength(2);
  });

  it('refuses more bits than were said, by name', async () => {
    await expect(readImage(files.full, { bits: 12 })).rejects.toMatchObject({
      code: 'mismatch',
      file: files.full,
    });
    await expect(readImage(files.dim, { bits: 17 })).rejects.toThrow('invalid bits: 17');
  });

  it('is a warning of the report', async () => {
    const items = [files.dim, files.bright].map((file) => ({ file, labels: [], patient: file }));
    const report = await inspectDataset(items, { workers: 0 });
    expect(report.warnings).toEqual([bitsWarning(1, USED)]);
    expect((await inspectDataset(items.slice(1), { workers: 0 })).warnings).toEqual([]);
    const said = await inspectDataset(items, { workers: 0, bits: 12 });
    const bright8 = await inspectDataset(items.slice(1), { workers: 0 });
    expect([said.warnings, said.mean]).toEqual([[], bright8.mean]);
    expect(report.mean).toBeLessThan(bright8.mean);
    await expect(inspectDataset(items, { bits: 0 })).rejects.toThrow('invalid bits: 0');
  });

  it('is said to cxr-data inspect as its warning advises, and shown by its sheet', async () => {
    const inspect = async (file: string, ...flags: string[]) => {
      const table = join(folder, 'table.csv');
      await writeFile(table, `path\n${file}\n`);
      const lines: string[] = [];
      const add = (line: string) => void lines.push(line);
      const output = { result: add, note: add, progress() {} };
      const sheet = join(folder, 'sheet.png');
      const status = await main(['inspect', table, '--workers', '0', '--sheet', sheet, ...flags], output);
      return { status, text: lines.join('\n'), sheet: (await readImage(sheet)).data };
    };
    const bright8 = await inspect('bright.png');
    const without = await inspect('dim.png');
    expect(without.text).toContain('(--bits 12)');
    const said = await inspect('dim.png', '--bits', '12');
    expect(said).toMatchObject({ status: 0, sheet: bright8.sheet });
    expect(said.text).not.toContain('--bits');
  });
});
