import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { isMainThread } from 'node:worker_threads';
import { CxrFileError, checkText, DEFAULT_MAX_PIXELS } from '@cxr/image';
import { checkLimit } from '../check-limit.js';
import { fileSystemError } from './file-system-error.js';

/** A pipe is opened without waiting for its other end. */
export const FLAGS: number = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * The bytes of a plain file, whose size is checked before memory is taken. Pipes, sockets and devices, which may never
 * end, are refused; so are links to them.
 * @throws CxrFileError naming the file: 'not-found', 'not-a-file', 'too-large', 'unreadable', or 'truncated' for a file that
 * became shorter while it was read; RangeError for an invalid limit; TypeError unless `file` is a string.
 */
export async function readWholeFile(file: string, maxBytes: number): Promise<Uint8Array> {
  checkText('file', file);
  checkLimit('maxBytes', maxBytes);
  try {
    // Worker threads may block, so they read synchronously, which is faster.
    return isMainThread ? await read(file, maxBytes) : readSynchronously(file, maxBytes);
  } catch (cause) {
    throw cause instanceof CxrFileError ? cause : fileSystemError(cause, file);
  }
}

/** The largest file that an image of so many pixels may be: 16 bits, four channels, not compressed, and what goes with it. */
export function maxImageBytes(maxPixels: number = DEFAULT_MAX_PIXELS): number {
  return 8 * maxPixels + 2 ** 24;
}

async function read(file: string, maxBytes: number): Promise<Uint8Array> {
  // Before it is opened, too: opening alone makes some devices act.
  checkFile(await stat(file), file, maxBytes);
  const handle = await open(file, FLAGS);
  try {
    const { size } = checkFile(await handle.stat(), file, maxBytes);
    return await readPart(handle, 0, size, file);
  } finally {
    await handle.close();
  }
}

/** The first `length` bytes of a plain file, or all if there are fewer. @throws as `readWholeFile`. */
export async function readStart(file: string, length: number): Promise<Uint8Array> {
  try {
    checkFile(await stat(file), file, Number.POSITIVE_INFINITY);
    const handle = await open(file, FLAGS);
    try {
      const { size } = checkFile(await handle.stat(), file, Number.POSITIVE_INFINITY);
      return await readPart(handle, 0, Math.min(length, size), file);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw cause instanceof CxrFileError ? cause : fileSystemError(cause, file);
  }
}

/** These bytes of an open file. @throws CxrFileError 'truncated' where it ends before them. */
export async function readPart(
  handle: FileHandle,
  start: number,
  length: number,
  file: string,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const { bytesRead } = await handle.read(bytes, at, length - at, start + at);
    if (bytesRead === 0) throw cutOff(file, start + at);
    at += bytesRead;
  }
  return bytes;
}

function readSynchronously(file: string, maxBytes: number): Uint8Array {
  checkFile(statSync(file), file, maxBytes);
  const descriptor = openSync(file, FLAGS);
  try {
    const { size } = checkFile(fstatSync(descriptor), file, maxBytes);
    const bytes = new Uint8Array(size);
    for (let at = 0; at < size; ) {
      const count = readSync(descriptor, bytes, at, size - at, at);
      if (count === 0) throw cutOff(file, at);
      at += count;
    }
    return bytes;
  } finally {
    closeSync(descriptor);
  }
}

function cutOff(file: string, length: number): CxrFileError {
  return new CxrFileError('truncated', `the file ends after ${length} bytes`, { file });
}

/** @throws CxrFileError 'not-a-file' or 'too-large'. */
export function checkFile(stats: Stats, file: string, maxBytes: number): Stats {
  if (!stats.isFile()) throw new CxrFileError('not-a-file', `${kindOf(stats)}, not a file`, { file });
  if (stats.size > maxBytes) {
    throw new CxrFileError('too-large', `${stats.size} bytes, more than the limit of ${maxBytes}`, { file });
  }
  return stats;
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a pipe';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}
