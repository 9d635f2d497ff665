import { CxrFileError } from '@cxr/image';

/** The tags of the first image of a TIFF that hold whole numbers (TIFF 6.0, section 8). */
export interface TiffTags {
  littleEndian: boolean;
  /** The values of a tag; empty if it is absent or not of whole numbers. */
  all(tag: number): readonly number[];
  /** The only or first value. */
  first(tag: number): number | undefined;
}

/** Bytes a value: of BYTE, SHORT, LONG, UNDEFINED (bytes) and IFD, and BigTIFF's LONG8 and IFD8. */
const SIZES: Record<number, number> = { 1: 1, 3: 2, 4: 4, 7: 1, 13: 4, 16: 8, 18: 8 };

/** Maximum number of values of a tag: more strips than a real image has. */
const MAX_VALUES = 2 ** 20;

/** Bytes of the parts of a directory: its count of entries, an entry, a count or offset inside one. */
const CLASSIC = { first: 4, count: 2, entry: 12, word: 4 };
const BIG = { first: 8, count: 8, entry: 20, word: 8 };

/**
 * Reads the first directory of a TIFF or BigTIFF.
 * @throws CxrFileError 'unsupported', 'truncated' or 'corrupt'; so do the functions.
 */
export function readTags(bytes: Uint8Array): TiffTags {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const littleEndian = bytes[0] === 0x49;
  /** A whole number of 1, 2, 4 or 8 bytes. */
  const number = (at: number, size: number): number => {
    if (at + size > bytes.length) throw new CxrFileError('truncated', 'the TIFF is cut off');
    if (size === 1) return bytes[at]!;
    if (size === 2) return view.getUint16(at, littleEndian);
    if (size === 4) return view.getUint32(at, littleEndian);
    return Number(view.getBigUint64(at, littleEndian));
  };
  const sizes = number(2, 2) === 43 ? BIG : CLASSIC;
  if (sizes === BIG && number(4, 2) !== 8) {
    throw new CxrFileError('corrupt', `a BigTIFF with offsets of ${number(4, 2)} bytes`);
  }
  const directory = number(sizes.first, sizes.word);
  const entries = new Map<number, number>();
  for (let i = 0, count = number(directory, sizes.count); i < count; i++) {
    const entry = directory + sizes.count + sizes.entry * i;
    number(entry + sizes.entry - sizes.word, sizes.word);
    entries.set(number(entry, 2), entry);
  }

  const all = (tag: number, max = MAX_VALUES): number[] => {
    const entry = entries.get(tag);
    const size = entry === undefined ? undefined : SIZES[number(entry + 2, 2)];
    if (entry === undefined || size === undefined) return [];
    const length = number(entry + 4, sizes.word);
    if (length > MAX_VALUES) throw new CxrFileError('unsupported', `a TIFF with ${length} values of a kind`);
    const value = entry + 4 + sizes.word;
    const start = size * length <= sizes.word ? value : number(value, sizes.word);
    return Array.from({ length: Math.min(length, max) }, (_, i) => number(start + size * i, size));
  };
  return { littleEndian, all, first: (tag) => all(tag, 1)[0] };
}
