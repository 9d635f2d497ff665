import { CxrFileError } from '@cxr/image';

/** What a TIFF says of its first image: whole numbers by tag (TIFF 6.0, section 8). */
export interface TiffTags {
  littleEndian: boolean;
  /** The values of a tag; empty where it is absent or none of whole numbers. */
  all(tag: number): readonly number[];
  /** The only or first value. */
  first(tag: number): number | undefined;
}

/** Bytes a value: of BYTE, SHORT and LONG. */
const SIZES: Record<number, number> = { 1: 1, 3: 2, 4: 4 };

/** Of a tag: more strips than a real image has. They are read only when they are asked for. */
const MOST_VALUES = 2 ** 20;

/** @throws CxrFileError 'unsupported' or 'truncated'; so do the functions. */
export function readTags(bytes: Uint8Array): TiffTags {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const littleEndian = bytes[0] === 0x49;
  const need = (at: number, length: number): number => {
    if (at + length > bytes.length) throw new CxrFileError('truncated', 'the TIFF is cut off');
    return at;
  };
  const short = (at: number): number => view.getUint16(need(at, 2), littleEndian);
  const long = (at: number): number => view.getUint32(need(at, 4), littleEndian);
  if (short(2) !== 42) throw new CxrFileError('unsupported', 'a TIFF of the large kind (BigTIFF)');
  const entries = new Map<number, number>();
  const directory = long(4);
  for (let i = 0, count = short(directory); i < count; i++) {
    const entry = directory + 2 + 12 * i;
    entries.set(short(entry), need(entry, 12));
  }

  const all = (tag: number, most = MOST_VALUES): number[] => {
    const entry = entries.get(tag);
    const size = entry === undefined ? undefined : SIZES[short(entry + 2)];
    if (entry === undefined || size === undefined) return [];
    const length = long(entry + 4);
    if (length > MOST_VALUES) throw new CxrFileError('unsupported', `a TIFF with ${length} values of a kind`);
    const start = size * length <= 4 ? entry + 8 : long(entry + 8);
    const value = (at: number): number =>
      size === 1 ? bytes[need(at, 1)]! : size === 2 ? short(at) : long(at);
    return Array.from({ length: Math.min(length, most) }, (_, i) => value(start + size * i));
  };
  return { littleEndian, all, first: (tag) => all(tag, 1)[0] };
}
