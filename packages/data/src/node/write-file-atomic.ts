import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileSystemError } from './file-system-error.js';

let counter = 0;

/**
 * Writes a file so that it is there whole or not at all: to a temporary file beside it, flushed to the disk, then
 * renamed. Missing folders are made.
 * @throws CxrFileError naming the file.
 */
export async function writeFileAtomic(file: string, content: Uint8Array | string): Promise<void> {
  counter += 1;
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}-${counter}.tmp`);
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFlushed(temporary, content);
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    throw fileSystemError(cause, file, 'unwritable');
  }
}

async function writeFlushed(file: string, content: Uint8Array | string): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
