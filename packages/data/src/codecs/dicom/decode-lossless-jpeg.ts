import { CxrFileError } from '@cxr/image';
import type { StoredJpeg } from '../stored-jpeg.js';

interface Frame {
  width: number;
  height: number;
  precision: number;
  /** Their identifiers, in order. */
  ids: number[];
}

interface Scan {
  /** The Huffman table of each component. */
  tables: HuffmanTable[];
  predictor: number;
  pointTransform: number;
}

/** A table as stored: how many codes of each length, and their symbols. It is expanded only if it is used. */
interface CodeLengths {
  counts: Uint8Array;
  symbols: Uint8Array;
}

/** Indexed by the next 16 bits: 256 × the length of the code they start with, plus its symbol; 0 if it is no code. */
type HuffmanTable = Uint16Array;

/**
 * Decodes lossless JPEG with Huffman codes (ITU-T T.81, process 14, all seven predictors), which DICOM files hold and
 * image libraries do not read.
 * @throws CxrFileError 'unsupported', 'too-large', 'truncated' or 'corrupt'.
 */
export function decodeLosslessJpeg(bytes: Uint8Array, maxPixels: number): StoredJpeg {
  const tables = new Map<number, CodeLengths>();
  let frame: Frame | undefined;
  let restartInterval = 0;
  let at = 2;
  for (;;) {
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++;
    if (at + 4 > bytes.length) throw cutOff();
    if (bytes[at] !== 0xff) throw new CxrFileError('corrupt', 'a JPEG with no marker where one must be');
    const marker = bytes[at + 1]!;
    const length = bytes[at + 2]! * 256 + bytes[at + 3]!;
    const segment = bytes.subarray(at + 4, at + 2 + length);
    if (length < 2 || segment.length !== length - 2) throw cutOff();
    at += 2 + length;
    if (marker === 0xc4) readTables(segment, tables);
    else if (marker === 0xc3) frame = readFrame(segment, maxPixels);
    else if (marker >= 0xc0 && marker <= 0xcf)
      throw new CxrFileError('unsupported', 'a JPEG that is not lossless');
    else if (marker === 0xdd && segment.length >= 2) restartInterval = segment[0]! * 256 + segment[1]!;
    else if (marker === 0xda) {
      if (!frame) throw new CxrFileError('corrupt', 'a JPEG without a frame header');
      return decodeScan(bytes.subarray(at), frame, readScan(segment, frame, tables), restartInterval);
    }
  }
}

function cutOff(): CxrFileError {
  return new CxrFileError('truncated', 'the JPEG is cut off');
}

function readFrame(segment: Uint8Array, maxPixels: number): Frame {
  if (segment.length < 6 || segment.length < 6 + 3 * segment[5]!) throw cutOff();
  const [precision, h1, h0, w1, w0, components] = segment as unknown as number[];
  const height = h1! * 256 + h0!;
  const width = w1! * 256 + w0!;
  const ids: number[] = [];
  for (let i = 0; i < components!; i++) {
    ids.push(segment[6 + 3 * i]!);
    if (segment[7 + 3 * i] !== 0x11)
      throw new CxrFileError('unsupported', 'a lossless JPEG with coarser components');
  }
  if (components !== 1 && components !== 3) {
    throw new CxrFileError('unsupported', `a JPEG with ${components} components (1 or 3)`);
  }
  if (!(precision! >= 2 && precision! <= 16 && width > 0 && height > 0)) {
    throw new CxrFileError('corrupt', `a lossless JPEG of ${width} × ${height} pixels of ${precision} bits`);
  }
  if (width * height > maxPixels) {
    throw new CxrFileError('too-large', `${width} × ${height} pixels, more than the limit of ${maxPixels}`);
  }
  return { width, height, precision: precision!, ids };
}

function readTables(segment: Uint8Array, tables: Map<number, CodeLengths>): void {
  for (let at = 0; at < segment.length; ) {
    const id = segment[at]! & 15;
    const counts = segment.subarray(at + 1, at + 17);
    const total = counts.reduce((a, b) => a + b, 0);
    const symbols = segment.subarray(at + 17, at + 17 + total);
    if (symbols.length !== total || counts.length !== 16) throw cutOff();
    tables.set(id, { counts, symbols });
    at += 17 + total;
  }
}

function makeTable({ counts, symbols }: CodeLengths): HuffmanTable {
  const table = new Uint16Array(65536);
  let next = 0;
  let at = 0;
  for (let length = 1; length <= 16; length++) {
    const span = 1 << (16 - length);
    for (let i = 0; i < counts[length - 1]!; i++, at++, next += span) {
      const symbol = symbols[at]!;
      if (symbol > 16 || next + span > 65536)
        throw new CxrFileError('corrupt', 'a JPEG with a broken code table');
      table.fill(length * 256 + symbol, next, next + span);
    }
  }
  return table;
}

