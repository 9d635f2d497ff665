import { CxrFileError, checkPixels, type IntegerImage, image } from '@cxr/image';
import type { Codec } from '../codec.js';
import { readLayout, type TiffLayout } from './tiff-layout.js';
import { RATIOS, unpackBlock } from './unpack-block.js';

type Samples = Uint8Array | Uint16Array;

/**
 * TIFF in pure JavaScript: the first image; grey, palette or RGB of whole numbers up to 16 bits, alpha dropped; in strips or
 * tiles, plain or by LZW, deflate or PackBits. As for PNG, 16 bits stay 16 and fewer than 8 are spread to 0..255.
 */
export const tiffCodec: Codec = {
  name: 'tiff',
  formats: ['tiff'],
  async decode(bytes, _header, { maxPixels }) {
    const layout = readLayout(bytes);
    checkPixels('TIFF', layout.width, layout.height, maxPixels);
    checkBlocks(layout, maxPixels);
    return decodeTiff(bytes, layout);
  },
};

/** Refuses what would take much memory or time, and cannot be right. */
function checkBlocks(layout: TiffLayout, maxPixels: number): void {
  const { width, height, blockWidth, blockHeight, bits, samples, planar, offsets, lengths } = layout;
  if (!(blockWidth > 0 && blockHeight > 0)) {
    throw new CxrFileError('corrupt', `a TIFF with tiles of ${blockWidth} × ${blockHeight} pixels`);
  }
  const across = Math.ceil(width / blockWidth);
  const blocks = across * Math.ceil(height / blockHeight) * (planar ? samples : 1);
  if (offsets.length < blocks || lengths.length < blocks) {
    throw new CxrFileError('corrupt', `a TIFF of ${offsets.length} strips or tiles, not ${blocks}`);
  }
  // A tile is wider than a small image, but not by much.
  const stored = across * blockWidth * height;
  if (stored > maxPixels + 1e6)
    throw new CxrFileError('too-large', `a TIFF of ${stored} pixels in its tiles`);
  const packed = lengths.slice(0, blocks).reduce((sum, length) => sum + length, 0);
  if ((width * height * samples * bits) / 8 > (packed + blocks) * RATIOS[layout.compression]) {
    throw new CxrFileError('truncated', 'a TIFF with too few data');
  }
}

function decodeTiff(bytes: Uint8Array, layout: TiffLayout): IntegerImage {
  const { width, height, bits, samples, photometric, planar, blockWidth, blockHeight, offsets, lengths } =
    layout;
  const kept = photometric === 'RGB' ? 3 : 1;
  const together = planar ? 1 : samples;
  const data = bits === 16 ? new Uint16Array(width * height * kept) : new Uint8Array(width * height * kept);
  const rowBytes = Math.ceil((blockWidth * together * bits) / 8);
  let block = 0;
  for (let plane = 0; plane < (planar ? samples : 1); plane++) {
    for (let top = 0; top < height; top += blockHeight) {
      const rows = Math.min(blockHeight, height - top);
      for (let left = 0; left < width; left += blockWidth, block++) {
        if (plane >= kept) continue;
        const start = offsets[block]!;
        const end = start + lengths[block]!;
        if (end > bytes.length) throw new CxrFileError('truncated', 'the TIFF is cut off');
        const raw = new Uint8Array(rowBytes * rows);
        unpackBlock(bytes.subarray(start, end), raw, layout.compression);
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
  return image(toShades(data, layout), height, width, photometric === 'palette' ? 3 : kept);
}

/** The stored numbers of a row. */
function samplesOf(row: Uint8Array, { bits, littleEndian }: TiffLayout): Samples {
  if (bits === 8) return row;
  if (bits === 16) {
    const view = new DataView(row.buffer, row.byteOffset, row.byteLength);
    return Uint16Array.from({ length: row.length / 2 }, (_, i) => view.getUint16(2 * i, littleEndian));
  }
  const each = 8 / bits;
  const mask = 2 ** bits - 1;
  return Uint8Array.from({ length: row.length * each }, (_, i) => {
    return (row[Math.floor(i / each)]! >> (8 - bits * ((i % each) + 1))) & mask;
  });
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
function toShades(data: Samples, { bits, photometric, palette }: TiffLayout): Samples {
  if (photometric === 'palette') return throughPalette(data, bits, palette);
  const most = 2 ** bits - 1;
  const scale = bits < 8 ? 255 / most : 1;
  const inverted = photometric === 'white is zero';
  if (scale !== 1 || inverted) {
    for (let i = 0; i < data.length; i++) data[i] = (inverted ? most - data[i]! : data[i]!) * scale;
  }
  return data;
}

function throughPalette(data: Samples, bits: number, palette: readonly number[]): Uint8Array {
  const count = 2 ** bits;
  if (bits > 8 || palette.length < 3 * count) throw new CxrFileError('corrupt', 'a TIFF without its palette');
  const out = new Uint8Array(3 * data.length);
  for (let i = 0; i < data.length; i++) {
    for (let c = 0; c < 3; c++) out[3 * i + c] = palette[c * count + data[i]!]! >> 8;
  }
  return out;
}
