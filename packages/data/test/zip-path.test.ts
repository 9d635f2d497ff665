import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { encodePng, phantom } from '@cxr/data';
import {
  filesDigest,
  inspectDataset,
  listClassFolders,
  listDataset,
  listFromCsv,
  listImages,
  loadDataset,
  pathBelow,
  readImage,
  readImages,
  streamBatches,
} from '@cxr/data/node';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readJsonLines } from '../../../test/support/goldens.js';
import { main } from '../src/cli/main.js';
import { failure } from './support/failure.js';

let folder: string;
let zip: string;
let plain: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxr-zip-path-'));
  zip = join(folder, 'set.zip');
  plain = join(folder, 'plain');
  const dicoms = readJsonLines<{ name: string; file: string }>('data/dicom.jsonl');
  const dicom = new Uint8Array(Buffer.from(dicoms.find(({ name }) => name === '12 bits')!.file, 'base64'));
  const files: Record<string, Uint8Array> = {
    'chest/readme.txt': Uint8Array.of(1),
    'chest/train/SCAN/IM0001': dicom,
  };
  for (const part of ['train', 'test']) {
    for (const [label, sick] of [
      ['NORMAL', false],
      ['PNEUMONIA', true],
    ] as const) {
      for (let i = 0; i < 3; i++) {
        const seed = (part === 'train' ? 0 : 100) + i + (sick ? 10 : 0);
        files[`chest/${part}/${label}/person${seed}_virus_${i}.png`] = encodePng(
          phantom({ seed, size: 16, sick }),
        );
      }
    }
  }
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(plain, dirname(name)), { recursive: true });
    await writeFile(join(plain, name), content);
  }
  const hidden = {
    '__MACOSX/chest/._1.png': Uint8Array.of(1),
    'chest/.hidden.png': Uint8Array.of(1),
    'chest/empty/': new Uint8Array(0),
  };
  await writeFile(zip, zipSync({ ...files, ...hidden }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Paths below the zip file, and below the folder of the same content. */
const inZip = (paths: readonly string[]) => paths.map((path) => path.slice(zip.length + 1));
const inFolder = (paths: readonly string[]) =>
  paths.map((path) => relative(plain, path).replaceAll('\\', '/'));

describe('a zip file that is not unpacked', () => {
  it.each(['', 'chest', 'chest/train', 'chest/train/NORMAL/'])(
    'lists as a folder does: %s',
    async (inner) => {
      const options = { recursive: true };
      const unpacked = inFolder(await listImages(join(plain, inner), options));
      expect(unpacked.length).toBeGreaterThan(2);
      expect(inZip(await listImages(`${zip}!${inner}`, options))).toEqual(unpacked);
      if (inner === '') expect(inZip(await listImages(zip, options))).toEqual(unpacked);
    },
  );

  it('has the classes, parts and patients of the folder', async () => {
    const [items, unpacked] = [await listDataset(`${zip}!chest`), await listDataset(join(plain, 'chest'))];
    const bare = ({ file: _, ...rest }: (typeof items)[number]) => rest;
    expect(items.map(bare)).toEqual(unpacked.map(bare));
    expect((await listDataset(zip)).map(bare)).toEqual(unpacked.map(bare));
    expect(new Set(items.map(({ labels }) => labels[0]))).toEqual(new Set(['NORMAL', 'PNEUMONIA', 'SCAN']));
    expect(items.find(({ labels }) => labels[0] === 'SCAN')!.patient).toBe('patient 7');
    const classes = await listClassFolders(`${zip}!chest/train`);
    const folders = await listClassFolders(join(plain, 'chest/train'));
    expect(classes.map(({ name, files }) => [name, inZip(files)])).toEqual(
      folders.map(({ name, files }) => [name, inFolder(files)]),
    );
  });

  it('reads and streams the same images, in threads too', async () => {
    const files = await listImages(zip, { recursive: true });
    const unpacked = await listImages(plain, { recursive: true });
    for (const [i, file] of files.entries()) {
      expect((await readImage(file)).data).toEqual((await readImage(unpacked[i]!)).data);
    }
    const batches = async (list: string[]) => {
      const all: number[][] = [];
      for await (const { data } of streamBatches(list, { batchSize: 4, size: 8, seed: 1, workers: 1 }))
        all.push([...data]);
      return all;
    };
    expect(await batches(files)).toEqual(await batches(unpacked));
    const reports = [
      await inspectDataset(await listDataset(zip)),
      await inspectDataset(await listDataset(plain)),
    ];
    expect(reports[0]!.mean).toBe(reports[1]!.mean);
    expect(reports[0]!.classes).toEqual(reports[1]!.classes);
  });

  it('is where the paths of a table are found', async () => {
    const csv = join(folder, 'table.csv');
    await writeFile(
      csv,
      'path,label\nset/chest/train/NORMAL/person0_virus_0.png,a\nperson112_virus_2.png,b\nnone.png,c\n',
    );
    const items = await listFromCsv(csv, { root: zip });
    expect(inZip(items.map(({ file }) => file))).toEqual([
      'chest/train/NORMAL/person0_virus_0.png',
      'chest/test/PNEUMONIA/person112_virus_2.png',
      'none.png',
    ]);
    expect((await inspectDataset(items, { workers: 0 })).missing).toEqual([`${zip}!none.png`]);
  });

  it('names the entry that is missing or damaged, and takes a folder of such a name for a folder', async () => {
    expect(await failure(readImage(`${zip}!chest/none.png`))).toBe(
      `not-found | ${zip}!chest/none.png: a zip without chest/none.png`,
    );
    expect(await failure(listImages(`${zip}!none`))).toMatch(/^not-found \| .*a zip without the folder none/);
    expect(await failure(listImages(`${zip}!chest`))).toMatch(/^empty /);
    expect(await failure(readImage(`${zip}!chest/train/SCAN/IM0001`, { maxPixels: 10 }))).toMatch(
      /^too-large /,
    );
    expect(await failure(readImage(join(folder, 'none.zip!a.png')))).toMatch(/^not-found /);
    const broken = join(folder, 'broken.zip');
    await writeFile(broken, 'PK');
    expect(await failure(listImages(broken))).toMatch(/^(truncated|unsupported|corrupt) \| .*broken\.zip/);
    const odd = join(folder, 'odd.zip!');
    await cp(join(plain, 'chest/test/NORMAL'), odd, { recursive: true });
    expect(await listImages(odd)).toHaveLength(3);
    expect((await readImage(join(odd, 'person100_virus_0.png'))).shape).toEqual([16, 16, 1]);
  });

  it('has its images below it, and is a folder where a path goes through it', async () => {
    for (const inner of ['', '!', '!chest/', '/chest/train', '/']) {
      const options = { recursive: true };
      const unpacked = await listImages(join(plain, inner.slice(1)), options);
      const files = await listImages(zip + inner, options);
      expect(files.map((file) => pathBelow(zip + inner, file))).toEqual(
        unpacked.map((file) => pathBelow(join(plain, inner.slice(1)), file)),
      );
    }
    const files = await listImages(join(zip, 'chest/train/NORMAL'));
    expect(inZip(files)).toEqual(inFolder(await listImages(join(plain, 'chest/train/NORMAL'))));
    expect((await readImage(join(zip, 'chest/train/SCAN/IM0001'))).data).toEqual(
      (await readImage(`${zip}!chest/train/SCAN/IM0001`)).data,
    );
  });

  it('has the digest of the folder', async () => {
    const items = await listDataset(`${zip}!chest`);
    expect(await filesDigest(items)).toBe(await filesDigest(await listDataset(join(plain, 'chest'))));
    const file = `${zip}!chest/none.png`;
    expect(await failure(filesDigest([...items, { file }]))).toBe(
      `not-found | ${file}: a zip without chest/none.png`,
    );
  });

  it('is read again when it has changed', async () => {
    const file = join(folder, 'changing.zip');
    const png = (seed: number) => encodePng(phantom({ seed, size: 16 }));
    await writeFile(file, zipSync({ 'a.png': png(1) }));
    const before = await readImage(`${file}!a.png`);
    await writeFile(file, zipSync({ 'b.png': png(3), 'a.png': png(2) }));
    expect((await readImage(`${file}!a.png`)).data).not.toEqual(before.data);
    expect(await listImages(file)).toHaveLength(2);
  });
});

describe('shards', () => {
  const shards = [0, 1, 2].map((index) => [index, 3] as const);

  it('together are the whole, each image once', async () => {
    const files = await listImages(zip, { recursive: true });
    const names: string[][] = [];
    const loaded: string[][] = [];
    const streamed: number[][] = [];
    for (const shard of shards) {
      const read: string[] = [];
      for await (const { name } of readImages(files, { shard })) read.push(name);
      names.push(read);
      const totals = new Set<number>();
      const onProgress = ({ total }: { total: number }) => totals.add(total);
      loaded.push((await loadDataset(files, { size: 8, shard, onProgress })).names);
      expect([...totals]).toEqual([read.length]);
      const indices: number[] = [];
      const stream = streamBatches(files, { batchSize: 4, size: 8, seed: 5, epochs: 2, shard, workers: 0 });
      for await (const batch of stream) if (batch.epoch === 1) indices.push(...batch.indices);
      streamed.push(indices);
    }
    expect(names.map(({ length }) => length)).toEqual([5, 4, 4]);
    expect(names.flat().sort()).toEqual([...files].sort());
    expect(loaded).toEqual(names);
    expect(streamed.flat().sort((a, b) => a - b)).toEqual([...files.keys()]);
    const whole: number[] = [];
    for await (const { epoch, indices } of streamBatches(files, {
      batchSize: 4,
      size: 8,
      seed: 5,
      epochs: 2,
      workers: 0,
    })) {
      if (epoch === 1) whole.push(...indices);
    }
    expect(streamed[1]).toEqual(whole.filter((_, i) => i % 3 === 1));
  });

  it.each([[[3, 3]], [[-1, 2]], [[0, 0]], [[0.5, 2]], [[0]], ['0/3'], [null]])(
    'refuses %j',
    async (shard) => {
      const message = /(invalid shard|shard must be)/;
      const files = ['a.png'];
      expect(() => readImages(files, { shard: shard as never })).toThrow(message);
      expect(() => streamBatches(files, { batchSize: 1, size: 8, shard: shard as never })).toThrow(message);
      await expect(loadDataset(files, { size: 8, shard: shard as never })).rejects.toThrow(message);
    },
  );

  it('of the command line', async () => {
    const run = async (...args: string[]) => {
      const lines: string[] = [];
      const output = { result: (line: string) => lines.push(line), note() {}, progress() {} };
      return { status: await main(['inspect', ...args, '--workers', '0', '--json'], output), lines };
    };
    const { lines, status } = await run(`${zip}!chest/test`, '--shard', '1/4');
    expect(status).toBe(0);
    expect(JSON.parse(lines[0]!).images).toBe(2);
    for (const shard of ['4/4', '1', '-1/2', '1/0', 'x'])
      expect((await run(zip, '--shard', shard)).status).toBe(2);
  });
});
