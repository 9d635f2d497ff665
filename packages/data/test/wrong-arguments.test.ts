import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as main from '@cxr/data';
import * as node from '@cxr/data/node';
import { ndarray } from '@cxr/image';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AnyFunction,
  expectEveryFunction,
  wrongAnswers,
} from '../../../test/support/wrong-arguments.js';

const folder = await mkdtemp(join(tmpdir(), 'cxr-wrong-'));
const inFolder = (name: string) => join(folder, name);
const grey = main.image(new Uint8Array(16), 4, 4, 1);
const png = main.encodePng(grey);
const set = ndarray(new Uint8Array(32), [2, 4, 4, 1]);
const array: main.NpyArray = { data: Uint8Array.of(1), shape: [1], dtype: 'uint8' };
const npz = main.writeNpz({ a: array });
const tensors = new Map([['a', { shape: [1], data: Float32Array.of(1) }]]);
const item = { file: inFolder('a.png'), labels: [] };
const rng = main.createRng(1);
/** Nothing answers there. */
const url = 'http://127.0.0.1:9/a.zip';

const before = process.cwd();

beforeAll(async () => {
  // A wrong name may be that of a new file.
  process.chdir(folder);
  await writeFile(inFolder('a.png'), png);
  await writeFile(inFolder('a.npz'), npz);
  await writeFile(inFolder('a.csv'), 'path,label\na.png,1\n');
});
afterAll(async () => {
  process.chdir(before);
  await rm(folder, { recursive: true, force: true });
});

/** Right arguments of every function of the main entry; those of @cxr/image are tried there. */
const MAIN: Record<string, unknown[]> = {
  readNpy: [main.writeNpy(array)],
  writeNpy: [array, {}],
  readNpz: [npz, { names: ['a'] }],
  writeNpz: [{ a: array }, {}],
  readZip: [npz, { filter: () => true }],
  isSafetensors: [main.writeSafetensors(tensors)],
  readSafetensors: [main.writeSafetensors(tensors), {}],
  readSafetensorsMetadata: [main.writeSafetensors(tensors), {}],
  writeSafetensors: [tensors, { type: 'F32' }],
  decodeValues: [new Uint8Array(4), 'F32', 1],
  isShape: [[1, 2]],
  sizeOf: [[1, 2]],
  batches: [[grey], { batchSize: 1, size: 4, seed: 1 }],
  collectImages: [[grey], { size: 4 }],
  epochBatches: [set, { batchSize: 1, seed: 1, epoch: 0 }],
  takeBatch: [set, [0]],
  toBatch: [[grey]],
  decodeImage: [png, { name: 'x' }],
  decodeDicom: [new Uint8Array(200), { frame: 0 }],
  readDicomHeader: [new Uint8Array(200), {}],
  findPersonalData: [new Uint8Array(200)],
  lettersInCorners: [grey],
  encodePng: [grey],
  imageHeader: [png],
  DecoderLoadError: ['png', new Error('x')],
  contactSheet: [[grey], { columns: 1 }],
  findDuplicates: [[{ digest: 'a', thumb: new Uint8Array(1024) }]],
  parseCsv: ['a,b\n1,2\n'],
  patientKey: ['Person 007'],
  patientOf: ['IM-0001-0001.jpeg'],
  readLabelCsv: ['path,label\na.png,1\n', { root: 'x' }],
  readMedMnist: [npz, {}],
  splitByPatient: [[{ patient: 'a' }], [1], rng, {}],
  phantom: [{ seed: 1, size: 8 }],
  phantoms: [{ seed: 1, size: 8, count: 1 }],
};

const NODE: Record<string, unknown[]> = {
  checkWritable: [inFolder('new.txt'), inFolder('newer.txt')],
  checkWritableFolder: [inFolder('new')],
  download: [url, inFolder('b.zip'), { stallTimeout: 10 }],
  encodeJpeg: [grey, { quality: 90 }],
  fetchKermany: [inFolder('kermany'), { url }],
  fileSystemError: [new Error('x'), 'a', 'unreadable'],
  filesDigest: [[item]],
  inspectDataset: [[item], { workers: 0 }],
  keepSettings: [inFolder('settings.json'), { a: 1 }],
  npzNames: [inFolder('a.npz')],
  openArrayImages: [inFolder('a.npz'), { name: 'a' }],
  openJsonLines: [inFolder('a.jsonl')],
  pathBelow: [folder, item.file],
  readJsonLines: [inFolder('a.jsonl')],
  listClassFolders: [folder],
  listDataset: [folder],
  listFromCsv: [inFolder('a.csv'), { label: 'label' }],
  inShard: [
    [1, 2, 3],
    [0, 2],
  ],
  checkShard: [[0, 2]],
  checkWindow: ['window', 'all'],
  listImages: [folder, { recursive: true }],
  loadDataset: [[item.file], { size: 4 }],
  withFolderLock: [folder, () => 1],
  isLocked: [inFolder('lock')],
  withLock: [inFolder('lock'), () => 1],
  makeFolder: [inFolder('made')],
  readBytes: [item.file, 1000],
  readImage: [item.file, {}],
  readImages: [[item.file], { concurrency: 1 }],
  readWholeFile: [item.file, 1000],
  sharpCodec: [],
  streamBatches: [[item.file], { batchSize: 1, size: 4, workers: 0 }],
  unpackZip: [inFolder('a.npz'), inFolder('out'), {}],
  WorkerPool: [new URL('file:///none.js'), { workers: 0 }],
  writeFileAtomic: [inFolder('written'), 'text'],
  writeFlushed: [inFolder('flushed'), 'text', 'a'],
  readNpzFile: [inFolder('a.npz'), { names: ['a'] }],
  ZipFile: [],
};

const CLASSES = new Set(['DecoderLoadError', 'WorkerPool']);

function callOf(module: object, name: string): AnyFunction {
  const fn = (module as Record<string, unknown>)[name];
  if (name === 'ZipFile') return main.readNpz as never;
  const Class = fn as new (...args: unknown[]) => unknown;
  return CLASSES.has(name) ? (...args) => new Class(...args) : (fn as AnyFunction);
}

describe('wrong arguments', () => {
  it('are tried on every function', async () => {
    const image: object = await import('@cxr/image');
    const own = Object.fromEntries(Object.entries(main).filter(([name]) => !(name in image)));
    expectEveryFunction(MAIN, own);
    expectEveryFunction(NODE, node);
  });

  it.each(Object.keys(MAIN))('of %s are answered in words of ours', async (name) => {
    expect(await wrongAnswers(callOf(main, name), MAIN[name]!)).toEqual([]);
  });

  it.each(Object.keys(NODE))('of %s are answered in words of ours', async (name) => {
    expect(await wrongAnswers(callOf(node, name), NODE[name]!)).toEqual([]);
  });
});
