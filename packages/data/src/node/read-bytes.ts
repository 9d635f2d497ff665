import { checkText } from '@cxr/image';
import { maxImageBytes, readStart, readWholeFile } from './read-whole-file.js';
import { isInZip, readInZip } from './zip-path.js';

/**
 * The bytes of a plain file, or of an entry of a zip file: `kermany.zip!train/NORMAL/1.jpeg`. A size is checked before memory is taken.
 * @throws as `readWholeFile`.
 */
export async function readBytes(path: string, maxBytes: number): Promise<Uint8Array> {
  checkText('file', path);
  return isInZip(path) ? readInZip(path, maxBytes) : readWholeFile(path, maxBytes);
}

/** The first `length` bytes, or all if there are fewer. @throws as `readWholeFile`. */
export async function readFirstBytes(path: string, length: number): Promise<Uint8Array> {
  if (!isInZip(path)) return readStart(path, length);
  return (await readInZip(path, maxImageBytes())).subarray(0, length);
}
