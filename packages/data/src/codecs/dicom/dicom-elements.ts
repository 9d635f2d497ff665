import { CxrFileError } from '@cxr/image';
import { checkBytes } from '../check-bytes.js';
import { inflateDataSet } from './inflate-data-set.js';

/** Pieces of compressed pixels; a frame has one, or a few. */
const MAX_FRAGMENTS = 100_000;

/** A tag: its group in the high 16 bits, its element in the low ones. */
export type Tag = number;

interface Element {
  /** Offset of the value. */
  start: number;
  length: number;
  /** Two letters; absent where the transfer syntax leaves it to be known. */
  representation?: string;
}

/** How the elements are written. */
interface Encoding {
  transferSyntax: string;
  explicit: boolean;
  littleEndian: boolean;
}

const ITEM = 0xfffee000;
const ITEM_END = 0xfffee00d;
const SEQUENCE_END = 0xfffee0dd;
const PIXEL_DATA = 0x7fe00010;
const TRANSFER_SYNTAX = 0x00020010;

/** A length that is not given: the value ends with a delimiter. */
const UNDEFINED = 0xffffffff;

/** Value representations whose length takes four bytes, after two that are unused (PS3.5, 7.1.2). */
const LONG = /^(OB|OD|OF|OL|OV|OW|SQ|SV|UC|UN|UR|UT|UV)$/;

const EXPLICIT_BIG_ENDIAN = '1.2.840.10008.1.2.2';
const IMPLICIT = '1.2.840.10008.1.2';
const EXPLICIT = '1.2.840.10008.1.2.1';
const DEFLATED = '1.2.840.10008.1.2.1.99';

/** Whether these bytes are a DICOM file: 128 bytes of anything, then `DICM`. */
export function isDicom(bytes: Uint8Array): boolean {
  return bytes.length >= 132 && latin1(bytes, 128, 4) === 'DICM';
}

/** What a file says of itself, before the data set, is always written so (PS3.10, 7.1). */
const META: Encoding = { transferSyntax: '', explicit: true, littleEndian: true };

/**
 * Where the first element is; undefined if these bytes are no DICOM file. With `force`, as pydicom's, the preamble and DICM may
 * be missing: it starts with an element of group 2, or of group 8 that says what the file is.
 */
function startOf(bytes: Uint8Array, force: boolean): number | undefined {
  if (isDicom(bytes)) return 132;
  if (!force || bytes.length < 8) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const groups = [view.getUint16(0, true), view.getUint16(0, false)];
  return groups.some((group) => group === 2 || group === 8) ? 0 : undefined;
}

/**
 * The elements of a file, or only the first ones, as long as `accepts` takes their group: then the file may end after those.
 * @param force also without preamble and DICM.
 * @throws CxrFileError 'unsupported', 'truncated' or 'corrupt'; TypeError unless `bytes` is a Uint8Array.
 */
export function readElements(
  bytes: Uint8Array,
  accepts?: (group: number) => boolean,
  force = false,
): DicomElements {
  checkBytes(bytes);
  const start = startOf(bytes, force);
  if (start === undefined) throw new CxrFileError('unsupported', 'not a DICOM file');
  const meta = new DicomElements(bytes, start, META, (group) => group === 2);
  const declared = meta.text(TRANSFER_SYNTAX);
  if (declared === DEFLATED) {
    const unpacked = inflateDataSet(bytes.subarray(meta.end));
    const encoding: Encoding = { transferSyntax: EXPLICIT, explicit: true, littleEndian: true };
    return new DicomElements(unpacked, 0, encoding, accepts);
  }
  return new DicomElements(bytes, meta.end, encodingOf(bytes, meta.end, declared), accepts);
}

/**
 * How the data set at `start` is written. As pydicom does, it believes the first element more than what is declared of
 * representations (its two letters are there or not), and where nothing is declared, takes a group that is far too large for
 * a big-endian one.
 */
function encodingOf(bytes: Uint8Array, start: number, declared: string | undefined): Encoding {
  const explicit = /^[A-Z]{2}$/.test(latin1(bytes, start + 4, 2));
  if (declared !== undefined) {
    const known = start + 6 <= bytes.length;
    return {
      transferSyntax: declared,
      explicit: known ? explicit : declared !== IMPLICIT,
      littleEndian: declared !== EXPLICIT_BIG_ENDIAN,
    };
  }
  const group = (bytes[start] ?? 0) + 256 * (bytes[start + 1] ?? 0);
  const littleEndian = !(explicit && group >= 0x400);
  const transferSyntax = !explicit ? IMPLICIT : littleEndian ? EXPLICIT : EXPLICIT_BIG_ENDIAN;
  return { transferSyntax, explicit, littleEndian };
}

