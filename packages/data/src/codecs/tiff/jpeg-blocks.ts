import { CxrFileError, pixels } from '@cxr/image';
import { jpegCodec } from '../jpeg-codec.js';
import { readJpegSegments } from '../jpeg-segments.js';
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
  const across = Math.ceil(width / blockWidth);
  const decoded: Uint8Array[] = [];
  for (const [i, block] of blocks.entries()) {
    const rows = Math.min(blockHeight, height - Math.floor(i / across) * blockHeight);
    const jpeg = wholeJpeg(block, layout);
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

/** A block with the shared tables, and with Adobe's segment, by which decoders know the colours. */
function wholeJpeg(block: Uint8Array, { jpegTables, ycbcr }: TiffLayout): Uint8Array {
  if (block[0] !== SOI[0] || block[1] !== SOI[1])
    throw new CxrFileError('corrupt', 'a TIFF whose strips or tiles are no JPEG streams');
  const transform = ycbcr ? 1 : 0;
  const adobe = [0xff, 0xee, 0, 14, ...new TextEncoder().encode('Adobe'), 0, 100, 0, 0, 0, 0, transform];
  // Without their start and end.
  const tables = jpegTables.subarray(2, -2);
  const whole = new Uint8Array(2 + adobe.length + tables.length + block.length - 2);
  whole.set([...SOI, ...adobe]);
  whole.set(tables, 2 + adobe.length);
  whole.set(block.subarray(2), 2 + adobe.length + tables.length);
  return whole;
}
