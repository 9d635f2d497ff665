import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readNpz, writeNpy, writeNpz } from '@cxr/data';
import { readNpzFile, unpackZip, ZipFile } from '@cxr/data/node';
import { strToU8, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxr-zip-'));
});
afterAll(() => rm(folder, { recursive: true }));

const vector = (...values: number[]) => ({
  data: Float64Array.from(values),
  shape: [values.length],
  dtype: 'float64' as const,
});
const arrays = { mu: vector(1, 2), sigma: vector(3), other: vector(...Array.from({ length: 500 }, Number)) };

async function save(name: string, bytes: Uint8Array): Promise<string> {
  await writeFile(join(folder, name), bytes);
  return join(folder, name);
}

/** Where the directory starts that a zip without a comment has. */
const directoryAt = (zip: Buffer) => zip.readUInt32LE(zip.length - 6);

describe('readNpzFile', () => {
  it.each([false, true])('gives what readNpz gives, compressed: %s', async (compressed) => {
    const bytes = writeNpz(arrays, { compressed });
    const file = await save(`${compressed}.npz`, bytes);
    expect(await readNpzFile(file)).toEqual(readNpz(bytes));
    expect(await readNpzFile(file, { names: ['sigma', 'mu', 'none'] })).toEqual(
      readNpz(bytes, { names: ['mu', 'sigma'] }),
    );
  });

  it('reads single arrays of a file of more than 2 GiB', async () => {
    const zip = Buffer.from(writeNpz(arrays));
    const before = 2 ** 31 + 4096;
    // The same entries, with a hole before them.
    for (let at = directoryAt(zip); zip.readUInt32LE(at) === 0x02014b50; ) {
      zip.writeUInt32LE(zip.readUInt32LE(at + 42) + before, at + 42);
      at += 46 + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30);
    }
    zip.writeUInt32LE(directoryAt(zip) + before, zip.length - 6);
    const file = join(folder, 'large.npz');
    const handle = await open(file, 'w');
    await handle.write(zip, 0, zip.length, before);
    await handle.close();
    const used = process.memoryUsage().arrayBuffers;
    expect(await readNpzFile(file, { names: ['mu', 'sigma'] })).toEqual({
      mu: arrays.mu,
      sigma: arrays.sigma,
    });
    expect(process.memoryUsage().arrayBuffers - used).toBeLessThan(2 ** 24);
  });

  it('refuses by name', async () => {
    const bytes = writeNpz(arrays);
    const file = await save('good.npz', bytes);
    await expect(readNpzFile(file, { maxBytes: 1000 })).rejects.toMatchObject({ code: 'too-large', file });
    await expect(readNpzFile(folder)).rejects.toMatchObject({ code: 'not-a-file', file: folder });
    await expect(readNpzFile(join(folder, 'none'))).rejects.toMatchObject({ code: 'not-found' });
    for (const [name, content, code] of [
      ['text', strToU8('text'), 'unsupported'],
      ['cut', bytes.subarray(0, -30), 'truncated'],
      ['array', zipSync({ 'mu.npy': strToU8('no array') }), 'unsupported'],
    ] as const) {
      const path = await save(name, content);
      await expect(readNpzFile(path), name).rejects.toMatchObject({ code, file: path });
    }
  });

  it('checks sizes against the file before it takes memory', async () => {
    const zip = Buffer.from(zipSync({ a: strToU8('a') }, { level: 0 }));
    const at = directoryAt(zip);
    zip.writeUInt32LE(3 * 2 ** 27, at + 20);
    zip.writeUInt32LE(3 * 2 ** 27, at + 24);
    const file = await save('claims', zip);
    const used = process.memoryUsage().arrayBuffers;
    const opened = await ZipFile.open(file);
    await expect(opened.read('a')).rejects.toMatchObject({ code: 'corrupt', file });
    await expect(opened.read('b')).rejects.toMatchObject({ code: 'not-found', file });
    await opened.close();
    expect(process.memoryUsage().arrayBuffers - used).toBeLessThan(2 ** 24);
  });
});

describe('readNpzFile, of a limit', () => {
  it('is 384 MiB unless told otherwise, and counts conversion', async () => {
    const zip = Buffer.from(writeNpz({ a: vector(1, 2) }, { compressed: true }));
    const at = directoryAt(zip);
    zip.writeUInt32LE(3 * 2 ** 27 + 1, at + 24);
    const file = await save('claims.npz', zip);
    await expect(readNpzFile(file)).rejects.toMatchObject({ code: 'too-large', file });
    await expect(readNpzFile(file, { maxBytes: 2 ** 30 })).rejects.toMatchObject({ code: 'corrupt', file });
    const columns = writeNpy(
      { data: Int32Array.of(1, 2, 3, 4), shape: [2, 2], dtype: 'int32' },
      { fortran: true },
    );
    const two = await save('two.npz', zipSync({ 'a.npy': columns, 'b.npy': columns }));
    const maxBytes = 2 * (columns.length + 32);
    expect((await readNpzFile(two, { maxBytes })).b!.data).toEqual(Int32Array.of(1, 2, 3, 4));
    await expect(readNpzFile(two, { maxBytes: maxBytes - 1 })).rejects.toMatchObject({ code: 'too-large' });
  });
});

describe('unpackZip', () => {
  it('refuses control characters in names, and leaves out what macOS packs', async () => {
    const evil = await save('evil.zip', zipSync({ 'a\x1b[2Jb.png': strToU8('x') }));
    await expect(unpackZip(evil, join(folder, 'out'))).rejects.toMatchObject({ code: 'corrupt', file: evil });
    const mac = await save(
      'mac.zip',
      zipSync({ 'a.png': strToU8('x'), 'Icon\r': strToU8(''), '.DS_Store': strToU8('') }),
    );
    expect(await unpackZip(mac, join(folder, 'out'))).toEqual([join(folder, 'out/a.png')]);
  });
});
