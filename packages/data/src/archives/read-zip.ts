import { CxrFileError } from '@cxr/image';
import { directoryEntries, findDirectory, HEADER, headerLength, unpackEntry } from './zip-entries.js';

export interface ReadZipOptions {
  /** The most bytes all entries together may unpack to. Default 1 GiB. */
  maxBytes?: number;
  /** Compares each entry with its checksum. Default true. */
  checkCrc?: boolean;
}

/**
 * Reads a zip file (as npz and torch's .pth are) into its entries, by name, in the file's order. Stored entries are
 * views of `bytes`, not copies. Sizes are checked before anything is allocated, and unpacking stops where it gives more
 * than was declared.
 * @throws CxrFileError 'unsupported' (no zip, encryption, other methods), 'truncated', 'corrupt' or 'too-large'.
 */
export function readZip(bytes: Uint8Array, options: ReadZipOptions = {}): Map<string, Uint8Array> {
  const { maxBytes = 2 ** 30, checkCrc = true } = options;
  const entries = new Map<string, Uint8Array>();
  let total = 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { count, start, size } = findDirectory(view, 0);
  for (const entry of directoryEntries(bytes.subarray(start, start + size), count)) {
    total += entry.size;
    if (total > maxBytes) {
      throw new CxrFileError('too-large', `a zip that unpacks to more than the limit of ${maxBytes} bytes`);
    }
    const from = entry.offset + headerLength(bytes.subarray(entry.offset, entry.offset + HEADER), entry);
    entries.set(entry.name, unpackEntry(bytes.subarray(from, from + entry.packed), entry, checkCrc));
  }
  return entries;
}
