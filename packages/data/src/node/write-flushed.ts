import { type FileHandle, open } from 'node:fs/promises';
import { CxrFileError, checkText, describeValue } from '@cxr/image';

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

/** @throws TypeError unless `content` is text or bytes. */
export function checkContent(content: unknown): void {
  if (typeof content === 'string' || content instanceof Uint8Array) return;
  throw new TypeError(`content must be a string or a Uint8Array, not ${describeValue(content)}`);
}

/**
 * Writes a file and flushes it to the disk. With the flag 'wx' (the default) it must be new, with 'a' bytes are appended.
 * @throws what the file system says; the file may then be there in part. TypeError or RangeError for wrong arguments.
 */
export async function writeFlushed(
  file: string,
  content: Uint8Array | string,
  flag: 'wx' | 'a' = 'wx',
): Promise<void> {
  checkText('file', file);
  checkContent(content);
  if (flag !== 'wx' && flag !== 'a') throw new RangeError(`invalid flag: ${String(flag)} (wx or a)`);
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const handle = await open(file, flag);
  try {
    await writeAll(handle, bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
