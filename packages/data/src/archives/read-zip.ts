import { CxrFileError, checkFunction, checkOptions } from '@cxr/image';
import { checkLimit } from '../check-limit.js';
import { checkBytes } from '../codecs/check-bytes.js';
import {
  directoryEntries,
  findDirectory,
  HEADER,
  headerLength,
  MAX_UNPACKED,
  unpackEntry,
} from './zip-entries.js';

/** Limits, checks and choice of entries of `readZip`. */
export interface ReadZipOptions {
  /** Maximum bytes that all entries together may unpack to. @default 384 MiB */
  maxBytes?: number | undefined;
  /** Compares each entry with its checksum. @default true */
  checkCrc?: boolean | undefined;
  /** Takes the name of an entry and says whether to read it; others are not unpacked. @default all */
  filter?: ((name: string) => boolean) | undefined;
}

/**
 * Reads a zip file (as npz and torch's .pth are) into its entries, by name, in the file's order. Stored entries are
 * views of `bytes`, not copies. Sizes are checked before memory is taken, and unpacking stops when it gives more than was
 * declared.
 * @throws CxrFileError 'unsupported' (no zip, encryption, other methods), 'truncated', 'corrupt' or 'too-large'.
 */
export function readZip(bytes: Uint8Array, options: ReadZipOptions = {}): Map<string, Uint8Array> {
  checkBytes(bytes, "a zip file's bytes");
  checkOptions<ReadZipOptions>('readZip', options, { maxBytes: true, checkCrc: true, filter: true });
  const { maxBytes = MAX_UNPACKED, checkCrc = true, filter = () => true } = options;
  checkLimit('maxBytes', maxBytes);
  checkFunction('filter', filter);
  const entries = new Map<string, Uint8Array>();
  let total = 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { count, start, size } = findDirectory(view, 0);
  for (const entry of directoryEntries(bytes.subarray(start, start + size), count)) {
    if (!filter(entry.name)) continue;
    total += entry.size;
    if (total > maxBytes) {
      throw new CxrFileError('too-large', `a zip that unpacks to more than the limit of ${maxBytes} bytes`);
    }
    const from = entry.offset + headerLength(bytes.subarray(entry.offset, entry.offset + HEADER), entry);
    entries.set(entry.name, unpackEntry(bytes.subarray(from, from + entry.packed), entry, checkCrc));
  }
  return entries;
}
