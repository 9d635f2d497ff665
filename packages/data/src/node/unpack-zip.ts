import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CxrFileError, checkOptions, checkText, withFile } from '@cxr/image';
import type { ZipEntry } from '../archives/zip-entries.js';
import { checkLimit } from '../check-limit.js';
import { writeFileAtomic } from './write-file-atomic.js';
import { ZipFile } from './zip-file.js';

/** Limits and progress of `unpackZip`. */
export interface UnpackZipOptions {
  /** Maximum bytes of all files together. @default 8 GiB */
  maxBytes?: number | undefined;
  /** Maximum bytes of one file. @default 256 MiB */
  maxFileBytes?: number | undefined;
  /** Aborts the work: its reason is thrown. @default none */
  signal?: AbortSignal | undefined;
  /** Called before each file, with how many are done. @default none */
  onProgress?: ((progress: { done: number; total: number; file: string }) => void) | undefined;
}

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
  checkText('folder', folder);
  checkOptions<UnpackZipOptions>('unpackZip', options, {
    maxBytes: true,
    maxFileBytes: true,
    signal: true,
    onProgress: true,
  });
  const { maxBytes = 2 ** 33, maxFileBytes = 2 ** 28, signal, onProgress } = options;
  checkLimit('maxBytes', maxBytes);
  checkLimit('maxFileBytes', maxFileBytes);
  const zip = await ZipFile.open(file);
  try {
    const entries = zip.entries.filter(({ name }) => isWanted(name));
    checkNames(entries);
    checkSizes(entries, maxBytes, maxFileBytes);
    const paths: string[] = [];
    for (const [done, entry] of entries.entries()) {
      signal?.throwIfAborted();
      const path = join(folder, entry.name);
      onProgress?.({ done, total: entries.length, file: path });
      const there = await stat(path).catch(() => undefined);
      if (!(there?.isFile() && there.size === entry.size))
        await writeFileAtomic(path, await zip.read(entry, { maxBytes: maxFileBytes }));
      paths.push(path);
    }
    return paths;
  } catch (error) {
    throw withFile(error, file);
  } finally {
    await zip.close();
  }
}

function isWanted(name: string): boolean {
  return !name.endsWith('/') && !/(^|\/)(__MACOSX\/|\.DS_Store$|Icon\r$)/.test(name);
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
    if (/\p{Cc}/u.test(name)) {
      throw new CxrFileError('corrupt', `a zip with control characters in a name: ${JSON.stringify(name)}`);
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
