import { CxrFileError } from '@cxr/image';
import { Unzlib } from 'fflate';
import { fillInflated } from '../../archives/fill-inflated.js';
import { unpackLzw } from './unpack-lzw.js';

/** Compressions of TIFF that are read. */
export type Compression = BytesCompression | 'JPEG' | 'CCITT';

/** Those of bytes. */
export type BytesCompression = 'none' | 'LZW' | 'deflate' | 'PackBits';

/** Maximum number of bytes that one packed byte expands to. */
export const RATIOS: Readonly<Record<Exclude<Compression, 'CCITT'>, number>> = {
  none: 1,
  // A code of 12 bits stands for 3838 bytes at most.
  LZW: 2560,
  deflate: 1032,
  PackBits: 64,
  // A bit for each of 64 samples, and colours of half the size.
  JPEG: 1024,
};

const UNPACK: Readonly<Record<BytesCompression, (packed: Uint8Array, out: Uint8Array) => number>> = {
  none(packed, out) {
    out.set(packed.subarray(0, out.length));
    return packed.length;
  },
  LZW: unpackLzw,
  deflate: inflate,
  PackBits: unpackBits,
};

/** Fills `out` with a strip or tile. @throws CxrFileError 'truncated' or 'corrupt'. */
export function unpackBlock(packed: Uint8Array, out: Uint8Array, compression: BytesCompression): void {
  let length: number;
  try {
    length = UNPACK[compression](packed, out);
  } catch (cause) {
    if (cause instanceof CxrFileError) throw cause;
    throw new CxrFileError('corrupt', 'a TIFF with broken compressed data', { cause });
  }
  if (length < out.length) throw new CxrFileError('truncated', 'a TIFF with too few data');
}

function inflate(packed: Uint8Array, out: Uint8Array): number {
  let sum: number | undefined;
  const length = fillInflated(out, [packed], Unzlib, (excess) => {
    // A last strip may have rows beyond the image, which count, too.
    sum = adler32(excess, sum ?? adler32(out));
  });
  if (length >= out.length && !endsWithSum(packed, sum ?? adler32(out))) {
    throw new CxrFileError('corrupt', 'a TIFF with a wrong checksum');
  }
  return length;
}

/** Bytes that writers may add after a strip, to start the next one at an even place. */
const MAX_PADDING = 3;

/** Whether the stream's last number is this checksum, which fflate does not compare. */
function endsWithSum(packed: Uint8Array, sum: number): boolean {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  for (let padding = 0; padding <= MAX_PADDING && padding + 4 <= packed.length; padding++) {
    if (view.getUint32(packed.length - 4 - padding) === sum) return true;
  }
  return false;
}

/** The checksum of zlib streams (RFC 1950, section 8.2). @param start of the bytes before these. @default 1, of none */
function adler32(bytes: Uint8Array, start: number = 1): number {
  let low = start % 65536;
  let high = Math.floor(start / 65536);
  // So many sums stay below 2^32.
  for (let at = 0; at < bytes.length; at += 5552) {
    for (const byte of bytes.subarray(at, at + 5552)) {
      low += byte;
      high += low;
    }
    low %= 65521;
    high %= 65521;
  }
  return high * 65536 + low;
}

/** TIFF 6.0, section 9. */
function unpackBits(packed: Uint8Array, out: Uint8Array): number {
  let to = 0;
  for (let at = 0; at + 1 < packed.length && to < out.length; ) {
    const control = packed[at++]!;
    if (control === 128) continue;
    if (control < 128) {
      const part = packed.subarray(at, Math.min(at + control + 1, at + out.length - to));
      out.set(part, to);
      to += part.length;
      at += control + 1;
    } else {
      out.fill(packed[at++]!, to, to + 257 - control);
      to += 257 - control;
    }
  }
  return to;
}
