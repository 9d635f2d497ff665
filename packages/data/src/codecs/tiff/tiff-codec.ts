import { CxrFileError, checkPixels, type IntegerImage, image } from '@cxr/image';
import { checkRows } from '../check-rows.js';
import { cmykToRgb } from '../cmyk-to-rgb.js';
import type { Codec, CodecOptions } from '../codec.js';
import { decodeJpegBlocks } from './jpeg-blocks.js';
import { orient } from './orient.js';
import { showValues } from './show-values.js';
import { COLOURS, isThroughWindow, readLayout, type TiffLayout } from './tiff-layout.js';
import { RATIOS, unpackBlock } from './unpack-block.js';
import { unpackCcitt } from './unpack-ccitt.js';

type Shades = Uint8Array | Uint16Array;
type Samples = Shades | Uint32Array;

/**
 * TIFF and BigTIFF in pure JavaScript: the first image; grey, palette or RGB of unsigned whole numbers up to 16 bits, CMYK of 8, alpha
 * dropped, turned as its orientation says; through a window also grey that is signed, floating-point or of 32 bits; in strips or tiles, plain or by LZW, deflate, PackBits, JPEG or CCITT. As for PNG, 16 bits stay
 * 16 and fewer than 8 are spread to 0..255. Anything else is 'unsupported', by name.
 */
export const tiffCodec: Codec = {
  name: 'tiff',
  formats: ['tiff'],
  async decode(bytes, _header, { maxPixels, window = 'file' }) {
    const layout = readLayout(bytes, window !== 'file');
    checkPixels('TIFF', layout.width, layout.height, maxPixels);
    const blocks = blocksOf(bytes, layout, maxPixels);
    const jpeg = layout.compression === 'JPEG';
    return decodeTiff(jpeg ? await decodeJpegBlocks(blocks, layout, maxPixels) : blocks, layout, window);
  },
};

/** Maximum number of strips or tiles: each costs some time, however small it is. */
const MAX_BLOCKS = 2 ** 16;

/**
 * The packed bytes of each strip or tile. Refuses what would take much memory or time, and cannot be right.
 * @throws CxrFileError 'truncated', 'corrupt', 'too-large' or 'unsupported'.
 */
function blocksOf(bytes: Uint8Array, layout: TiffLayout, maxPixels: number): Uint8Array[] {
  const { width, height, blockWidth, blockHeight, bits, samples, planar, compression } = layout;
  const { offsets, lengths } = layout;
  if (!(blockWidth > 0 && blockHeight > 0)) {
    throw new CxrFileError('corrupt', `a TIFF with tiles of ${blockWidth} × ${blockHeight} pixels`);
  }
  const across = Math.ceil(width / blockWidth);
  const down = Math.ceil(height / blockHeight);
  const count = across * down * (planar ? samples : 1);
  if (count > MAX_BLOCKS) throw new CxrFileError('unsupported', `a TIFF of ${count} strips or tiles`);
  checkRows('TIFF', across * height);
  // Without compression, the lengths follow from the size.
  const known = compression !== 'none' || lengths.length > 0;
  if (offsets.length < count || (known && lengths.length < count)) {
    const found = known ? Math.min(offsets.length, lengths.length) : offsets.length;
    throw new CxrFileError('corrupt', `a TIFF of ${found} strips or tiles, not ${count}`);
  }
  // A tile is wider than a small image, but not by much.
  const stored = across * blockWidth * height;
  if (stored > maxPixels + 1e6) {
    throw new CxrFileError('too-large', `a TIFF of ${stored} pixels in its tiles`);
  }
  const rowBytes = rowBytesOf(layout);
  const blocks: Uint8Array[] = [];
  let packed = 0;
  for (let i = 0; i < count; i++) {
    const top = (Math.floor(i / across) % down) * blockHeight;
    const plain = rowBytes * Math.min(blockHeight, height - top);
    const length = compression === 'none' ? Math.min(plain, lengths[i] ?? plain) : lengths[i]!;
    const start = offsets[i]!;
    if (start + length > bytes.length) throw new CxrFileError('truncated', 'the TIFF is cut off');
    blocks.push(bytes.subarray(start, start + length));
    packed += length;
  }
  if (packed > bytes.length) {
    throw new CxrFileError('corrupt', 'a TIFF whose strips or tiles lie on one another');
  }
  if ((width * height * samples * bits) / 8 > (packed + count) * ratioOf(layout)) {
    throw new CxrFileError('truncated', 'a TIFF with too few data');
  }
  return blocks;
}

