import { CxrFileError, pixels } from '@cxr/image';
import { jpegCodec } from '../jpeg-codec.js';
import { isFrameHeader, jpegSegments, readJpegSegments } from '../jpeg-segments.js';
import type { TiffLayout } from './tiff-layout.js';

/** Maximum number of JPEG streams in a TIFF: each starts the decoder anew. */
const MAX_STREAMS = 2048;
/** Maximum length of the tables that all streams share. */
const MAX_TABLES = 2 ** 16;

/**
 * Decodes the strips or tiles of a TIFF that are each a JPEG without its tables (TIFF Technical Note 2), as libtiff does: by themselves, with the colours that
 * the TIFF names, whatever the streams say.
 * @returns the pixels of each, rows of `blockWidth` × `samples` bytes
 * @throws CxrFileError 'unsupported', 'truncated' or 'corrupt'; DecoderLoadError.
 */
export async function decodeJpegBlocks(
  blocks: readonly Uint8Array[],
  layout: TiffLayout,
  maxPixels: number,
): Promise<Uint8Array[]> {
  const { jpegTables, width, height, blockWidth, blockHeight, samples } = layout;
  if (blocks.length > MAX_STREAMS || jpegTables.length > MAX_TABLES)
    throw new CxrFileError('unsupported', `a TIFF of ${blocks.length} JPEG streams`);
  const before = sharedStart(layout);
  const across = Math.ceil(width / blockWidth);
  const decoded: Uint8Array[] = [];
  for (const [i, block] of blocks.entries()) {
    const rows = Math.min(blockHeight, height - Math.floor(i / across) * blockHeight);
    const jpeg = wholeJpeg(block, before);
    const header = readJpegSegments(jpeg);
    const fits = header.width === blockWidth && header.height >= rows && header.height <= blockHeight;
    if (!fits || header.components.length !== samples)
      throw new CxrFileError('corrupt', 'a TIFF with a JPEG stream of another size than its strips or tiles');
    const { width: columns, height: lines } = header;
    const shown = await jpegCodec.decode(
      jpeg,
      { format: 'jpeg', width: columns, height: lines, channels: samples },
      { maxPixels },
    );
    decoded.push(pixels(shown) as Uint8Array);
  }
  return decoded;
}

/** Start of an image. */
const SOI = [0xff, 0xd8];
/** APP0 (JFIF) and APP14 (Adobe): by them decoders choose the colours, JFIF first. Of a TIFF, its own tags say them. */
const COLOUR_NOTES = [0xe0, 0xee];

/** What each stream begins with: Adobe's segment with the TIFF's colours, and the shared tables. */
function sharedStart({ jpegTables, ycbcr }: TiffLayout): Uint8Array[] {
  const transform = ycbcr ? 1 : 0;
  const adobe = [0xff, 0xee, 0, 14, ...new TextEncoder().encode('Adobe'), 0, 100, 0, 0, 0, 0, transform];
  const start: Uint8Array[] = [Uint8Array.from([...SOI, ...adobe])];
  if (jpegTables.length === 0) return start;
  if (!startsImage(jpegTables)) throw new CxrFileError('corrupt', 'a TIFF whose JPEG tables are no JPEG');
  for (const { marker, start: from, end } of jpegSegments(jpegTables)) {
    if (marker === 0xd9) break;
    if (marker === 0xda || isFrameHeader(marker))
      throw new CxrFileError('corrupt', 'a TIFF whose JPEG tables hold a picture');
    if (!COLOUR_NOTES.includes(marker)) start.push(jpegTables.subarray(from, end));
  }
  return start;
}

function startsImage(bytes: Uint8Array): boolean {
  return bytes[0] === SOI[0] && bytes[1] === SOI[1];
}

/** A block with what all begin with, and without its own notes of the colours. */
function wholeJpeg(block: Uint8Array, before: readonly Uint8Array[]): Uint8Array {
  if (!startsImage(block))
    throw new CxrFileError('corrupt', 'a TIFF whose strips or tiles are no JPEG streams');
  const parts = [...before];
  for (const { marker, start, end } of jpegSegments(block)) {
    if (!COLOUR_NOTES.includes(marker)) parts.push(block.subarray(start, end));
  }
  return concat(parts);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
