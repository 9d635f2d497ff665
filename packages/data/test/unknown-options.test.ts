import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as data from '@cxr/data';
import * as node from '@cxr/data/node';
import { ndarray } from '@cxr/image';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const grey = data.image(new Uint8Array(16), 4, 4, 1);
const png = data.encodePng(grey);
const set = ndarray(new Uint8Array(32), [2, 4, 4, 1]);
const array: data.NpyArray = { data: Uint8Array.of(1), shape: [1], dtype: 'uint8' };
const npz = data.writeNpz({ a: array });
const tensors = data.writeSafetensors(new Map([['a', { shape: [1], data: Float32Array.of(1) }]]));
let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxr-options-'));
  file = join(folder, 'a.png');
  await writeFile(file, png);
  await writeFile(join(folder, 'a.npz'), npz);
  const pixels = { data: new Uint16Array(4), shape: [1, 2, 2], dtype: 'uint16' } as const;
  await writeFile(join(folder, 'images.npy'), data.writeNpy({ ...pixels, shape: [1, 2, 2] }));
  await writeFile(join(folder, 'a.csv'), 'path,label\na.png,1\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A file that is none is not the options' fault. */
function fileErrors(error: unknown): void {
  if (!(error instanceof data.CxrFileError)) throw error;
}

function readHeader(options: object): void {
  try {
    data.readDicomHeader(new Uint8Array(200), options as never);
  } catch (error) {
    fileErrors(error);
  }
}

type Call = (options: never) => unknown;
/** Runs a function to its end, whatever it returns. */
async function run(call: Call, options: object): Promise<void> {
  const result = await call(options as never);
  if (result !== null && typeof result === 'object' && 'next' in result) {
    for await (const _ of result as unknown as AsyncIterable<unknown>);
  }
}

/** Name, call, options that are right. */
const CALLS: [string, Call, object][] = [
  ['batches', (o) => data.batches([grey], o), { batchSize: 1, size: 4, filter: 'box', bits: 16 }],
  ['collectImages', (o) => data.collectImages([grey], o), { size: 4, filter: 'box' }],
  ['epochBatches', (o) => data.epochBatches(set, o), { batchSize: 1, seed: 1, epoch: 0 }],
  ['contactSheet', (o) => data.contactSheet([grey], o), { columns: 1, cell: 4, gap: 0, background: 0 }],
  ['phantom', (o) => data.phantom(o), { seed: 1, size: 8, sick: true }],
  ['phantoms', (o) => data.phantoms(o), { seed: 1, size: 8, count: 1 }],
  ['fitImage', (o) => data.fitImage(grey, o), { size: 4, channels: 3, filter: 'box' }],
  ['decodeImage', (o) => data.decodeImage(png, o), { maxPixels: 16, name: 'x', openjpeg: undefined }],
  [
    'decodeDicom',
    (o) => data.decodeDicom(new Uint8Array(200), o).catch(fileErrors),
    { force: true, fallbackWindow: 'all', frame: 0 },
  ],
  ['readDicomHeader', (o) => readHeader(o), { force: false }],
  ['writeNpz', (o) => data.writeNpz({ a: array }, o), { compressed: true }],
  ['readNpz', (o) => data.readNpz(npz, o), { names: ['a'], maxBytes: 1000 }],
  ['writeNpy', (o) => data.writeNpy(array, o), { fortran: true }],
  ['readZip', (o) => data.readZip(npz, o), { checkCrc: true }],
  ['readSafetensors', (o) => data.readSafetensors(tensors, o), { file: 'x' }],
  ['readSafetensorsMetadata', (o) => data.readSafetensorsMetadata(tensors, o), { file: 'x' }],
  ['writeSafetensors', (o) => data.writeSafetensors(new Map(), o), { type: 'F16' }],
  ['readLabelCsv', (o) => data.readLabelCsv('path,label\na.png,1\n', o), { root: 'x' }],
  ['splitByPatient', (o) => data.splitByPatient([{}], [1], data.createRng(1), o), { onWarning() {} }],
  ['readImage', (o) => node.readImage(file, o), { maxPixels: 16, window: 'all', exifOrientation: true }],
  ['readImages', (o) => node.readImages([file], o), { concurrency: 1, skipBad: true, shard: [0, 1] }],
  ['loadDataset', (o) => node.loadDataset([file], o), { size: 4, filter: 'box', concurrency: 2 }],
  [
    'streamBatches',
    (o) => node.streamBatches([file], o),
    { batchSize: 1, size: 4, workers: 0, ahead: 2, shard: [0, 1] },
  ],
  ['inspectDataset', (o) => node.inspectDataset([{ file, labels: [] }], o), { workers: 0 }],
  ['listImages', (o) => node.listImages(folder, o), { recursive: true, dicom: false }],
  ['listFromCsv', (o) => node.listFromCsv(join(folder, 'a.csv'), o), { label: 'label' }],
  ['openArrayImages', (o) => node.openArrayImages(join(folder, 'images.npy'), o), { bits: 12 }],
  ['readNpzFile', (o) => node.readNpzFile(join(folder, 'a.npz'), o), { names: ['a'] }],
  ['unpackZip', (o) => node.unpackZip(join(folder, 'a.npz'), join(folder, 'out'), o), { maxBytes: 1000 }],
];

describe.each(CALLS)('%s', (name, call, right) => {
  it('takes its options', async () => {
    await expect(run(call, right)).resolves.toBeUndefined();
  });

  it('refuses an unknown option by name', async () => {
    for (const key of ['foo', `${Object.keys(right)[0]}s`]) {
      const wrong = run(call, { ...right, [key]: 1 });
      await expect(wrong).rejects.toThrow(RangeError);
      await expect(wrong).rejects.toThrow(`unknown option '${key}' of ${name} (it has `);
    }
  });

  it('refuses what is no object of options', async () => {
    for (const wrong of [null, 5, [1]]) {
      await expect(run(call, wrong as never)).rejects.toThrow(`${name} takes an object of options`);
    }
  });
});

describe.each([
  ['maxPixels', (maxPixels: number) => data.decodeImage(png, { maxPixels })],
  ['maxPixels', (maxPixels: number) => data.decodeDicom(png, { maxPixels })],
  ['maxPixels', (maxPixels: number) => node.readImage(file, { maxPixels })],
  ['maxPixels', (maxPixels: number) => node.readImages([file], { maxPixels })],
  ['maxPixels', (maxPixels: number) => node.loadDataset([file], { maxPixels, size: 4 })],
  [
    'maxPixels',
    (maxPixels: number) => node.streamBatches([file], { maxPixels, size: 4, batchSize: 1, workers: 0 }),
  ],
  ['maxBytes', (maxBytes: number) => data.readNpz(npz, { maxBytes })],
  ['maxBytes', (maxBytes: number) => data.readZip(npz, { maxBytes })],
  ['maxBytes', (maxBytes: number) => node.readNpzFile(join(folder, 'a.npz'), { maxBytes })],
  ['maxValues', (maxValues: number) => data.readSafetensors(tensors, { maxValues })],
] as [string, (limit: number) => unknown][])('the limit %s', (name, call) => {
  it.each([Number.NaN, -1, '5', null])('of %s is refused', async (limit) => {
    const wrong = run(() => call(limit as number), {});
    await expect(wrong).rejects.toThrow(RangeError);
    await expect(wrong).rejects.toThrow(`invalid ${name}: ${limit}`);
  });
});

describe('one file in place of a list', () => {
  const files = (wrong: unknown) =>
    [
      ['readImages', () => node.readImages(wrong as string[])],
      ['loadDataset', () => node.loadDataset(wrong as string[], { size: 4 })],
      ['streamBatches', () => node.streamBatches(wrong as string[], { size: 4, batchSize: 1, workers: 0 })],
    ] as const;

  it.each(['x.png', undefined, 5, {}])('%s is refused', async (wrong) => {
    for (const [name, call] of files(wrong)) {
      const result = run(call, {});
      await expect(result).rejects.toThrow(TypeError);
      await expect(result).rejects.toThrow(`${name} takes a list of files, such as [file]`);
    }
  });

  it('names the text', async () => {
    await expect(run(files('x.png')[0][1], {})).rejects.toThrow('not string x.png');
  });

  it('readImages takes any iterable', async () => {
    await expect(run(() => node.readImages(new Set([file])), {})).resolves.toBeUndefined();
  });
});
