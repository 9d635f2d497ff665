import { type FileHandle, open } from 'node:fs/promises';
import { CxrFileError } from '@cxr/image';

/**
 * Writes all of `bytes` at the handle's place. One call of `write` may take fewer, as on a disk that is nearly full.
 * @throws what the file system says; CxrFileError 'unwritable' where it takes no more bytes without saying why.
 */
export async function writeAll(handle: Pick<FileHandle, 'write'>, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.length - at);
    if (!(bytesWritten > 0)) {
      throw new CxrFileError('unwritable', `only ${at} of ${bytes.length} bytes could be written`);
    }
    at += bytesWritten;
  }
}

/**
 * Writes a file and flushes it to the disk. With the flag 'wx' (the default) it must be new, with 'a' bytes are appended.
 * @throws what the file system says; the file may then be there in part.
 */
export async function writeFlushed(
  file: string,
  content: Uint8Array | string,
  flag: 'wx' | 'a' = 'wx',
): Promise<void> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const handle = await open(file, flag);
  try {
    await writeAll(handle, bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
