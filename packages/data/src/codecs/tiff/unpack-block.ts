import { CxrFileError } from '@cxr/image';
import { Unzlib } from 'fflate';
import { fillInflated } from '../../archives/fill-inflated.js';
import { unpackLzw } from './unpack-lzw.js';

export type Compression = 'none' | 'LZW' | 'deflate' | 'PackBits';

/** The most bytes that one packed byte can become. */
export const RATIOS: Readonly<Record<Compression, number>> = {
  none: 1,
  // A code of 12 bits stands for 3838 bytes at most.
  LZW: 2560,
  deflate: 1032,
  PackBits: 64,
};

const UNPACK: Readonly<Record<Compression, (packed: Uint8Array, out: Uint8Array) => number>> = {
  none(packed, out) {
    out.set(packed.subarray(0, out.length));
    return packed.length;
  },
  LZW: unpackLzw,
  deflate: (packed, out) => fillInflated(out, [packed], Unzlib),
  PackBits: unpackBits,
};

/** Fills `out` with a strip or tile. @throws CxrFileError 'truncated' or 'corrupt'. */
export function unpackBlock(packed: Uint8Array, out: Uint8Array, compression: Compression): void {
  let length: number;
  try {
    length = UNPACK[compression](packed, out);
  } catch (cause) {
    if (cause instanceof CxrFileError) throw cause;
    throw new CxrFileError('corrupt', 'a TIFF with broken compressed data', { cause });
  }
  if (length < out.length) throw new CxrFileError('truncated', 'a TIFF with too few data');
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
