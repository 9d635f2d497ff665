import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng, phantom } from '@cxr/data';
import {
  listClassFolders,
  listImages,
  loadDataset,
  readImage,
  readImages,
  writeFileAtomic,
} from '@cxr/data/node';
import { CxrFileError, image, resizePillow } from '@cxr/image';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxr-data-'));
});
afterAll(() => rm(folder, { recursive: true }));

const png = (level: number, size = 4) =>
  encodePng(image(new Uint8Array(size * size).fill(level), size, size, 1));

/** Makes a folder of files in the test's own folder. */
async function make(name: string, files: Record<string, Uint8Array | string>): Promise<string> {
  for (const [path, content] of Object.entries(files))
    await writeFileAtomic(join(folder, name, path), content);
  return join(folder, name);
}

async function failure(
  promise: Promise<unknown>,
): Promise<{ code?: string; file?: string; message?: string }> {
  return promise.then(
    () => ({ message: 'no error' }),
    (error: unknown) => (error instanceof CxrFileError ? error : { message: String(error) }),
  );
}

describe('listImages', () => {
  it("takes pytorch-fid's extensions in any case, sorted, without hidden files", async () => {
    const names = [
      'b.JPG',
      'a.png',
      'c.jpeg',
      'd.bmp',
      'e.pgm',
      'f.ppm',
      'g.tif',
      'h.TIFF',
      'i.webp',
      'B.png',
    ];
    const others = ['notes.txt', '.hidden.png', 'x.png.txt', 'deep/z.png'];
    const list = await make('list', Object.fromEntries([...names, ...others].map((name) => [name, 'x'])));
    expect(await listImages(list)).toEqual([...names].sort().map((name) => join(list, name)));
    expect(await listImages(list, { recursive: true })).toContain(join(list, 'deep/z.png'));
  });

  it('says what is wrong with a folder', async () => {
    const missing = join(folder, 'nowhere');
    expect(await failure(listImages(missing))).toMatchObject({ code: 'not-found', file: missing });
    const empty = await make('empty', { 'readme.txt': 'x' });
    expect(await failure(listImages(empty))).toMatchObject({ code: 'empty', file: empty });
    const file = join(empty, 'readme.txt');
    expect(await failure(listImages(file))).toMatchObject({ code: 'not-a-directory', file });
  });
});

describe('listClassFolders', () => {
  it('lists the sub-folders that hold images', async () => {
    const files = {
      'PNEUMONIA/b.png': 'x',
      'PNEUMONIA/a.png': 'x',
      'NORMAL/deep/c.png': 'x',
      'docs/d.txt': 'x',
      'e.png': 'x',
    };
    const root = await make('classes', files);
    expect(await listClassFolders(root)).toEqual([
      { name: 'NORMAL', files: [join(root, 'NORMAL/deep/c.png')] },
      { name: 'PNEUMONIA', files: [join(root, 'PNEUMONIA/a.png'), join(root, 'PNEUMONIA/b.png')] },
    ]);
    expect(await failure(listClassFolders(join(root, 'docs')))).toMatchObject({ code: 'empty' });
  });
});

describe('readImage', () => {
  it('reads by content and names the file in errors', async () => {
    const root = await make('read', {
      'really-a-png.jpg': png(9),
      'x.png': 'hello',
      'cut.png': png(9).subarray(0, 50),
    });
    expect([...(await readImage(join(root, 'really-a-png.jpg'))).data]).toEqual(new Array(16).fill(9));
    for (const [name, code] of [
      ['x.png', 'unsupported'],
      ['cut.png', 'truncated'],
      ['none.png', 'not-found'],
    ] as const) {
      const file = join(root, name);
      const error = await failure(readImage(file));
      expect(error).toMatchObject({ code, file });
      expect(error.message).toContain(file);
    }
    expect(await failure(readImage(root))).toMatchObject({ code: 'not-a-file', file: root });
  });
});

