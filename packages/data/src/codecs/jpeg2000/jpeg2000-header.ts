import { CxrFileError } from '@cxr/image';
import { type Coding, codedBlocks, codedPackets, readCoding } from './jpeg2000-coding.js';

/** What a JPEG 2000 file declares, in its boxes (if it has any) and in the head of its codestream. */
export interface Jpeg2000Header {
  width: number;
  height: number;
  components: number;
  /** Bits a sample, the same in each component. */
  precision: number;
  signed: boolean;
  /** Enumerated colour space of the boxes: 16 sRGB, 17 grey, 18 sYCC, 12 CMYK; absent in a bare codestream. */
  colourSpace?: number;
  palette: boolean;
  /** Offset of the codestream, and of the byte after it. */
  start: number;
  end: number;
}

/** Start of codestream, then the marker of its size. */
const CODESTREAM = 0xff4fff51;
const SIGNATURE_BOX = 0x6a502020;
const TILE_PART = 0xff90;
const START_OF_DATA = 0xff93;
const END = 0xffd9;
const CODING_DEFAULT = 0xff52;
const CODING_COMPONENT = 0xff53;

/** Code-blocks that are decoded at all: of the usual 64 × 64 samples, 50 million pixels have 12,000. */
const MAX_BLOCKS = 1_000_000;

/** Whether these bytes start as a JPEG 2000 file does: with a codestream or with the boxes of JP2. */
export function isJpeg2000(bytes: Uint8Array): boolean {
  if (bytes.length < 12) return false;
  const view = viewOf(bytes);
  return view.getUint32(0) === CODESTREAM || view.getUint32(4) === SIGNATURE_BOX;
}

/**
 * Reads what a JPEG 2000 file declares (ITU-T T.800, annexes A and I).
 * @throws CxrFileError 'truncated', 'corrupt' or 'unsupported' (components of different sizes or depths).
 */
export function readJpeg2000Header(bytes: Uint8Array): Jpeg2000Header {
  if (!isJpeg2000(bytes)) throw new CxrFileError('corrupt', 'not the JPEG 2000 it should be');
  const view = viewOf(bytes);
  if (view.getUint32(0) === CODESTREAM) {
    return { ...readSize(view, 0, bytes.length), palette: false, start: 0, end: bytes.length };
  }
  const found = readBoxes(view);
  const { start, end, palette, colourSpace } = found;
  if (start === undefined || end === undefined) {
    throw new CxrFileError('truncated', 'a JPEG 2000 file without its codestream');
  }
  const size = readSize(view, start, end);
  return { ...size, palette, start, end, ...(colourSpace === undefined ? {} : { colourSpace }) };
}

interface Boxes {
  start?: number;
  end?: number;
  palette: boolean;
  colourSpace?: number;
}

/** Type and place of each box between two offsets. */
function* boxesIn(
  view: DataView,
  from: number,
  to: number,
): Generator<[type: string, at: number, end: number]> {
  for (let at = from; at + 8 <= to; ) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...[4, 5, 6, 7].map((i) => view.getUint8(at + i)));
    let head = 8;
    let size = length === 0 ? to - at : length;
    if (length === 1 && at + 16 <= to) {
      head = 16;
      size = Number(view.getBigUint64(at + 8));
    }
    if (size < head) throw new CxrFileError('corrupt', 'a JPEG 2000 file with a damaged box');
    if (at + size > to) throw new CxrFileError('truncated', 'the JPEG 2000 file is cut off');
    yield [type, at + head, at + size];
    at += size;
  }
}

function readBoxes(view: DataView): Boxes {
  const boxes: Boxes = { palette: false };
  for (const [type, at, end] of boxesIn(view, 0, view.byteLength)) {
    if (type === 'jp2h') {
      for (const [inner, from, to] of boxesIn(view, at, end)) {
        if (inner === 'pclr') boxes.palette = true;
        // Method 1 is an enumerated colour space; the first one counts.
        if (inner === 'colr' && to - from >= 7 && view.getUint8(from) === 1) {
          boxes.colourSpace ??= view.getUint32(from + 3);
        }
      }
    }
    if (type === 'jp2c') return { ...boxes, start: at, end };
  }
  return boxes;
}

type Size = Omit<Jpeg2000Header, 'palette' | 'start' | 'end' | 'colourSpace'>;

function readSize(view: DataView, start: number, end: number): Size {
  if (end - start < 45) throw new CxrFileError('truncated', 'a JPEG 2000 cut off in its header');
  if (view.getUint32(start) !== CODESTREAM) {
    throw new CxrFileError('corrupt', 'a JPEG 2000 whose codestream does not start with its size');
  }
  const width = view.getUint32(start + 8) - view.getUint32(start + 16);
  const height = view.getUint32(start + 12) - view.getUint32(start + 20);
  const components = view.getUint16(start + 40);
  if (width < 1 || height < 1 || components < 1) {
    throw new CxrFileError('corrupt', `a JPEG 2000 of ${width} × ${height} pixels, ${components} components`);
  }
  if (view.getUint16(start + 4) !== 38 + 3 * components) {
    throw new CxrFileError('corrupt', 'a JPEG 2000 with a damaged header');
  }
  if (start + 42 + 3 * components > end) {
    throw new CxrFileError('truncated', 'a JPEG 2000 cut off in its header');
  }
  const depth = view.getUint8(start + 42);
  for (let i = 0; i < components; i++) {
    const at = start + 42 + 3 * i;
    if (view.getUint8(at) !== depth || view.getUint8(at + 1) !== 1 || view.getUint8(at + 2) !== 1) {
      throw new CxrFileError('unsupported', 'a JPEG 2000 whose components differ in size or bits');
    }
  }
  return { width, height, components, precision: (depth & 127) + 1, signed: depth > 127 };
}

