import { type DecodedPng, decode } from 'fast-png';
import type { Codec } from './codec.js';
import { CxrFileError } from './cxr-file-error.js';
import { type Image, image, samples } from './image.js';

/** PNG of every kind, in pure JavaScript. Alpha is dropped, palettes become RGB, 1 to 4 bits are spread to 0..255. */
export const pngCodec: Codec = {
  name: 'fast-png',
  formats: ['png'],
  async decode(bytes) {
    return toImage(decodePng(bytes));
  },
};

function decodePng(bytes: Uint8Array): DecodedPng {
  try {
    return decode(bytes, { checkCrc: true });
  } catch (cause) {
    const truncated = !endsWithIend(bytes);
    const reason = truncated ? 'the PNG is cut off' : `a broken PNG (${(cause as Error).message})`;
    throw new CxrFileError(truncated ? 'truncated' : 'corrupt', reason, { cause });
  }
}

function endsWithIend(bytes: Uint8Array): boolean {
  return String.fromCharCode(...bytes.subarray(-8, -4)) === 'IEND';
}

function toImage({ width, height, channels, depth, data, palette }: DecodedPng): Image {
  const count = width * height;
  if (palette) return paletteImage(unpack(data as Uint8Array, width, height, depth), palette, width, height);
  if (depth < 8) {
    const grey = unpack(data as Uint8Array, width, height, depth);
    const step = 255 / (2 ** depth - 1);
    for (let i = 0; i < grey.length; i++) grey[i] = grey[i]! * step;
    return image(grey, height, width, 1);
  }
  const kept = channels < 3 ? 1 : 3;
  const plain = data as Uint8Array | Uint16Array;
  if (kept === channels) return image(plain, height, width, kept);
  const opaque = samples(plain, count * kept);
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < kept; c++) opaque[i * kept + c] = plain[i * channels + c]!;
  }
  return image(opaque, height, width, kept);
}

/** One sample a byte from packed rows, each of which starts on a byte. */
function unpack(data: Uint8Array, width: number, height: number, depth: number): Uint8Array {
  if (depth === 8) return data;
  const rowBytes = Math.ceil((width * depth) / 8);
  const mask = 2 ** depth - 1;
  const plain = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      plain[y * width + x] = (data[y * rowBytes + (bit >> 3)]! >> (8 - depth - (bit & 7))) & mask;
    }
  }
  return plain;
}

function paletteImage(
  indices: Uint8Array,
  palette: readonly number[][],
  width: number,
  height: number,
): Image {
  const rgb = new Uint8Array(3 * indices.length);
  for (let i = 0; i < indices.length; i++) {
    const colour = palette[indices[i]!];
    if (!colour)
      throw new CxrFileError('corrupt', `a PNG pixel with colour ${indices[i]} of ${palette.length}`);
    rgb.set(colour.length === 3 ? colour : colour.slice(0, 3), 3 * i);
  }
  return image(rgb, height, width, 3);
}
