import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CxrFileError, checkText } from '@cxr/image';
import { fileSystemError } from './file-system-error.js';

/**
 * Makes a folder and those above it that are missing. Node's own `mkdir` with `recursive` never returns where the system
 * says ENOENT though the folder above is there, as in `/proc`.
 * @returns whether it was missing.
 * @throws CxrFileError naming the folder: 'not-a-directory' where a file is in its place, 'unwritable'; TypeError unless it is a string.
 */
export async function makeFolder(folder: string): Promise<boolean> {
  checkText('folder', folder);
  if (await isFolder(folder)) return false;
  try {
    const above = dirname(folder);
    if (above !== folder) await makeFolder(above);
    await mkdir(folder);
    return true;
  } catch (cause) {
    // Another process may have made it in between.
    if (await isFolder(folder)) return false;
    if (isMissing(cause))
      throw new CxrFileError('unwritable', 'no folder can be made here', { file: folder, cause });
    throw fileSystemError(cause, folder, 'unwritable');
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

function isMissing(cause: unknown): boolean {
  return (cause as NodeJS.ErrnoException).code === 'ENOENT';
}
