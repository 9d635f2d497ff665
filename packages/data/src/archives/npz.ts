import { CxrFileError, checkList, checkOptions, describeValue } from '@cxr/image';
import { zipSync } from 'fflate';
import { type NpyArray, takeNpy, writeNpy } from './npy.js';
import { readZip } from './read-zip.js';
import { MAX_UNPACKED } from './zip-entries.js';

/** Which arrays `readNpz` reads, and how much. */
export interface ReadNpzOptions {
  /** Arrays to read, if they are there; others are not unpacked, whatever they hold. @default all */
  names?: readonly string[] | undefined;
  /** Maximum bytes that the arrays may take together, also while their order or type is changed. @default 384 MiB */
  maxBytes?: number | undefined;
  /** Compares each entry with its checksum. @default true */
  checkCrc?: boolean | undefined;
}

/**
 * Reads an .npz file, plain or compressed, as NumPy's `load` does: arrays by name, without the '.npy'.
 * @throws CxrFileError 'unsupported', 'truncated', 'corrupt' or 'too-large'.
 */
export function readNpz(bytes: Uint8Array, options: ReadNpzOptions = {}): Record<string, NpyArray> {
  checkOptions<ReadNpzOptions>('readNpz', options, { names: true, maxBytes: true, checkCrc: true });
  const { names, maxBytes = MAX_UNPACKED, checkCrc } = options;
  if (names !== undefined) checkList('names', names);
  const filter = names && ((entry: string) => names.includes(arrayName(entry)));
  const entries = readZip(bytes, { maxBytes, checkCrc, filter });
  let left = maxBytes;
  for (const data of entries.values()) left -= data.length;
  const arrays = [...entries].map(([entry, data]): [string, NpyArray] => {
    const name = arrayName(entry);
    // A stored entry is a view of the caller's bytes, which stay as they are.
    const own = data.buffer === bytes.buffer ? new Uint8Array(data) : data;
    const { array, extra } = readEntry(name, own, left);
    left -= extra;
    return [name, array];
  });
  return Object.fromEntries(arrays);
}

/** 'mu' for 'mu.npy'. */
export function arrayName(entry: string): string {
  return entry.replace(/\.npy$/, '');
}

/** As `takeNpy`; errors name the array. */
export function readEntry(name: string, bytes: Uint8Array, maxExtra: number): ReturnType<typeof takeNpy> {
  try {
    return takeNpy(bytes, maxExtra);
  } catch (error) {
    if (!(error instanceof CxrFileError)) throw error;
    throw new CxrFileError(error.code, `${name}: ${error.reason}`);
  }
}

/** Options of `writeNpz`. */
export interface WriteNpzOptions {
  /** Deflates, as `np.savez_compressed` does. @default false */
  compressed?: boolean | undefined;
}

/** Writes an .npz file that NumPy's `load` reads. The same arrays give the same bytes. @throws TypeError, RangeError as `writeNpy`. */
export function writeNpz(arrays: Record<string, NpyArray>, options: WriteNpzOptions = {}): Uint8Array {
  checkOptions<WriteNpzOptions>('writeNpz', options, { compressed: true });
  const { compressed = false } = options;
  checkRecord(arrays);
  const files = Object.entries(arrays).map(([name, array]) => [`${name}.npy`, writeNpy(array)] as const);
  // The earliest time that a zip can hold; fflate writes local time.
  return zipSync(Object.fromEntries(files), { level: compressed ? 6 : 0, mtime: new Date(1980, 0, 1) });
}

function checkRecord(arrays: unknown): void {
  if (arrays !== null && typeof arrays === 'object' && !Array.isArray(arrays)) return;
  throw new TypeError(`arrays to write are an object of arrays by name, not ${describeValue(arrays)}`);
}
