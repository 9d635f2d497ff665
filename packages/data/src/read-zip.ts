import { Inflate } from 'fflate';
import { crc32 } from './crc32.js';
import { CxrFileError } from './cxr-file-error.js';
import { fillInflated } from './fill-inflated.js';

export interface ReadZipOptions {
  /** The most bytes all entries together may unpack to. Default 1 GiB. */
  maxBytes?: number;
  /** Compares each entry with its checksum. Default true. */
  checkCrc?: boolean;
}

interface Entry {
  name: string;
  method: number;
  crc: number;
  packed: number;
  size: number;
  offset: number;
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
  for (const entry of directory(bytes)) {
    total += entry.size;
    if (total > maxBytes) {
      throw new CxrFileError('too-large', `a zip that unpacks to more than the limit of ${maxBytes} bytes`);
    }
    const data = unpack(bytes, entry);
    if (checkCrc && crc32(data) !== entry.crc) throw broken(`the checksum of ${entry.name} does not match`);
    entries.set(entry.name, data);
  }
  return entries;
}

function broken(reason: string): CxrFileError {
  return new CxrFileError('corrupt', `a broken zip: ${reason}`);
}

/** The entries of the central directory. */
function directory(bytes: Uint8Array): Entry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { count, start, end } = findDirectory(view);
  const entries: Entry[] = [];
  let at = start;
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== 0x02014b50) throw broken('its directory is damaged');
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const next = at + 46 + nameLength + extraLength + view.getUint16(at + 32, true);
    if (next > end) throw broken('its directory is damaged');
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    if (view.getUint16(at + 8, true) & 1) throw new CxrFileError('unsupported', `an encrypted zip (${name})`);
    const entry: Entry = {
      name,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    };
    applyZip64(entry, view, at + 46 + nameLength, extraLength);
    entries.push(entry);
    at = next;
  }
  return entries;
}

/** The end record lies in the last 64 KiB, after which only a comment may come. */
function findDirectory(view: DataView): { count: number; start: number; end: number } {
  const length = view.byteLength;
  if (length < 4 || (view.getUint32(0, true) & 0xffff) !== 0x4b50)
    throw new CxrFileError('unsupported', 'not a zip file');
  for (let at = length - 22; at >= Math.max(0, length - 22 - 0xffff); at--) {
    if (view.getUint32(at, true) !== 0x06054b50) continue;
    let count = view.getUint16(at + 10, true);
    let start = view.getUint32(at + 16, true);
    let size = view.getUint32(at + 12, true);
    if (at >= 20 && view.getUint32(at - 20, true) === 0x07064b50) {
      const record = number64(view, at - 12);
      if (record + 56 > at || view.getUint32(record, true) !== 0x06064b50)
        throw broken('its zip64 end is damaged');
      count = number64(view, record + 32);
      size = number64(view, record + 40);
      start = number64(view, record + 48);
    }
    if (start + size > at || count * 46 > size) throw broken('its directory lies outside the file');
    return { count, start, end: start + size };
  }
  throw new CxrFileError('truncated', 'a zip file that is cut off: it has no directory');
}

function number64(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
}

/** Sizes of 0xffffffff stand in the zip64 extra field instead, in this order, each only where it is needed. */
function applyZip64(entry: Entry, view: DataView, start: number, length: number): void {
  const end = start + length;
  for (let at = start; at + 4 <= end; ) {
    const id = view.getUint16(at, true);
    const fieldEnd = Math.min(end, at + 4 + view.getUint16(at + 2, true));
    at += 4;
    if (id === 1) {
      for (const key of ['size', 'packed', 'offset'] as const) {
        if (entry[key] !== 0xffffffff) continue;
        if (at + 8 > fieldEnd) throw broken('a zip64 field is damaged');
        entry[key] = number64(view, at);
        at += 8;
      }
    }
    at = fieldEnd;
  }
}

function unpack(bytes: Uint8Array, { name, method, packed, size, offset }: Entry): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (offset + 30 > bytes.length) throw broken(`${name} lies outside the file`);
  if (view.getUint32(offset, true) !== 0x04034b50) throw broken(`${name} has no header`);
  const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  if (start + packed > bytes.length) throw broken(`${name} lies outside the file`);
  const data = bytes.subarray(start, start + packed);
  if (method === 0) {
    if (packed !== size) throw broken(`${name} has two sizes`);
    return data;
  }
  if (method !== 8) throw new CxrFileError('unsupported', `zip compression method ${method} (${name})`);
  return inflate(data, name, size);
}

/** Deflate cannot shrink by more than this. */
const DEFLATE_LIMIT = 1032;

function inflate(packed: Uint8Array, name: string, size: number): Uint8Array {
  if (size > packed.length * DEFLATE_LIMIT) throw broken(`${name} declares more than it can hold`);
  const data = new Uint8Array(size);
  const length = inflateInto(data, packed, name);
  if (length !== size) throw broken(`${name} does not unpack to the size it declares`);
  return data;
}

function inflateInto(data: Uint8Array, packed: Uint8Array, name: string): number {
  try {
    return fillInflated(data, [packed], Inflate);
  } catch (error) {
    throw broken(`${name} cannot be unpacked (${(error as Error).message})`);
  }
}