/**
 * The elements of a data set up to its pixels, those inside sequences left out. Values are read when they are asked for;
 * what a file says of its lengths is never believed beyond its end.
 */
export class DicomElements {
  /** Offset after the last one. */
  readonly end: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #encoding: Encoding;
  readonly #elements = new Map<Tag, Element>();
  readonly #start: number;

  /**
   * Reads from `start` on, as long as `accepts` takes their group.
   * @throws CxrFileError 'truncated' or 'corrupt'.
   */
  constructor(
    bytes: Uint8Array,
    start: number,
    encoding: Encoding,
    accepts: (group: number) => boolean = () => true,
  ) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#encoding = encoding;
    this.#start = start;
    this.end = this.#read(start, accepts);
  }

  /** A unique identifier. */
  get transferSyntax(): string {
    return this.#encoding.transferSyntax;
  }

  get littleEndian(): boolean {
    return this.#encoding.littleEndian;
  }

  has(tag: Tag): boolean {
    return this.#elements.has(tag);
  }

  /** Two letters, such as 'US', if the file has them. */
  representation(tag: Tag): string | undefined {
    return this.#elements.get(tag)?.representation;
  }

  /** The bytes of a value: a view. */
  value(tag: Tag): Uint8Array | undefined {
    const element = this.#elements.get(tag);
    if (!element || element.length === UNDEFINED) return undefined;
    return this.#bytes.subarray(element.start, element.start + element.length);
  }

  /** A value as text without the padding. */
  text(tag: Tag): string | undefined {
    const value = this.value(tag);
    if (!value || value.length > 1024) return undefined;
    return latin1(value, 0, value.length)
      .replace(/[\0 ]+$/, '')
      .trimStart();
  }

  /** The first number of a value written as text (DS, IS). @throws CxrFileError 'corrupt' if it is none. */
  decimal(tag: Tag): number | undefined {
    const first = this.text(tag)?.split('\\')[0]?.trim();
    if (first === undefined || first === '') return undefined;
    const number = Number(first);
    if (!Number.isFinite(number)) throw new CxrFileError('corrupt', `a DICOM number that is none: ${first}`);
    return number;
  }

  /** The number at `index` of a value of 16-bit whole numbers (US). */
  short(tag: Tag, index = 0): number | undefined {
    const element = this.#elements.get(tag);
    if (!element || element.length === UNDEFINED || element.length < 2 * index + 2) return undefined;
    return this.#view.getUint16(element.start + 2 * index, this.littleEndian);
  }

  /**
   * Each element up to the pixels that is no sequence, and those inside sequences: its value is a view.
   * @throws CxrFileError 'truncated'.
   */
  *everywhere(): Generator<[tag: Tag, value: Uint8Array], void, void> {
    // Those inside an icon come earlier.
    const pixels = this.#elements.get(PIXEL_DATA) === undefined ? Number.POSITIVE_INFINITY : this.end - 12;
    // Items and ends of sequences are stepped over, so depth costs nothing.
    for (let at = this.#start; at + 8 <= this.#bytes.length; ) {
      const tag = this.#tag(at);
      if (tag === PIXEL_DATA && at >= pixels) return;
      if (tag === ITEM || tag === ITEM_END || tag === SEQUENCE_END) {
        at += 8;
        continue;
      }
      const element = this.#header(at);
      at = element.start;
      if (tag === PIXEL_DATA && element.length === UNDEFINED) {
        at = this.#behindSequence(at);
        continue;
      }
      if (this.#isSequence(element)) continue;
      this.#need(at, element.length);
      yield [tag, this.#bytes.subarray(at, at + element.length)];
      at += element.length;
    }
  }

  /** Where transfer syntaxes leave representations to be known, a sequence starts with an item. */
  #isSequence({ start, length, representation }: Element): boolean {
    if (length === UNDEFINED || representation === 'SQ') return true;
    const unknown = representation === undefined || representation === 'UN';
    return unknown && length >= 8 && this.#tag(start) === ITEM;
  }

  /** The elements of a sequence's first item. */
  firstItem(tag: Tag): DicomElements | undefined {
    const sequence = this.#elements.get(tag);
    if (!sequence || sequence.length < 8) return undefined;
    this.#need(sequence.start, 8);
    // An empty sequence of undefined length has its end here.
    if (this.#tag(sequence.start) !== ITEM) return undefined;
    const { start, length } = this.#plainHeader(sequence.start);
    const end = length === UNDEFINED ? this.#bytes.length : start + length;
    this.#need(end, 0);
    return new DicomElements(this.#bytes.subarray(0, end), start, this.#encoding);
  }

  /** The pieces of compressed pixels: a table of offsets, which may be empty, then the fragments (PS3.5, A.4). */
  fragments(): Uint8Array[] {
    const pixels = this.#elements.get(PIXEL_DATA);
    if (pixels?.length !== UNDEFINED)
      throw new CxrFileError('corrupt', 'compressed DICOM pixels without fragments');
    const parts: Uint8Array[] = [];
    let at = pixels.start;
    for (;;) {
      this.#need(at, 8);
      const tag = this.#tag(at);
      const length = this.#view.getUint32(at + 4, this.littleEndian);
      if (tag === SEQUENCE_END) return parts;
      if (tag !== ITEM || length === UNDEFINED)
        throw new CxrFileError('corrupt', 'DICOM fragments that are damaged');
      this.#need(at + 8, length);
      if (parts.length === MAX_FRAGMENTS)
        throw new CxrFileError('too-large', `a DICOM file of more than ${MAX_FRAGMENTS} fragments`);
      parts.push(this.#bytes.subarray(at + 8, at + 8 + length));
      at += 8 + length;
    }
  }

  /** Reads elements from `at` on, as long as their group is accepted, or up to the end of their item; returns the offset after them. */
  #read(at: number, accepts: (group: number) => boolean): number {
    while (at + 8 <= this.#bytes.length) {
      const tag = this.#tag(at);
      if (tag === ITEM_END || !accepts(tag >>> 16)) return at;
      const element = this.#header(at);
      const { start, length } = element;
      this.#elements.set(tag, element);
      if (tag === PIXEL_DATA) {
        if (length !== UNDEFINED) this.#need(start, length);
        return start;
      }
      at = length === UNDEFINED ? this.#behindSequence(start) : start + length;
      this.#need(at, 0);
    }
    return at;
  }

  /** Where a sequence of undefined length ends that starts here. Without recursion: depth costs nothing. */
  #behindSequence(at: number): number {
    for (let depth = 1; depth > 0; ) {
      this.#need(at, 8);
      const tag = this.#tag(at);
      if (tag === ITEM_END || tag === SEQUENCE_END) {
        depth--;
        at += 8;
        continue;
      }
      const { start, length } = tag === ITEM ? this.#plainHeader(at) : this.#header(at);
      if (length === UNDEFINED) depth++;
      at = length === UNDEFINED ? start : start + length;
    }
    return at;
  }

  #header(at: number): Element {
    const representation = latin1(this.#bytes, at + 4, 2);
    // Sequences of unknown elements are written without representations even in files that have them.
    if (!this.#encoding.explicit || !/^[A-Z]{2}$/.test(representation)) return this.#plainHeader(at);
    if (!LONG.test(representation)) {
      return { start: at + 8, length: this.#view.getUint16(at + 6, this.littleEndian), representation };
    }
    this.#need(at, 12);
    return { start: at + 12, length: this.#view.getUint32(at + 8, this.littleEndian), representation };
  }

  #plainHeader(at: number): Element {
    return { start: at + 8, length: this.#view.getUint32(at + 4, this.littleEndian) };
  }

  #tag(at: number): Tag {
    const group = this.#view.getUint16(at, this.littleEndian);
    return group * 0x10000 + this.#view.getUint16(at + 2, this.littleEndian);
  }

  #need(at: number, length: number): void {
    if (at + length > this.#bytes.length) throw new CxrFileError('truncated', 'the DICOM file is cut off');
  }
}

function latin1(bytes: Uint8Array, start: number, length: number): string {
  let text = '';
  for (const byte of bytes.subarray(start, start + length)) text += String.fromCharCode(byte);
  return text;
}
