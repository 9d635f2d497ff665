import { CxrFileError } from '@cxr/image';
import { crc32 } from '../archives/crc32.js';

/** The parts of a PNG file; its pixels are still compressed. */
export interface PngChunks {
  width: number;
  height: number;
  /** Bits a sample: 1, 2, 4, 8 or 16. */
  depth: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGB with alpha. */
  colourType: number;
  interlaced: boolean;
  /** RGB triples; empty without a palette. */
  palette: Uint8Array;
  /** The parts of one zlib stream. */
  packed: Uint8Array[];
}

/** Allowed bit depths of each colour type (PNG specification, table 11.1). */
const DEPTHS: Record<number, readonly number[]> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/** The type IDAT as a number, and the checksum of such a part without data. */
const IDAT = 0x49444154;
const EMPTY_IDAT_CRC = 0x35af061e;

/**
 * Walks a PNG file's chunks, checking those that matter for the pixels.
 * @throws CxrFileError 'truncated', 'corrupt' or 'unsupported'.
 */
export function readPngChunks(bytes: Uint8Array): PngChunks {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const packed: Uint8Array[] = [];
  let header: Omit<PngChunks, 'palette' | 'packed'> | undefined;
  let palette: Uint8Array = new Uint8Array(0);
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    const end = at + 8 + length;
    if (end + 4 > bytes.length) break;
    // Millions of empty parts must not cost a second.
    if (length === 0 && view.getUint32(at + 4) === IDAT && view.getUint32(end) === EMPTY_IDAT_CRC) {
      at = end + 4;
      continue;
    }
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const data = bytes.subarray(at + 8, end);
    const critical = (bytes[at + 4]! & 0x20) === 0;
    if (critical && crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end)) {
      throw new CxrFileError('corrupt', `a PNG with a wrong checksum (${type})`);
    }
    if (type === 'IHDR') header = readHeader(data);
    else if (type === 'PLTE') palette = data;
    else if (type === 'IDAT') packed.push(data);
    else if (type === 'IEND') return { ...present(header), palette, packed };
    else if (critical) throw new CxrFileError('unsupported', `a PNG with a part of unknown kind (${type})`);
    at = end + 4;
  }
  throw new CxrFileError('truncated', 'the PNG is cut off');
}

function readHeader(data: Uint8Array): Omit<PngChunks, 'palette' | 'packed'> {
  if (data.length !== 13) throw new CxrFileError('corrupt', 'a PNG with a broken header');
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const [depth, colourType, compression, filter, interlace] = data.subarray(8) as unknown as number[];
  if (!DEPTHS[colourType!]?.includes(depth!)) {
    throw new CxrFileError('corrupt', `a PNG of colour type ${colourType} with ${depth} bits`);
  }
  if (compression !== 0 || filter !== 0 || interlace! > 1) {
    throw new CxrFileError('unsupported', `a PNG of kind ${compression}, ${filter}, ${interlace}`);
  }
  return {
    width: view.getUint32(0),
    height: view.getUint32(4),
    depth: depth!,
    colourType: colourType!,
    interlaced: interlace === 1,
  };
}

function present<T>(header: T | undefined): T {
  if (header === undefined) throw new CxrFileError('corrupt', 'a PNG without a header');
  return header;
}
