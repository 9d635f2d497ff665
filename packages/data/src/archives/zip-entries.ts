import { CxrFileError } from '@cxr/image';
import { Inflate } from 'fflate';
import { crc32 } from './crc32.js';
import { fillInflated } from './fill-inflated.js';

/** Bytes that an archive may unpack to unless the caller allows more: these take less than two seconds on a busy machine, too. */
export const MAX_UNPACKED: number = 3 * 2 ** 27;

/** An entry as the directory of a zip declares it. */
export interface ZipEntry {
  name: string;
  method: number;
  crc: number;
  packed: number;
  size: number;
  /** Of its header, from the start of the file, in bytes. */
  offset: number;
  /** The file type and permissions of Unix, where the archive has them. */
  mode: number;
}

function broken(reason: string): CxrFileError {
  return new CxrFileError('corrupt', `a broken zip: ${reason}`);
}

/** The entries of the central directory, which are these bytes. */
export function directoryEntries(bytes: Uint8Array, count: number): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length;
  const entries: ZipEntry[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== 0x02014b50) throw broken('its directory is damaged');
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const next = at + 46 + nameLength + extraLength + view.getUint16(at + 32, true);
    if (next > end) throw broken('its directory is damaged');
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    if (view.getUint16(at + 8, true) & 1) throw new CxrFileError('unsupported', `an encrypted zip (${name})`);
    const entry: ZipEntry = {
      name,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
      mode: view.getUint16(at + 40, true),
    };
    applyZip64(entry, view, at + 46 + nameLength, extraLength);
    entries.push(entry);
    at = next;
  }
  return entries;
}

/** Bytes at a zip's end that hold its end records: the last 64 KiB may be a comment. */
export const TAIL: number = 22 + 0xffff + 20 + 56;

/**
 * Where the central directory lies in the file; `view` is the end of the file, from offset `base` on.
 * @throws CxrFileError 'truncated' or 'corrupt'.
 */
export function findDirectory(view: DataView, base: number): { count: number; start: number; size: number } {
  const length = view.byteLength;
  if (base === 0 && (length < 4 || (view.getUint32(0, true) & 0xffff) !== 0x4b50)) {
    throw new CxrFileError('unsupported', 'not a zip file');
  }
  for (let at = length - 22; at >= Math.max(0, length - 22 - 0xffff); at--) {
    if (view.getUint32(at, true) !== 0x06054b50) continue;
    let count = view.getUint16(at + 10, true);
    let start = view.getUint32(at + 16, true);
    let size = view.getUint32(at + 12, true);
    if (at >= 20 && view.getUint32(at - 20, true) === 0x07064b50) {
      const record = number64(view, at - 12) - base;
      if (record < 0 || record + 56 > at || view.getUint32(record, true) !== 0x06064b50)
        throw broken('its zip64 end is damaged');
      count = number64(view, record + 32);
      size = number64(view, record + 40);
      start = number64(view, record + 48);
    }
    if (start + size > base + at || count * 46 > size) throw broken('its directory lies outside the file');
    return { count, start, size };
  }
  throw new CxrFileError('truncated', 'a zip file that is cut off: it has no directory');
}

function number64(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
}

/** Sizes of 0xffffffff are in the zip64 extra field instead, in this order, only those that are needed. */
function applyZip64(entry: ZipEntry, view: DataView, start: number, length: number): void {
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

/** Bytes of an entry's own header before its name. */
export const HEADER = 30;

/** The length of an entry's own header, from its first bytes. */
export function headerLength(header: Uint8Array, { name }: ZipEntry): number {
  if (header.length < HEADER) throw broken(`${name} lies outside the file`);
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  if (view.getUint32(0, true) !== 0x04034b50) throw broken(`${name} has no header`);
  return HEADER + view.getUint16(26, true) + view.getUint16(28, true);
}

/**
 * Unpacks an entry; stored data are returned as they are, not copied.
 * @throws CxrFileError 'unsupported' or 'corrupt'.
 */
export function unpackEntry(data: Uint8Array, entry: ZipEntry, checkCrc: boolean): Uint8Array {
  const { name, method, packed, size, crc } = entry;
  if (data.length !== packed) throw broken(`${name} lies outside the file`);
  if (method !== 0 && method !== 8) {
    throw new CxrFileError('unsupported', `zip compression method ${method} (${name})`);
  }
  if (method === 0 && packed !== size) throw broken(`${name} has two sizes`);
  const plain = method === 0 ? data : inflate(data, name, size);
  if (checkCrc && crc32(plain) !== crc) throw broken(`the checksum of ${name} does not match`);
  return plain;
}

/** Deflate cannot shrink by more than this. */
export const DEFLATE_LIMIT = 1032;

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
