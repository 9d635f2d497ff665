import { CxrFileError } from '@cxr/image';

const CLEAR = 256;
const END = 257;
const CODES = 4096;

// The string of a code: that of another, and a byte. Made once, since an image may have many thousands of strips; a code
// above 257 is written before it is read.
const before = new Uint16Array(CODES);
const last = Uint8Array.from({ length: CODES }, (_, code) => code & 255);
const first = last.slice();
const lengths = new Uint16Array(CODES).fill(1);

/**
 * Unpacks TIFF's LZW (TIFF 6.0, section 13): codes of 9 to 12 bits, the high bit first, each longer one from a code earlier
 * than GIF's. Gives the number of bytes; those beyond `out` are not worked out.
 * @throws CxrFileError 'corrupt'.
 */
export function unpackLzw(packed: Uint8Array, out: Uint8Array): number {
  let next = END + 1;
  let width = 9;
  let previous = -1;
  let bits = 0;
  let count = 0;
  let at = 0;
  let to = 0;
  while (to < out.length) {
    for (; count < width; count += 8) {
      if (at >= packed.length) return to;
      bits = ((bits << 8) | packed[at++]!) & 0xffffff;
    }
    count -= width;
    const code = (bits >> count) & ((1 << width) - 1);
    if (code === END) return to;
    if (code === CLEAR) {
      next = END + 1;
      width = 9;
      previous = -1;
      continue;
    }
    if (code > next || (code >= 256 && previous < 0)) {
      throw new CxrFileError('corrupt', 'a TIFF with a broken code');
    }
    if (previous >= 0 && next < CODES) {
      before[next] = previous;
      first[next] = first[previous]!;
      // A code that is made as it is used ends with the byte it starts with.
      last[next] = first[code === next ? previous : code]!;
      lengths[next] = lengths[previous]! + 1;
      next++;
      if (next === (1 << width) - 1 && width < 12) width++;
    }
    to += lengths[code]!;
    let string = code;
    for (let i = to - 1, length = lengths[code]!; length > 0; length--, i--) {
      if (i < out.length) out[i] = last[string]!;
      string = before[string]!;
    }
    previous = code;
  }
  return to;
}