/** Maximum number of bytes that one packed byte expands to: of CCITT, eight rows like those above them. */
function ratioOf({ compression, blockWidth }: TiffLayout): number {
  return compression === 'CCITT' ? blockWidth + 8 : RATIOS[compression];
}

function rowBytesOf({ blockWidth, planar, samples, bits }: TiffLayout): number {
  return Math.ceil((blockWidth * (planar ? 1 : samples) * bits) / 8);
}

function decodeTiff(
  blocks: readonly Uint8Array[],
  layout: TiffLayout,
  window: NonNullable<CodecOptions['window']>,
): IntegerImage {
  const { width, height, bits, samples, photometric, planar, blockWidth, blockHeight } = layout;
  const kept = COLOURS[photometric];
  const together = planar ? 1 : samples;
  const data = emptySamples(bits, width * height * kept);
  const rowBytes = rowBytesOf(layout);
  let block = 0;
  for (let plane = 0; plane < (planar ? samples : 1); plane++) {
    for (let top = 0; top < height; top += blockHeight) {
      const rows = Math.min(blockHeight, height - top);
      for (let left = 0; left < width; left += blockWidth, block++) {
        if (plane >= kept) continue;
        const raw = rawBlock(blocks[block]!, rowBytes * rows, layout);
        const columns = Math.min(blockWidth, width - left);
        for (let row = 0; row < rows; row++) {
          const line = samplesOf(raw.subarray(row * rowBytes, (row + 1) * rowBytes), layout);
          if (layout.differences) addUp(line, together);
          const to = ((top + row) * width + left) * kept + plane;
          copyRow(line, together, data, to, kept, columns);
        }
      }
    }
  }
  const channels = photometric === 'palette' || photometric === 'CMYK' ? 3 : kept;
  const shown = orient(shadesOf(data, layout, window), storedShape(layout, channels), layout.orientation);
  return image(shown.data, shown.height, shown.width, channels);
}

/** The bytes of a strip or tile; JPEG streams are decoded by now. */
function rawBlock(block: Uint8Array, length: number, layout: TiffLayout): Uint8Array {
  const { compression, ccitt, blockWidth: width, reversed } = layout;
  if (compression === 'JPEG') return block;
  const raw = new Uint8Array(length);
  if (ccitt) unpackCcitt(block, raw, { width, kind: ccitt, reversed });
  else if (compression !== 'CCITT') unpackBlock(block, raw, compression);
  return raw;
}

function emptySamples(bits: TiffLayout['bits'], length: number): Samples {
  if (bits === 32) return new Uint32Array(length);
  return bits === 16 ? new Uint16Array(length) : new Uint8Array(length);
}

/** Numbers as they are shown: through the window those that have no shade of their own. */
function shadesOf(data: Samples, layout: TiffLayout, window: NonNullable<CodecOptions['window']>): Shades {
  // Without a window the layout would have been refused.
  if (window !== 'file' && isThroughWindow(layout)) return showValues(data, layout, window);
  return toShades(data as Shades, layout);
}

/**
 * `[height, width, channels]` of the stored pixels as Pillow takes them before it turns them. Of a file that it maps into
 * memory (uncompressed, in one piece, its samples as they are in an image) and shows with rows as columns, Pillow mixes up the
 * two (`ImageFile.load` maps it by `size`, which is the size after turning), so its pixels come out of their rows. They are
 * what everyone sees who opens such a file by its path with Pillow, pytorch-fid included.
 */
