import { randomBytes } from 'node:crypto';
import { rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CxrFileError, checkText } from '@cxr/image';
import { fileSystemError } from './file-system-error.js';
import { makeFolder } from './make-folder.js';
import { checkContent, writeFlushed } from './write-flushed.js';

/**
 * Writes a file so that it is there whole or not at all: to a temporary file beside it, flushed to the disk, then
 * renamed. Missing folders are made. A device or a pipe is not replaced.
 * @throws CxrFileError naming the file; TypeError unless it is a string and `content` text or bytes.
 */
export async function writeFileAtomic(file: string, content: Uint8Array | string): Promise<void> {
  checkText('file', file);
  checkContent(content);
  // Random: a killed process may have left its own, and process numbers come again. Short: names have a limit.
  const name = `.${basename(file).slice(0, 40)}.${randomBytes(6).toString('hex')}.tmp`;
  const temporary = join(dirname(file), name);
  try {
    await makeFolder(dirname(file));
    await refuseSpecial(file);
    await writeFlushed(temporary, content);
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    // The folder is there, so ENOENT says that it takes no files, as /proc.
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new CxrFileError('unwritable', 'no file can be made here', { file, cause });
    }
    throw fileSystemError(cause, file, 'unwritable');
  }
}

async function refuseSpecial(file: string): Promise<void> {
  const there = await stat(file).catch(() => undefined);
  if (there === undefined || there.isFile()) return;
  const what = there.isDirectory() ? 'a folder, not a file' : 'a device or a pipe, not a file';
  throw new CxrFileError('not-a-file', what, { file });
}
