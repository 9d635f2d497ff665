import { type FileHandle, open, stat } from 'node:fs/promises';
import { CxrFileError, checkList, checkOptions, checkText, withFile } from '@cxr/image';
import type { NpyArray } from '../archives/npy.js';
import { arrayName, readEntry } from '../archives/npz.js';
import {
  directoryEntries,
  findDirectory,
  HEADER,
  headerLength,
  MAX_UNPACKED,
  TAIL,
  unpackEntry,
  type ZipEntry,
} from '../archives/zip-entries.js';
import { checkLimit } from '../check-limit.js';
import { fileSystemError } from './file-system-error.js';
import { checkFile, FLAGS, readPart } from './read-whole-file.js';

/** A directory larger than this is not one of a data set: some 500,000 files. */
const MAX_DIRECTORY = 2 ** 26;

/** Limits for `ZipFile.read`. */
export interface ReadEntryOptions {
  /** The largest size, packed or not, for which memory is taken. @default 384 MiB */
  maxBytes?: number | undefined;
}

interface Directory {
  entries: readonly ZipEntry[];
  byName: ReadonlyMap<string, ZipEntry>;
}

/** Directories that were read, by file with its size and time of change: images of a zip are read one by one. */
const directories = new Map<string, Directory>();
/** How many are kept. */
const KEPT = 2;

/** A zip file on disk, of any size, of which single entries are read. Close it. */
export class ZipFile {
  readonly #file: string;
  readonly #handle: FileHandle;
  readonly #length: number;
  /** What its directory lists, in its order. */
  readonly entries: readonly ZipEntry[];

  readonly #byName: ReadonlyMap<string, ZipEntry>;

  private constructor(file: string, handle: FileHandle, length: number, directory: Directory) {
    this.#file = file;
    this.#handle = handle;
    this.#length = length;
    this.#byName = directory.byName;
    this.entries = directory.entries;
  }

  /**
   * Opens a zip file and reads its directory only.
   * @throws CxrFileError naming the file: 'not-found', 'not-a-file', 'unreadable', 'unsupported' (no zip, encryption),
   * 'truncated', 'corrupt' or 'too-large' (a directory of more than 64 MiB).
   */
  static async open(file: string): Promise<ZipFile> {
    checkText('file', file);
    let handle: FileHandle | undefined;
    try {
      checkFile(await stat(file), file, Number.POSITIVE_INFINITY);
      handle = await open(file, FLAGS);
      const { size, mtimeMs, ino } = checkFile(await handle.stat(), file, Number.POSITIVE_INFINITY);
      const key = `${ino} ${size} ${mtimeMs} ${file}`;
      const directory = directories.get(key) ?? (await readDirectory(handle, size, file));
      // The last one used comes last.
      directories.delete(key);
      directories.set(key, directory);
      for (const old of [...directories.keys()].slice(0, -KEPT)) directories.delete(old);
      return new ZipFile(file, handle, size, directory);
    } catch (cause) {
      await handle?.close();
      throw cause instanceof CxrFileError ? withFile(cause, file) : fileSystemError(cause, file);
    }
  }

  /**
   * Unpacks one entry and compares it with its checksum. Sizes are checked against the file before memory is taken.
   * @throws CxrFileError naming the file: 'not-found' for a name that is not there, 'unsupported', 'corrupt', 'too-large'.
   */
  async read(entry: ZipEntry | string, options: ReadEntryOptions = {}): Promise<Uint8Array> {
    checkOptions<ReadEntryOptions>('ZipFile.read', options, { maxBytes: true });
    const { maxBytes = MAX_UNPACKED } = options;
    checkLimit('maxBytes', maxBytes);
    const found = typeof entry === 'string' ? this.#byName.get(entry) : entry;
    try {
      if (!found) throw new CxrFileError('not-found', `a zip without ${entry as string}`);
      const { name, size, packed, offset } = found;
      if (Math.max(size, packed) > maxBytes) {
        throw new CxrFileError('too-large', `${name} has ${size} bytes, more than the limit of ${maxBytes}`);
      }
      if (offset + HEADER + packed > this.#length) {
        throw new CxrFileError('corrupt', `a broken zip: ${name} lies outside the file`);
      }
      const header = await readPart(this.#handle, offset, HEADER, this.#file);
      const data = await readPart(this.#handle, offset + headerLength(header, found), packed, this.#file);
      return unpackEntry(data, found, true);
    } catch (error) {
      throw withFile(error, this.#file);
    }
  }

  /**
   * Looks whether each entry's header is where the directory says, without unpacking: a file made of the start of one zip
   * and the end of another does not pass.
   * @throws CxrFileError 'corrupt' naming the file.
   */
  async check(): Promise<void> {
    try {
      for (const entry of this.entries) {
        const header = await readPart(this.#handle, entry.offset, HEADER, this.#file);
        const end = entry.offset + headerLength(header, entry) + entry.packed;
        if (end > this.#length)
          throw new CxrFileError('corrupt', `a broken zip: ${entry.name} lies outside the file`);
      }
    } catch (error) {
      throw withFile(error, this.#file);
    }
  }

  /** Closes the file; entries can no longer be read. */
  close(): Promise<void> {
    return this.#handle.close();
  }
}

async function readDirectory(handle: FileHandle, length: number, file: string): Promise<Directory> {
  const base = Math.max(0, length - TAIL);
  const tail = await readPart(handle, base, length - base, file);
  const { count, start, size } = findDirectory(new DataView(tail.buffer), base);
  if (size > MAX_DIRECTORY) throw new CxrFileError('too-large', `a zip with a directory of ${size} bytes`);
  const entries = directoryEntries(await readPart(handle, start, size, file), count);
  const byName = new Map<string, ZipEntry>();
  // Of two entries of one name, the first one counts.
  for (const entry of entries) if (!byName.has(entry.name)) byName.set(entry.name, entry);
  return { entries, byName };
}

/** What `readNpzFile` reads, and how much. */
export interface ReadNpzFileOptions {
  /** Arrays to read, if they are there: the others, however large, are not touched. @default all */
  names?: readonly string[] | undefined;
  /** Maximum bytes that the arrays may take together, also while their order or type is changed. @default 384 MiB */
  maxBytes?: number | undefined;
}

/**
 * Reads arrays of an .npz file on disk, one after the other: of a file of many gigabytes, those named take only their own
 * size. As `readNpz`, by name, without the '.npy'.
 * @throws CxrFileError naming the file, as `ZipFile` and `readNpy`.
 */
export async function readNpzFile(
  file: string,
  options: ReadNpzFileOptions = {},
): Promise<Record<string, NpyArray>> {
  checkOptions<ReadNpzFileOptions>('readNpzFile', options, { names: true, maxBytes: true });
  const { names, maxBytes = MAX_UNPACKED } = options;
  if (names !== undefined) checkList('names', names);
  checkLimit('maxBytes', maxBytes);
  const zip = await ZipFile.open(file);
  try {
    const arrays: [string, NpyArray][] = [];
    let left = maxBytes;
    for (const entry of zip.entries) {
      const name = arrayName(entry.name);
      if (names && !names.includes(name)) continue;
      const bytes = await zip.read(entry, { maxBytes: left });
      left -= bytes.length;
      const { array, extra } = readEntry(name, bytes, left);
      left -= extra;
      arrays.push([name, array]);
    }
    return Object.fromEntries(arrays);
  } catch (error) {
    throw withFile(error, file);
  } finally {
    await zip.close();
  }
}