function storedShape(layout: TiffLayout, channels: number): [number, number, number] {
  const { width, height, orientation } = layout;
  const mixedUp = orientation >= 5 && isMappedByPillow(layout);
  return mixedUp ? [width, height, channels] : [height, width, channels];
}

function isMappedByPillow(layout: TiffLayout): boolean {
  const { width, height, blockWidth, blockHeight, bits, samples, photometric, compression, planar } = layout;
  const whole = blockWidth === width && blockHeight === height && !planar;
  const asInImage =
    (photometric === 'black is zero' && samples === 1 && bits >= 8) ||
    (photometric === 'palette' && samples === 1 && bits === 8) ||
    (photometric === 'RGB' && samples === 4 && bits === 8 && layout.alpha) ||
    (photometric === 'CMYK' && samples === 4);
  return compression === 'none' && whole && asInImage;
}

/** The stored numbers of a row. */
function samplesOf(row: Uint8Array, { bits, littleEndian }: TiffLayout): Samples {
  if (bits === 8) return row;
  if (bits === 16) {
    const view = new DataView(row.buffer, row.byteOffset, row.byteLength);
    return Uint16Array.from({ length: row.length / 2 }, (_, i) => view.getUint16(2 * i, littleEndian));
  }
  if (bits === 32) {
    const view = new DataView(row.buffer, row.byteOffset, row.byteLength);
    return Uint32Array.from({ length: row.length / 4 }, (_, i) => view.getUint32(4 * i, littleEndian));
  }
  const mask = 2 ** bits - 1;
  const out = new Uint8Array((row.length * 8) / bits);
  for (let byte = 0, to = 0; byte < row.length; byte++) {
    for (let unused = 8 - bits; unused >= 0; unused -= bits) out[to++] = (row[byte]! >> unused) & mask;
  }
  return out;
}

/** Differences from the left neighbour to values, modulo the samples' range, which typed arrays do. */
function addUp(row: Samples, together: number): void {
  for (let i = together; i < row.length; i++) row[i]! += row[i - together]!;
}

function copyRow(
  row: Samples,
  together: number,
  data: Samples,
  to: number,
  kept: number,
  columns: number,
): void {
  if (together === kept) {
    data.set(row.subarray(0, columns * kept), to);
    return;
  }
  const each = Math.min(together, kept);
  for (let x = 0; x < columns; x++) {
    for (let c = 0; c < each; c++) data[to + x * kept + c] = row[x * together + c]!;
  }
}

/** Numbers as they are shown: black 0, over the full range. */
function toShades(data: Shades, { bits, photometric, palette }: TiffLayout): Shades {
  if (photometric === 'palette') return throughPalette(data, bits, palette);
  if (photometric === 'CMYK') return throughInks(data);
  const max = 2 ** bits - 1;
  const scale = bits < 8 ? 255 / max : 1;
  const inverted = photometric === 'white is zero';
  if (scale !== 1 || inverted) {
    for (let i = 0; i < data.length; i++) data[i] = (inverted ? max - data[i]! : data[i]!) * scale;
  }
  return data;
}

function throughPalette(data: Shades, bits: number, palette: readonly number[]): Uint8Array {
  const count = 2 ** bits;
  if (bits > 8 || palette.length < 3 * count) throw new CxrFileError('corrupt', 'a TIFF without its palette');
  const out = new Uint8Array(3 * data.length);
  for (let i = 0; i < data.length; i++) {
    for (let c = 0; c < 3; c++) out[3 * i + c] = palette[c * count + data[i]!]! >> 8;
  }
  return out;
}

function throughInks(data: Shades): Uint8Array {
  const white = new Uint8Array(data.length / 4);
  const colours = new Uint8Array(3 * white.length);
  for (let i = 0; i < white.length; i++) {
    for (let c = 0; c < 3; c++) colours[3 * i + c] = data[4 * i + c]!;
    white[i] = 255 - data[4 * i + 3]!;
  }
  cmykToRgb(colours, white);
  return colours;
}
