import { randomBytes } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { CxrFileError, checkText } from '@cxr/image';
import { fileSystemError } from './file-system-error.js';
import { writeFlushed } from './write-flushed.js';

/**
 * Checks that files can be written, for work that ends with writing them: found out afterwards, the work would be lost. An
 * empty file is made and deleted again in the folder, or in the first one above that is there; nothing else is changed.
 * @param files each undefined one is left out.
 * @throws CxrFileError 'unwritable' naming the file; TypeError unless it is a string.
 */
export async function checkWritable(...files: readonly (string | undefined)[]): Promise<void> {
  for (const file of files) {
    if (file === undefined) continue;
    checkText('file', file);
    await naming(file, async () => {
      if (basename(file) === '' || file.endsWith('/') || file.endsWith(sep))
        throw notAFile('the name of a folder, not of a file');
      await refuseSpecial(file);
      await tryFolder(dirname(file));
    });
  }
}

/**
 * Checks that files can be written into a folder, which may be missing, as `checkWritable` does.
 * @throws CxrFileError 'unwritable' naming the folder; TypeError unless it is a string.
 */
export async function checkWritableFolder(folder: string): Promise<void> {
  checkText('folder', folder);
  await naming(folder, () => tryFolder(folder));
}

/** @throws CxrFileError 'not-a-file' for a folder, a device or a pipe; what the system says of a path that cannot be. */
export async function refuseSpecial(file: string): Promise<void> {
  const there = await statsOf(file);
  if (there === undefined || there.isFile()) return;
  throw notAFile(there.isDirectory() ? 'a folder, not a file' : 'a device or a pipe, not a file');
}

function notAFile(reason: string): CxrFileError {
  return new CxrFileError('not-a-file', reason);
}

async function naming(path: string, check: () => Promise<void>): Promise<void> {
  try {
    await check();
  } catch (cause) {
    const { reason } = fileSystemError(cause, path, 'unwritable');
    throw new CxrFileError('unwritable', `cannot write it: ${reason}`, { file: path, cause });
  }
}

async function tryFolder(folder: string): Promise<void> {
  const there = await statsOf(folder);
  if (there === undefined) return tryFolder(dirname(folder));
  if (!there.isDirectory()) throw new CxrFileError('not-a-directory', 'a file is where a folder must be');
  const trial = join(folder, `.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await writeFlushed(trial, '');
  } finally {
    await rm(trial, { force: true }).catch(() => {});
  }
}

/** Undefined where nothing is there. */
async function statsOf(path: string) {
  try {
    return await stat(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
}
