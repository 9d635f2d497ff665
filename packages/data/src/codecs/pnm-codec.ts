import { CxrFileError, checkPixels, type IntegerImage, image } from '@cxr/image';
import { roundHalfEven } from '../archives/half-floats.js';
import type { Codec } from './codec.js';

/** PBM, PGM and PPM, binary (P4, P5, P6) and text (P1, P2, P3). Samples are scaled to 0..255, or to 0..65535 above 255. */
export const pnmCodec: Codec = {
  name: 'pnm',
  formats: ['pnm'],
  async decode(bytes, _header, { maxPixels }) {
    const kind = bytes[1]! - 0x30;
    if (kind === 1 || kind === 4) return readPbm(bytes, kind === 4, maxPixels);
    const [width, height, max, start] = readHeader(bytes);
    checkPixels('pnm', width, height, maxPixels);
    const channels = kind === 3 || kind === 6 ? 3 : 1;
    const count = width * height * channels;
    const samples = kind < 4 ? readText(bytes, start, count, max) : readBinary(bytes, start + 1, count, max);
    const out = max > 255 ? new Uint16Array(count) : new Uint8Array(count);
    const white = max > 255 ? 65535 : 255;
    for (let i = 0; i < count; i++) {
      out[i] = Math.min(white, roundHalfEven((samples[i]! / max) * white));
    }
    return image(out, height, width, channels);
  },
};

/** Black is 1: eight pixels a byte, the first one in the highest bit, or digits with or without space between them. */
function readPbm(bytes: Uint8Array, binary: boolean, maxPixels: number): IntegerImage {
  const [width, afterWidth] = readNumber(bytes, 2);
  const [height, end] = readNumber(bytes, afterWidth);
  checkPixels('pnm', width, height, maxPixels);
  const cutOff = (): CxrFileError => new CxrFileError('truncated', 'the PNM image is cut off');
  const rowBytes = Math.ceil(width / 8);
  const needed = binary ? rowBytes * height : width * height;
  if (end + 1 + needed > bytes.length) throw cutOff();
  const out = new Uint8Array(width * height);
  let at = end + 1;
  for (let i = 0; i < out.length; i++) {
    if (binary) {
      const x = i % width;
      const bit = bytes[at + Math.floor(i / width) * rowBytes + (x >> 3)]! >> (7 - (x & 7));
      out[i] = bit & 1 ? 0 : 255;
      continue;
    }
    at = skipSpace(bytes, at);
    if (at >= bytes.length) throw cutOff();
    const digit = bytes[at++]!;
    if (digit !== 0x30 && digit !== 0x31) {
      throw new CxrFileError('corrupt', 'a PBM image with something else than 0 and 1');
    }
    out[i] = digit === 0x30 ? 255 : 0;
  }
  return image(out, height, width, 1);
}

/** Width, height, largest sample, and where the header ends. */
function readHeader(bytes: Uint8Array): [width: number, height: number, max: number, end: number] {
  let at = 2;
  const numbers: number[] = [];
  while (numbers.length < 3) {
    const [value, end] = readNumber(bytes, at);
    numbers.push(value);
    at = end;
  }
  const [width, height, max] = numbers as [number, number, number];
  if (max < 1 || max > 65535) throw new CxrFileError('corrupt', `a PNM image with samples up to ${max}`);
  return [width, height, max, at];
}

/** The next number, after white space and comments, and where it ends. */
function readNumber(bytes: Uint8Array, start: number): [value: number, end: number] {
  let at = skipSpace(bytes, start);
  let value = 0;
  const first = at;
  for (; at < bytes.length && at - first < 10 && isDigit(bytes[at]!); at++)
    value = value * 10 + bytes[at]! - 0x30;
  if (at >= bytes.length && at === first) throw new CxrFileError('truncated', 'the PNM image is cut off');
  if (at === first || (at < bytes.length && !isSpace(bytes[at]!))) {
    throw new CxrFileError('corrupt', 'a PNM image with something else where a number must be');
  }
  return [value, at];
}

/** Where white space and comments end. */
function skipSpace(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && (isSpace(bytes[at]!) || bytes[at] === 0x23)) {
    if (bytes[at] !== 0x23) at++;
    else while (at < bytes.length && bytes[at] !== 0x0a) at++;
  }
  return at;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function readText(bytes: Uint8Array, start: number, count: number, max: number): Uint32Array {
  // Each number takes two bytes or more: a header that promises more must not cost memory.
  if (bytes.length - start < 2 * count - 1) throw new CxrFileError('truncated', 'the PNM image is cut off');
  const samples = new Uint32Array(count);
  let at = start;
  for (let i = 0; i < count; i++) {
    const [value, end] = readNumber(bytes, at);
    if (value > max) throw new CxrFileError('corrupt', `a PNM image with a sample of ${value}, above ${max}`);
    samples[i] = value;
    at = end;
  }
  return samples;
}

function readBinary(bytes: Uint8Array, start: number, count: number, max: number): Uint8Array | Uint16Array {
  const size = max > 255 ? 2 : 1;
  if (start + count * size > bytes.length) throw new CxrFileError('truncated', 'the PNM image is cut off');
  if (size === 1) return bytes.subarray(start, start + count);
  const samples = new Uint16Array(count);
  for (let i = 0; i < count; i++) samples[i] = bytes[start + 2 * i]! * 256 + bytes[start + 2 * i + 1]!;
  return samples;
}
