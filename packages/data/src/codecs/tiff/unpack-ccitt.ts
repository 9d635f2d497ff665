import { CxrFileError } from '@cxr/image';
import {
  EXTENSION,
  HORIZONTAL,
  MODE_BITS,
  MODE_TABLE,
  PASS,
  RUN_BITS,
  RUNS,
  VERTICAL_0,
} from './ccitt-codes.js';

/**
 * How the rows are coded: each by itself and from a new byte on (TIFF 6.0, section 10), each after a mark (ITU-T T.4, group 3), the same, but some by the row above,
 * or all by the row above and without marks (ITU-T T.6, group 4).
 */
export type CcittKind = 'bytes' | 'group 3' | 'group 3, 2-D' | 'group 4';

/**
 * Unpacks a strip or tile of fax data: a bit a pixel, 0 white, rows from a new byte on.
 * @param out of `rows` × ceil(width / 8) zeros
 * @param reversed whether the lowest bit of a byte is the first
 * @throws CxrFileError 'truncated', 'corrupt'; 'unsupported' for pixels stored as they are between the codes.
 */
export function unpackCcitt(
  packed: Uint8Array,
  out: Uint8Array,
  { width, kind, reversed }: { width: number; kind: CcittKind; reversed: boolean },
): void {
  const bits = new FaxBits(reversed ? packed.map(reverse) : packed);
  const rowBytes = Math.ceil(width / 8);
  // Where the colours change in a row, white first, and its width three times.
  let above = new Uint32Array(width + 4).fill(width, 0, 3);
  let row = new Uint32Array(width + 4);
  for (let at = 0; at < out.length; at += rowBytes) {
    const count = byRowAbove(bits, kind)
      ? codedByRow(bits, above, row, width)
      : codedByRuns(bits, row, width);
    row.fill(width, count, count + 3);
    for (let i = 0; i < count; i += 2) fillBits(out, 8 * at + row[i]!, 8 * at + row[i + 1]!);
    [above, row] = [row, above];
  }
}

/** Goes to the start of a row. Says whether the row is coded by the one above. */
function byRowAbove(bits: FaxBits, kind: CcittKind): boolean {
  if (kind === 'group 4') return true;
  if (kind === 'bytes') bits.align();
  else bits.skipMark();
  if (kind !== 'group 3, 2-D') return false;
  const one = bits.peek(1);
  bits.skip(1);
  return one === 0;
}

/** Runs of white and black in turn. Gives the number of changes. */
function codedByRuns(bits: FaxBits, row: Uint32Array, width: number): number {
  let count = 0;
  for (let at = 0; at < width; ) {
    at += run(bits, count % 2);
    count = change(row, count, at, width);
  }
  return count;
}

/** By where the colours change in the row above (T.4, 4.2.1.3). Gives the number of changes. */
function codedByRow(bits: FaxBits, above: Uint32Array, row: Uint32Array, width: number): number {
  let count = 0;
  let at = 0;
  // The next change above, of the same direction and right of here, or here at the row's start.
  let next = 0;
  for (let started = false; at < width; started = true) {
    while (started && above[next]! <= at) next += 2;
    const mode = code(bits, MODE_TABLE, MODE_BITS);
    if (mode === EXTENSION)
      throw new CxrFileError('unsupported', 'a TIFF of fax data with pixels that are not compressed');
    if (mode === PASS) {
      at = above[next + 1]!;
    } else if (mode === HORIZONTAL) {
      for (let i = 0; i < 2; i++) {
        at += run(bits, count % 2);
        count = change(row, count, at, width);
      }
    } else {
      const to = above[next]! + mode - VERTICAL_0;
      if (to < at || (started && to === at)) throw broken();
      at = to;
      count = change(row, count, at, width);
      // Of the other direction, the one before may be right of here, too.
      next += next > 0 ? -1 : 1;
    }
  }
  return count;
}

/** Notes that the colour changes at this pixel: a run of no pixels is none. Gives the number of changes. */
function change(row: Uint32Array, count: number, at: number, width: number): number {
  if (at > width) throw broken();
  if (count > 0 && row[count - 1] === at) return count - 1;
  row[count] = at;
  return count + 1;
}

/** The length of a run of white (0) or black (1): any number of long ones and a short one. */
function run(bits: FaxBits, colour: number): number {
  const table = RUNS[colour]!;
  let length = 0;
  for (;;) {
    const part = code(bits, table, RUN_BITS);
    length += part;
    if (part < 64) return length;
  }
}

function code(bits: FaxBits, table: Uint16Array, length: number): number {
  const found = table[bits.peek(length)]!;
  if (found === 0) throw bits.ended() ? tooFew() : broken();
  bits.skip(found >> 12);
  return found & 0xfff;
}

/** Sets the bits from one to before another. */
function fillBits(out: Uint8Array, from: number, to: number): void {
  if (from >= to) return;
  const [first, last] = [from >> 3, to >> 3];
  const start = 0xff >> (from & 7);
  // Bits of the last byte: none where the run ends with a byte.
  const end = 0xff00 >> (to & 7);
  if (first === last) {
    out[first]! |= start & end;
    return;
  }
  out[first]! |= start;
  out.fill(0xff, first + 1, last);
  if ((to & 7) > 0) out[last]! |= end & 0xff;
}

function reverse(byte: number): number {
  let out = 0;
  for (let bit = 0; bit < 8; bit++) out |= ((byte >> bit) & 1) << (7 - bit);
  return out;
}

function broken(): CxrFileError {
  return new CxrFileError('corrupt', 'a TIFF with broken fax codes');
}

function tooFew(): CxrFileError {
  return new CxrFileError('truncated', 'a TIFF with too few data');
}

/** Bits, the high one first; after the last there are zeros, which are no code. */
class FaxBits {
  readonly #bytes: Uint8Array;
  /** Of the next bit. */
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The next bits, up to 16, which stay. */
  peek(length: number): number {
    const at = this.#at >>> 3;
    const three =
      ((this.#bytes[at] ?? 0) << 16) | ((this.#bytes[at + 1] ?? 0) << 8) | (this.#bytes[at + 2] ?? 0);
    return (three >> (24 - (this.#at & 7) - length)) & ((1 << length) - 1);
  }

  /** @throws CxrFileError 'truncated'. */
  skip(length: number): void {
    this.#at += length;
    if (this.#at > 8 * this.#bytes.length) throw tooFew();
  }

  align(): void {
    this.#at = 8 * Math.ceil(this.#at / 8);
  }

  /** Whether fewer bits are left than the mark of a row or of the end has. */
  ended(): boolean {
    return this.peek(11) === 0 || this.#at + 11 > 8 * this.#bytes.length;
  }

  /** Skips the mark of a row: eleven zeros or more, and a one. */
  skipMark(): void {
    if (this.peek(11) !== 0) throw broken();
    while (this.peek(8) === 0) this.skip(8);
    while (this.peek(1) === 0) this.skip(1);
    this.skip(1);
  }
}
