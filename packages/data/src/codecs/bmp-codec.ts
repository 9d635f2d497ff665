import { CxrFileError, checkPixels, type IntegerImage, image } from '@cxr/image';
import type { Codec } from './codec.js';
import { unpackBmpRle } from './unpack-bmp-rle.js';

/**
 * BMP of 1, 4, 8, 16, 24 or 32 bits a pixel; those of 4 and 8 may be run-length encoded. A palette of greys gives a grey image;
 * alpha is dropped.
 */
export const bmpCodec: Codec = {
  name: 'bmp',
  formats: ['bmp'],
  async decode(bytes, _header, { maxPixels }) {
    const bmp = readHeader(bytes);
    checkPixels('bmp', bmp.width, bmp.height, maxPixels);
    if (bmp.bits === 16) return image(from16Bits(bytes, bmp), bmp.height, bmp.width, 3);
    if (bmp.bits > 8) return colourImage(bytes, bmp);
    if (bmp.compression === 0) return paletteImage(bytes, bmp, bytes);
    const { width, height, pixels, bits } = bmp;
    const unpacked = unpackBmpRle(bytes.subarray(pixels), width, height, bits as 4 | 8);
    return paletteImage(bytes, { ...bmp, bits: 8, start: 0, rowBytes: width }, unpacked);
  },
};

interface Bmp {
  width: number;
  height: number;
  bits: number;
  /** 0 none, 1 and 2 run-length encoding, 3 bit masks. */
  compression: number;
  /** Bits of green in 16: 5 or 6. */
  green: 5 | 6;
  /** Rows are stored from the bottom up, unless the height is negative. */
  topDown: boolean;
  pixels: number;
  /** Offset of the rows in what is read for them. */
  start: number;
  palette: number;
  rowBytes: number;
}

/** Sizes of OS/2's headers: version 1, and version 2, short and full. */
const OS2_HEADERS: readonly number[] = [12, 16, 64];

/** Names for the error. */
const COMPRESSIONS: Record<number, string> = {
  0: 'no compression',
  1: 'run-length encoding',
  2: 'run-length encoding',
  3: 'bit masks',
  4: 'a JPEG inside',
  5: 'a PNG inside',
  6: 'bit masks',
};

function readHeader(bytes: Uint8Array): Bmp {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerSize = view.getUint32(14, true);
  if (OS2_HEADERS.includes(headerSize)) throw new CxrFileError('unsupported', 'an OS/2 BMP');
  if (bytes.length < 54) throw new CxrFileError('truncated', 'a BMP cut off in its header');
  const signedHeight = view.getInt32(22, true);
  const width = view.getInt32(18, true);
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  // 3 names bit masks for the colours; in files of 32 bits they are practically always blue, green, red, alpha.
  const plain =
    compression === 0 || (compression === 3 && bits === 32 && hasMasks(view, [0xff0000, 0xff00, 0xff]));
  const sixBits = compression === 3 && bits === 16 && hasMasks(view, [0xf800, 0x7e0, 0x1f]);
  const fiveBits = compression === 3 && bits === 16 && hasMasks(view, [0x7c00, 0x3e0, 0x1f]);
  const packed = (compression === 1 && bits === 8) || (compression === 2 && bits === 4);
  const known = plain || sixBits || fiveBits || (packed && signedHeight > 0);
  if (headerSize < 40 || !known || ![1, 4, 8, 16, 24, 32].includes(bits)) {
    const kind = COMPRESSIONS[compression] ?? `compression ${compression}`;
    throw new CxrFileError('unsupported', `a BMP of ${bits} bits with ${kind}`);
  }
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  const pixels = view.getUint32(10, true);
  const height = Math.abs(signedHeight);
  if (!packed && pixels + rowBytes * height > bytes.length)
    throw new CxrFileError('truncated', 'the BMP is cut off');
  const palette = 14 + headerSize;
  const green = sixBits ? 6 : 5;
  const start = pixels;
  return {
    width,
    height,
    bits,
    compression,
    green,
    topDown: signedHeight < 0,
    pixels,
    start,
    palette,
    rowBytes,
  };
}

function hasMasks(view: DataView, masks: readonly number[]): boolean {
  const at = 54;
  if (view.byteLength < at + 12) return false;
  return masks.every((mask, i) => view.getUint32(at + 4 * i, true) === mask);
}

/** Five bits of red, five or six of green and five of blue, each brought to 0..255 as Pillow does. */
function from16Bits(bytes: Uint8Array, { width, height, green, topDown, pixels, rowBytes }: Bmp): Uint8Array {
  const rgb = new Uint8Array(3 * width * height);
  const top = 2 ** green - 1;
  for (let y = 0, to = 0; y < height; y++) {
    let at = pixels + (topDown ? y : height - 1 - y) * rowBytes;
    for (let x = 0; x < width; x++, at += 2) {
      const value = bytes[at]! + 256 * bytes[at + 1]!;
      rgb[to++] = (((value >> (5 + green)) & 31) * 255) / 31;
      rgb[to++] = (((value >> 5) & top) * 255) / top;
      rgb[to++] = ((value & 31) * 255) / 31;
    }
  }
  return rgb;
}

function paletteImage(
  bytes: Uint8Array,
  { width, height, bits, topDown, pixels, start, palette, rowBytes }: Bmp,
  rows: Uint8Array,
): IntegerImage {
  const rgb = new Uint8Array(3 * width * height);
  let grey = true;
  for (let y = 0, at = 0; y < height; y++) {
    const row = start + (topDown ? y : height - 1 - y) * rowBytes;
    for (let x = 0; x < width; x++) {
      const bit = x * bits;
      const index = (rows[row + (bit >> 3)]! >> (8 - bits - (bit & 7))) & (2 ** bits - 1);
      const colour = palette + 4 * index;
      if (colour + 4 > pixels) throw new CxrFileError('corrupt', 'a BMP with a colour outside its palette');
      const [blue, green, red] = [bytes[colour]!, bytes[colour + 1]!, bytes[colour + 2]!];
      grey &&= blue === green && green === red;
      rgb[at++] = red;
      rgb[at++] = green;
      rgb[at++] = blue;
    }
  }
  if (!grey) return image(rgb, height, width, 3);
  return image(
    rgb.filter((_, i) => i % 3 === 0),
    height,
    width,
    1,
  );
}

function colourImage(
  bytes: Uint8Array,
  { width, height, bits, topDown, pixels, rowBytes }: Bmp,
): IntegerImage {
  const rgb = new Uint8Array(3 * width * height);
  const step = bits / 8;
  for (let y = 0, at = 0; y < height; y++) {
    let from = pixels + (topDown ? y : height - 1 - y) * rowBytes;
    for (let x = 0; x < width; x++, from += step) {
      rgb[at++] = bytes[from + 2]!;
      rgb[at++] = bytes[from + 1]!;
      rgb[at++] = bytes[from]!;
    }
  }
  return image(rgb, height, width, 3);
}