function readScan(segment: Uint8Array, { ids, precision }: Frame, tables: Map<number, CodeLengths>): Scan {
  if (segment.length < 4 + 2 * ids.length || segment[0] !== ids.length) {
    throw new CxrFileError('unsupported', 'a lossless JPEG with a scan for each component');
  }
  const used = ids.map((id, i) => {
    const table = tables.get(segment[2 + 2 * i]! >> 4);
    if (segment[1 + 2 * i] !== id || !table)
      throw new CxrFileError('corrupt', 'a JPEG with a broken scan header');
    return makeTable(table);
  });
  const predictor = segment[1 + 2 * ids.length]!;
  const pointTransform = segment[3 + 2 * ids.length]! & 15;
  if (predictor < 1 || predictor > 7 || pointTransform >= precision) {
    throw new CxrFileError('corrupt', `a lossless JPEG with predictor ${predictor}`);
  }
  return { tables: used, predictor, pointTransform };
}

function decodeScan(bytes: Uint8Array, frame: Frame, scan: Scan, restartInterval: number): StoredJpeg {
  const { width, height, precision, ids } = frame;
  const components = ids.length;
  const rowLength = width * components;
  // A sample takes at least one bit, so a small file cannot claim much memory.
  if (rowLength * height > 8 * bytes.length) throw cutOff();
  if (restartInterval % width !== 0) {
    throw new CxrFileError('unsupported', 'a lossless JPEG that restarts within a row');
  }
  const data = new Uint16Array(rowLength * height);
  const bits = new BitReader(bytes);
  const restartRows = restartInterval === 0 ? height : restartInterval / width;
  for (let y = 0; y < height; y++) {
    const fresh = y % restartRows === 0;
    if (fresh && y > 0) bits.restart();
    decodeRow(data, y * rowLength, rowLength, fresh, components, precision, scan, bits);
  }
  if (scan.pointTransform > 0)
    for (let i = 0; i < data.length; i++) data[i] = data[i]! << scan.pointTransform;
  return { width, height, components, precision, data };
}

/** Decodes a row. In a fresh one (the first, and after a restart) the row above is not used. */
function decodeRow(
  data: Uint16Array,
  start: number,
  rowLength: number,
  fresh: boolean,
  components: number,
  precision: number,
  { tables, predictor, pointTransform }: Scan,
  bits: BitReader,
): void {
  for (let i = 0, c = 0; i < rowLength; i++, c = c + 1 === components ? 0 : c + 1) {
    const at = start + i;
    let guess: number;
    if (i < components) guess = fresh ? 1 << (precision - pointTransform - 1) : data[at - rowLength]!;
    else if (fresh || predictor === 1) guess = data[at - components]!;
    else
      guess = predict(
        predictor,
        data[at - components]!,
        data[at - rowLength]!,
        data[at - rowLength - components]!,
      );
    // Stored modulo 2^16, which the typed array does.
    data[at] = guess + bits.difference(tables[c]!);
  }
}

/** Table H.1 of T.81. */
function predict(predictor: number, left: number, above: number, corner: number): number {
  if (predictor === 2) return above;
  if (predictor === 3) return corner;
  if (predictor === 4) return left + above - corner;
  if (predictor === 5) return left + ((above - corner) >> 1);
  if (predictor === 6) return above + ((left - corner) >> 1);
  return (left + above) >> 1;
}

class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  /** The next bits, the last `#count` ones of it. */
  #bits = 0;
  #count = 0;
  /** Zero bits added after the end. */
  #missing = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The next difference: a code for its size, then its bits (T.81, H.1.2.2). */
  difference(table: HuffmanTable): number {
    const entry = table[this.#peek16()]!;
    if (entry === 0) throw new CxrFileError('corrupt', 'a JPEG with a broken code');
    this.#drop(entry >> 8);
    const size = entry & 255;
    if (size === 0) return 0;
    if (size === 16) return 32768;
    const value = this.#peek16() >> (16 - size);
    this.#drop(size);
    return value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
  }

  /** Goes on after the restart marker. */
  restart(): void {
    this.#bits = 0;
    this.#count = 0;
    this.#missing = 0;
    const marker = this.#bytes[this.#at + 1];
    if (this.#bytes[this.#at] !== 0xff || marker === undefined || marker < 0xd0 || marker > 0xd7)
      throw cutOff();
    this.#at += 2;
  }

  #drop(bits: number): void {
    this.#count -= bits;
    if (this.#count < this.#missing) throw cutOff();
  }

  #peek16(): number {
    while (this.#count < 16) {
      const byte = this.#bytes[this.#at];
      let next = 0;
      if (byte === undefined || (byte === 0xff && this.#bytes[this.#at + 1] !== 0)) {
        // The end, or a marker: add zeros after the last code.
        this.#missing += 8;
      } else {
        next = byte;
        this.#at += byte === 0xff ? 2 : 1;
      }
      this.#bits = ((this.#bits << 8) | next) & 0xffffff;
      this.#count += 8;
    }
    return (this.#bits >> (this.#count - 16)) & 0xffff;
  }
}
