import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readPart, readWholeFile } from '../src/node/read-whole-file.js';
import { writeFlushed } from '../src/node/write-flushed.js';

/** What a read gives and a write takes: at most `most` bytes, and nothing from byte `end` of the file on. */
const disk = vi.hoisted(() => ({ most: 3, end: Number.POSITIVE_INFINITY, main: true }));
/** Bytes that a read may ask for. */
const upTo = vi.hoisted(() => (bytes: Uint8Array, at: number, length: number, position: number) => {
  if (at + length > bytes.length) throw new RangeError('a read past the end of the memory');
  return Math.max(0, Math.min(length, disk.most, disk.end - position));
});

vi.mock('node:worker_threads', async (original) => ({
  ...(await original<typeof import('node:worker_threads')>()),
  get isMainThread() {
    return disk.main;
  },
}));
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const readSync = (file: number, bytes: Uint8Array, at: number, length: number, position: number) =>
    fs.readSync(file, bytes, at, upTo(bytes, at, length, position), position);
  return { ...fs, readSync };
});
vi.mock('node:fs/promises', async (original) => {
  const fs = await original<typeof import('node:fs/promises')>();
  const open = async (...how: Parameters<typeof fs.open>) => {
    const handle = await fs.open(...how);
    const read = handle.read.bind(handle) as (...args: unknown[]) => Promise<{ bytesRead: number }>;
    const short = (bytes: Uint8Array, at: number, length: number, position: number) =>
      read(bytes, at, upTo(bytes, at, length, position), position);
    const write = handle.write.bind(handle) as (...args: unknown[]) => Promise<unknown>;
    const shortWrite = (content: Uint8Array | string, at: number, length: number) =>
      typeof content === 'string'
        ? write(content.slice(0, disk.most), at)
        : write(content, at, Math.min(length, disk.most));
    return Object.assign(handle, { read: short, write: shortWrite });
  };
  return { ...fs, open };
});

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxr-short-'));
  file = join(folder, 'a');
  await writeFile(file, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
});
afterEach(async () => {
  Object.assign(disk, { end: Number.POSITIVE_INFINITY, main: true });
  await rm(folder, { recursive: true });
});

describe.each([
  ['the main thread', true],
  ['a worker thread', false],
])('a disk that gives a few bytes at a time, in %s', (_, main) => {
  beforeEach(() => {
    disk.main = main;
  });

  it('gives the whole file', async () => {
    expect([...(await readWholeFile(file, 8))]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('that ends early is named, with the bytes that there were', async () => {
    disk.end = 5;
    await expect(readWholeFile(file, 8)).rejects.toMatchObject({
      code: 'truncated',
      file,
      reason: 'the file ends after 5 bytes',
    });
  });
});

it('text and bytes are written whole by a disk that takes a few bytes at a time', async () => {
  const text = 'Größe, naïve, 胸部';
  for (const [i, content] of [text, new TextEncoder().encode(text)].entries()) {
    await writeFlushed(`${file}-${i}`, content);
    expect(await readFile(`${file}-${i}`, 'utf8')).toBe(text);
  }
});

it('a part of a file is read from its start on', async () => {
  const { open } = await import('node:fs/promises');
  const handle = await open(file);
  try {
    expect([...(await readPart(handle, 2, 5, file))]).toEqual([3, 4, 5, 6, 7]);
    await expect(readPart(handle, 4, 5, file)).rejects.toMatchObject({
      code: 'truncated',
      reason: 'the file ends after 8 bytes',
    });
  } finally {
    await handle.close();
  }
});
