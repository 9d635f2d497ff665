import { CxrFileError, checkPixels, type IntegerImage, image } from '@cxr/image';
import type { Codec } from './codec.js';

/** Uncompressed BMP of 1, 4, 8, 24 or 32 bits a pixel. A palette of greys gives a grey image; alpha is dropped. */
export const bmpCodec: Codec = {
  name: 'bmp',
  formats: ['bmp'],
  async decode(bytes, _header, { maxPixels }) {
    const bmp = readHeader(bytes);
    checkPixels('bmp', bmp.width, bmp.height, maxPixels);
    return bmp.bits <= 8 ? paletteImage(bytes, bmp) : colourImage(bytes, bmp);
  },
};

interface Bmp {
  width: number;
  height: number;
  bits: number;
  /** Rows are stored from the bottom up, unless the height is negative. */
  topDown: boolean;
  pixels: number;
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
  const plain = compression === 0 || (compression === 3 && bits === 32 && hasPlainMasks(view));
  if (headerSize < 40 || !plain || ![1, 4, 8, 24, 32].includes(bits)) {
    const kind = COMPRESSIONS[compression] ?? `compression ${compression}`;
    throw new CxrFileError('unsupported', `a BMP of ${bits} bits with ${kind}`);
  }
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  const pixels = view.getUint32(10, true);
  const height = Math.abs(signedHeight);
  if (pixels + rowBytes * height > bytes.length) throw new CxrFileError('truncated', 'the BMP is cut off');
  return { width, height, bits, topDown: signedHeight < 0, pixels, palette: 14 + headerSize, rowBytes };
}

function hasPlainMasks(view: DataView): boolean {
  const at = 54;
  if (view.byteLength < at + 12) return false;
  const [red, green, blue] = [0, 4, 8].map((offset) => view.getUint32(at + offset, true));
  return red === 0xff0000 && green === 0xff00 && blue === 0xff;
}

function paletteImage(
  bytes: Uint8Array,
  { width, height, bits, topDown, pixels, palette, rowBytes }: Bmp,
): IntegerImage {
  const rgb = new Uint8Array(3 * width * height);
  let grey = true;
  for (let y = 0, at = 0; y < height; y++) {
    const row = pixels + (topDown ? y : height - 1 - y) * rowBytes;
    for (let x = 0; x < width; x++) {
      const bit = x * bits;
      const index = (bytes[row + (bit >> 3)]! >> (8 - bits - (bit & 7))) & (2 ** bits - 1);
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
