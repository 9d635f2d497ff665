import { randomBytes } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { checkText } from '@cxr/image';
import { refuseSpecial } from './check-writable.js';
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
    throw fileSystemError(cause, file, 'unwritable');
  }
}
