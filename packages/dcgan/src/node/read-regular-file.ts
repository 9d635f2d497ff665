import { constants, type FileHandle, open } from 'node:fs/promises';
import { CxrFileError } from '@cxr/image';
import { fileFailure } from './file-failure.js';

/**
 * Reads a file that may be anything: pipes and devices are refused, and so is what is larger than `maxBytes`, before memory
 * is taken.
 * @throws CxrFileError `not-found`, `not-a-file`, `too-large` or `unreadable`, naming the file.
 */
export async function readRegularFile(file: string, maxBytes: number): Promise<Uint8Array> {
  let handle: FileHandle | undefined;
  try {
    // Without O_NONBLOCK, opening a named pipe waits for its other end.
    handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const entry = await handle.stat();
    if (!entry.isFile()) throw new CxrFileError('not-a-file', 'not a regular file', { file });
    if (entry.size > maxBytes) {
      throw new CxrFileError('too-large', `${entry.size} bytes, more than ${maxBytes}`, { file });
    }
    return await handle.readFile();
  } catch (cause) {
    throw fileFailure(cause, file, 'read');
  } finally {
    await handle?.close();
  }
}