describe('readImages', () => {
  it('keeps the order, and reads no further ahead than asked', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `${String(i).padStart(2, '0')}.png`);
    // The first images are the largest, so that later ones are done before them.
    const root = await make('many', Object.fromEntries(names.map((name, i) => [name, png(i, 60 - 4 * i)])));
    let asked = 0;
    function* counted() {
      for (const name of names) {
        asked++;
        yield join(root, name);
      }
    }
    let seen = 0;
    for await (const { name, image } of readImages(counted(), { concurrency: 3 })) {
      expect(name).toBe(join(root, names[seen]!));
      expect(image.data[0]).toBe(seen);
      seen++;
      expect(asked - seen).toBeLessThan(3);
    }
    expect(seen).toBe(12);
  });

  it('throws at a bad file in its turn, or skips and tells it', async () => {
    const root = await make('bad', {
      'a.png': png(1),
      'b.png': 'text',
      'c.png': png(3),
      'd.png': png(4).subarray(0, 40),
    });
    const files = await listImages(root);
    const seen: number[] = [];
    const all = async (options: Parameters<typeof readImages>[1]) => {
      for await (const { image } of readImages(files, options)) seen.push(image.data[0]!);
    };
    expect(await failure(all({}))).toMatchObject({ code: 'unsupported', file: files[1] });
    expect(seen).toEqual([1]);
    const bad: CxrFileError[] = [];
    await all({ skipBad: true, onBad: (error) => bad.push(error) });
    expect(seen).toEqual([1, 1, 3]);
    expect(bad.map(({ code, file }) => [code, file])).toEqual([
      ['unsupported', files[1]],
      ['truncated', files[3]],
    ]);
  });

  it('stops when aborted', async () => {
    const root = await make('abort', { 'a.png': png(1), 'b.png': png(2) });
    const stop = new AbortController();
    const images = readImages(await listImages(root), { signal: stop.signal, concurrency: 1 });
    await images.next();
    stop.abort(new Error('enough'));
    await expect(images.next()).rejects.toThrow('enough');
  });

  it('refuses wrong options at once', () => {
    expect(() => readImages([], { concurrency: 0 })).toThrow('invalid concurrency: 0');
    expect(() => readImages([], { bits: 0 })).toThrow('invalid bits: 0');
    expect(() => readImages([], { maxPixels: -1 })).toThrow('invalid maxPixels: -1');
  });
});

describe('loadDataset', () => {
  it('keeps all images at the training size', async () => {
    const images = [0, 1, 2].map((seed) => phantom({ seed, size: 30 + seed }));
    const entries = images.map((phantom, i) => [`${i}.png`, encodePng(phantom)] as const);
    const root = await make('dataset', { ...Object.fromEntries(entries), '1b.png': 'text' });
    const files = await listImages(root);
    const progress: number[] = [];
    const options = {
      size: 16,
      skipBad: true,
      onProgress: ({ done }: { done: number }) => progress.push(done),
    };
    const { images: all, names, bad } = await loadDataset(files, options);
    expect(all.shape).toEqual([3, 16, 16, 1]);
    expect(names).toEqual(files.filter((file) => !file.endsWith('1b.png')));
    expect(bad.map(({ file }) => file)).toEqual([join(root, '1b.png')]);
    expect(progress).toEqual([1, 2, 3, 4]);
    const third = Buffer.from(all.data.buffer, all.data.byteOffset + 2 * 256, 256);
    expect(third.equals(resizePillow(images[2]!, 16, 16).data)).toBe(true);
    expect(await failure(loadDataset(files, { size: 16 }))).toMatchObject({ code: 'unsupported' });
  });
});

describe('writeFileAtomic', () => {
  it('makes folders, replaces files, and leaves nothing else behind', async () => {
    const file = join(folder, 'new/deeper/file.txt');
    await writeFileAtomic(file, 'one');
    await writeFileAtomic(file, new TextEncoder().encode('two'));
    expect(await readFile(file, 'utf8')).toBe('two');
    expect(await readdir(join(folder, 'new/deeper'))).toEqual(['file.txt']);
  });

  it('names the file it could not write, and leaves the old one whole', async () => {
    const root = await make('write', { taken: 'old' });
    await mkdir(join(root, 'folder/inside'), { recursive: true });
    const error = await failure(writeFileAtomic(join(root, 'folder'), 'new'));
    expect(error.file).toBe(join(root, 'folder'));
    expect(await failure(writeFileAtomic(join(root, 'taken/file'), 'new'))).toMatchObject({
      code: 'not-a-directory',
    });
    expect(await readFile(join(root, 'taken'), 'utf8')).toBe('old');
    expect((await readdir(root)).sort()).toEqual(['folder', 'taken']);
  });
});