/**
 * Checks that a codestream is whole and that its parts are no more than its bytes can hold, so that a decoder does neither
 * fill in what is missing nor work on what is not there.
 * @throws CxrFileError 'truncated', 'corrupt' or 'unsupported'.
 */
export function checkCodestream(bytes: Uint8Array, header: Jpeg2000Header): void {
  const view = viewOf(bytes);
  const { start, end } = header;
  const tile = tilesOf(view, header);
  const { codings, firstTilePart } = readMainHeader(view, start, end);
  const seen = new Set<number>();
  for (let at = firstTilePart; ; ) {
    if (at + 2 <= end && view.getUint16(at) === END) break;
    // Some encoders leave the end marker out, and DICOM pads to an even length: other bytes were put in before.
    if (seen.size === tile.count && isPadding(bytes.subarray(at, end))) break;
    const part = readTilePart(view, at, end, codings);
    seen.add(part.tile);
    at = part.end;
  }
  if (seen.size < tile.count) {
    throw new CxrFileError('truncated', `a JPEG 2000 with ${seen.size} of its ${tile.count} tiles`);
  }
  // Each packet takes at least one byte.
  const packets = codings.map((coding) => codedPackets(coding, tile.width, tile.height));
  if (Math.min(...packets) * tile.full * header.components > end - start) {
    throw new CxrFileError('truncated', 'a JPEG 2000 of fewer bytes than its packets');
  }
  const blocks = Math.max(...codings.map((coding) => codedBlocks(coding, tile.width, tile.height)));
  const tooMany =
    Math.max(...packets) > 10 * (end - start) || blocks * tile.count * header.components > MAX_BLOCKS;
  if (tooMany) throw new CxrFileError('unsupported', 'a JPEG 2000 of very many small parts');
}

function isPadding(rest: Uint8Array): boolean {
  return rest.length < 12 && rest.every((byte) => byte === 0);
}

interface Tiles {
  count: number;
  /** Those that are not cut at the image's edge; at least one. */
  full: number;
  width: number;
  height: number;
}

function tilesOf(view: DataView, { start, width, height }: Jpeg2000Header): Tiles {
  const [right, bottom] = [view.getUint32(start + 8), view.getUint32(start + 12)];
  const [across, down] = [view.getUint32(start + 24), view.getUint32(start + 28)];
  const [left, top] = [view.getUint32(start + 32), view.getUint32(start + 36)];
  if (across === 0 || down === 0 || left > right || top > bottom) {
    throw new CxrFileError('corrupt', 'a JPEG 2000 with damaged tiles');
  }
  const count = Math.ceil((right - left) / across) * Math.ceil((bottom - top) / down);
  if (count > 65535) throw new CxrFileError('corrupt', `a JPEG 2000 of ${count} tiles`);
  const full = Math.max(1, Math.floor(width / across) - 1) * Math.max(1, Math.floor(height / down) - 1);
  return { count, full, width: Math.min(across, width), height: Math.min(down, height) };
}

function readMainHeader(
  view: DataView,
  start: number,
  end: number,
): { codings: Coding[]; firstTilePart: number } {
  const codings: Coding[] = [];
  let at = start + 2;
  for (;;) {
    const { marker, next } = readMarker(view, at, end, codings);
    if (marker === TILE_PART) break;
    at = next;
  }
  if (codings.length === 0)
    throw new CxrFileError('corrupt', 'a JPEG 2000 that does not say how it is coded');
  return { codings, firstTilePart: at };
}

/** A marker segment; one of coding is added to `codings`. */
function readMarker(
  view: DataView,
  at: number,
  end: number,
  codings: Coding[],
): { marker: number; next: number } {
  if (at + 4 > end) throw new CxrFileError('truncated', 'the JPEG 2000 is cut off');
  const marker = view.getUint16(at);
  const length = view.getUint16(at + 2);
  if (marker < 0xff4f || length < 2) throw new CxrFileError('corrupt', 'a JPEG 2000 with a damaged marker');
  const next = at + 2 + length;
  if (next > end) throw new CxrFileError('truncated', 'the JPEG 2000 is cut off');
  if (marker === CODING_DEFAULT || marker === CODING_COMPONENT) {
    if (codings.length > 10_000)
      throw new CxrFileError('unsupported', 'a JPEG 2000 of very many small parts');
    codings.push(readCoding(view, at + 4, next, marker === CODING_DEFAULT, codings[0]));
  }
  return { marker, next };
}

function readTilePart(
  view: DataView,
  start: number,
  end: number,
  codings: Coding[],
): { tile: number; end: number } {
  if (start + 2 <= end && view.getUint16(start) !== TILE_PART) {
    throw new CxrFileError('corrupt', 'a JPEG 2000 with no tile where one must be');
  }
  if (start + 12 > end) throw new CxrFileError('truncated', 'the JPEG 2000 is cut off');
  const length = view.getUint32(start + 6);
  // Without a length it goes to the end.
  const stop = length === 0 ? end - (view.getUint16(end - 2) === END ? 2 : 0) : start + length;
  if (stop > end) throw new CxrFileError('truncated', 'the JPEG 2000 is cut off');
  let at = start + 12;
  while (at + 2 <= stop && view.getUint16(at) !== START_OF_DATA)
    at = readMarker(view, at, stop, codings).next;
  if (at + 2 > stop) throw new CxrFileError('corrupt', 'a JPEG 2000 with a tile of no data');
  return { tile: view.getUint16(start + 4), end: stop };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
