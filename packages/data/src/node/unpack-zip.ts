import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CxrFileError, withFile } from '@cxr/image';
import {
  directoryEntries,
  findDirectory,
  HEADER,
  headerLength,
  TAIL,
  unpackEntry,
  type ZipEntry,
} from '../archives/zip-entries.js';
import { fileSystemError } from './file-system-error.js';
import { writeFileAtomic } from './write-file-atomic.js';

export interface UnpackZipOptions {
  /** The most bytes all files together may have. Default 8 GiB. */
  maxBytes?: number;
  /** The most bytes of one file. Default 256 MiB. */
  maxFileBytes?: number;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: { done: number; total: number; file: string }) => void) | undefined;
}

/** A directory larger than this is not one of a data set: some 500,000 files. */
const MAX_DIRECTORY = 2 ** 26;

/**
 * Unpacks a zip file into a folder, file by file, so memory holds the largest of them only. All names and sizes are
 * checked before anything is written: no path leaves the folder, and links are refused. What is there already with its
 * size is not unpacked again: each file appears whole or not at all. The extras that macOS packs are left out.
 * @returns the files' paths, starting with `folder`.
 * @throws CxrFileError naming the archive: 'unsupported', 'truncated', 'corrupt' or 'too-large'; the signal's reason.
 */
export async function unpackZip(
  file: string,
  folder: string,
  options: UnpackZipOptions = {},
): Promise<string[]> {
  const { maxBytes = 2 ** 33, maxFileBytes = 2 ** 28, signal, onProgress } = options;
  const handle = await open(file, constants.O_RDONLY).catch((cause: unknown) => {
    throw fileSystemError(cause, file);
  });
  try {
    const entries = (await readEntries(handle)).filter(({ name }) => isWanted(name));
    checkNames(entries);
    checkSizes(entries, maxBytes, maxFileBytes);
    const paths: string[] = [];
    for (const [done, entry] of entries.entries()) {
      signal?.throwIfAborted();
      const path = join(folder, entry.name);
      onProgress?.({ done, total: entries.length, file: path });
      const there = await stat(path).catch(() => undefined);
      if (!(there?.isFile() && there.size === entry.size))
        await writeFileAtomic(path, await readEntry(handle, entry));
      paths.push(path);
    }
    return paths;
  } catch (error) {
    throw withFile(error, file);
  } finally {
    await handle.close();
  }
}

async function readEntries(handle: FileHandle): Promise<ZipEntry[]> {
  const { size: length } = await handle.stat();
  const base = Math.max(0, length - TAIL);
  const tail = await readPart(handle, base, length - base);
  const { count, start, size } = findDirectory(
    new DataView(tail.buffer, tail.byteOffset, tail.byteLength),
    base,
  );
  if (size > MAX_DIRECTORY) throw new CxrFileError('too-large', `a zip with a directory of ${size} bytes`);
  return directoryEntries(await readPart(handle, start, size), count);
}

async function readEntry(handle: FileHandle, entry: ZipEntry): Promise<Uint8Array> {
  const from = entry.offset + headerLength(await readPart(handle, entry.offset, HEADER), entry);
  return unpackEntry(await readPart(handle, from, entry.packed), entry, true);
}

/** What there is of these bytes. */
async function readPart(handle: FileHandle, start: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let at = 0;
  while (at < length) {
    const { bytesRead } = await handle.read(bytes, at, length - at, start + at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return bytes.subarray(0, at);
}

function isWanted(name: string): boolean {
  return !name.endsWith('/') && !/(^|\/)(__MACOSX\/|\.DS_Store$)/.test(name);
}

/** Also what is harmless here and leaves the folder on another system: back slashes, drives. */
function checkNames(entries: readonly ZipEntry[]): void {
  for (const { name, mode } of entries) {
    const parts = name.split('/');
    if (
      /^[A-Za-z]:|[\\\0]/.test(name) ||
      parts.some((part) => part === '' || part === '.' || part === '..')
    ) {
      throw new CxrFileError('corrupt', `a zip with a path that leaves its folder: ${JSON.stringify(name)}`);
    }
    if ((mode & 0o170000) === 0o120000) throw new CxrFileError('unsupported', `a zip with a link: ${name}`);
  }
}

function checkSizes(entries: readonly ZipEntry[], maxBytes: number, maxFileBytes: number): void {
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  if (total > maxBytes) {
    throw new CxrFileError(
      'too-large',
      `a zip that unpacks to ${total} bytes, more than the limit of ${maxBytes}`,
    );
  }
  for (const { name, size, packed } of entries) {
    if (Math.max(size, packed) > maxFileBytes) {
      throw new CxrFileError(
        'too-large',
        `${name} has ${size} bytes, more than the limit of ${maxFileBytes}`,
      );
    }
  }
}
