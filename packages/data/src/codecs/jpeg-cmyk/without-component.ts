import { CxrFileError } from '@cxr/image';
import { isFrameHeader, type JpegComponent, type JpegSegments, jpegSegments } from '../jpeg-segments.js';
import { type HuffmanCodes, type HuffmanTable, huffmanTable, readHuffmanCodes } from './huffman-table.js';
import { ScanReader, ScanWriter } from './scan-bits.js';

/** The JPEG that is read, what its segments have said so far, and the JPEG that is written. */
interface Copy {
  bytes: Uint8Array;
  frame: JpegSegments;
  dropped: JpegComponent;
  /** Units that a scan of several components consists of. */
  mcus: number;
  codes: HuffmanCodes;
  /** Units from one restart marker to the next; 0 without. */
  interval: number;
  out: ScanWriter;
}

/** A component in a scan. */
interface Member {
  component: JpegComponent;
  /** Numbers of its tables: 16 × DC + AC. */
  tables: number;
}

/** JFIF's and Adobe's segments: by them decoders choose the colours. */
const COLOUR_NOTES = [0xe0, 0xee];

/**
 * The same JPEG without one of its components. The others keep their bits, since a component's blocks are coded without regard to
 * those of another; so a decoder that reads three components gives the samples that it would give if it read four.
 * @param dropped index in the frame
 * @param transform Adobe's, of the three others: 0 none, 1 YCbCr
 * @throws CxrFileError 'corrupt'; 'unsupported' if the others would have another size without it.
 */
export function withoutComponent(
  bytes: Uint8Array,
  frame: JpegSegments,
  dropped: number,
  transform: 0 | 1,
): Uint8Array {
  const out = new ScanWriter(bytes.length + 64);
  const copy: Copy = {
    bytes,
    frame,
    dropped: frame.components[dropped]!,
    mcus: mcusOf(frame, dropped),
    codes: new Map(),
    interval: 0,
    out,
  };
  const adobe = [0xff, 0xee, 0, 14, ...new TextEncoder().encode('Adobe'), 0, 100, 0, 0, 0, 0, transform];
  out.add([0xff, 0xd8, ...adobe]);
  for (let at = 2; at >= 0; ) {
    const scan = copySegments(copy, at);
    at = scan < 0 ? scan : copyScan(copy, scan);
  }
  out.add([0xff, 0xd9]);
  return out.written();
}

function mcusOf({ components, width, height }: JpegSegments, dropped: number): number {
  const kept = components.filter((_, i) => i !== dropped);
  const max = (of: readonly JpegComponent[], key: 'across' | 'down'): number =>
    Math.max(...of.map((component) => component[key]));
  const factors = components.flatMap(({ across, down }) => [across, down]);
  if (factors.some((factor) => factor < 1 || factor > 4))
    throw new CxrFileError('corrupt', 'a JPEG with broken sampling factors');
  const across = max(components, 'across');
  const down = max(components, 'down');
  if (max(kept, 'across') !== across || max(kept, 'down') !== down)
    throw new CxrFileError('unsupported', 'a JPEG of four components, one of them larger than the others');
  return Math.ceil(width / (8 * across)) * Math.ceil(height / (8 * down));
}

/** Copies the segments before a scan. Gives the scan's offset; −1 where there is no further one. */
function copySegments(copy: Copy, from: number): number {
  const { bytes, frame, dropped, out } = copy;
  for (const { marker, start, end } of jpegSegments(bytes, from)) {
    if (marker === 0xda) return start;
    if (marker === 0xd9) return -1;
    const segment = bytes.subarray(start, end);
    if (marker === 0xc4) readHuffmanCodes(segment.subarray(4), copy.codes);
    if (marker === 0xdd) copy.interval = 256 * (segment[4] ?? 0) + (segment[5] ?? 0);
    if (isFrameHeader(marker)) out.add(smallerFrame(segment, frame.components.indexOf(dropped)));
    else if (!COLOUR_NOTES.includes(marker)) out.add(segment);
  }
  return -1;
}

/** A frame header without one of its components: marker, length, precision, size, count, three bytes for each. */
function smallerFrame(segment: Uint8Array, index: number): number[] {
  const entry = 10 + 3 * index;
  const smaller = [...segment.subarray(0, entry), ...segment.subarray(entry + 3)];
  smaller[3]! -= 3;
  smaller[9]! -= 1;
  return smaller;
}

/** Copies a scan that starts at this offset. Gives the offset of the segment after it. */
function copyScan(copy: Copy, start: number): number {
  const { bytes, frame, dropped, out } = copy;
  const count = bytes[start + 4]!;
  const data = start + 2 + 256 * bytes[start + 2]! + bytes[start + 3]!;
  const end = scanEnd(bytes, data);
  const members = Array.from({ length: count }, (_, i): Member => {
    const component = frame.components.find(({ id }) => id === bytes[start + 5 + 2 * i]);
    if (!component) throw new CxrFileError('corrupt', 'a JPEG with a scan of an unknown component');
    return { component, tables: bytes[start + 6 + 2 * i]! };
  });
  const kept = members.filter(({ component }) => component !== dropped);
  if (kept.length === 0) return end;
  // First and last coefficient, and the bits that earlier scans and this one leave to later ones.
  const spectrum = bytes.subarray(start + 5 + 2 * count, start + 8 + 2 * count);
  const entries = kept.flatMap(({ component, tables }) => [component.id, tables]);
  out.add([0xff, 0xda, 0, 6 + entries.length, kept.length, ...entries, ...spectrum]);
  if (kept.length === members.length) out.add(bytes.subarray(data, end));
  else copyBlocks(copy, data, members, spectrum);
  return end;
}

/** Offset of the first marker after a scan's data, other than the restarts within. */
function scanEnd(bytes: Uint8Array, data: number): number {
  for (let at = bytes.indexOf(0xff, data); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1] ?? 0;
    if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return bytes.length;
}

/** Copies one block's bits, to nowhere if `out` is undefined. */
type CopyBlock = (reader: ScanReader, out: ScanWriter | undefined) => void;

/** Copies what is kept of a scan of several components: units of some blocks of each, in turn (T.81, A.2.3). */
function copyBlocks(copy: Copy, data: number, members: readonly Member[], spectrum: Uint8Array): void {
  const { bytes, frame, dropped, mcus, interval, out } = copy;
  const whole = frame.components.every(({ across, down }) => across === 1 && down === 1);
  // What is left alone in its scan is coded by rows, not by units.
  if (members.length === 2 && !whole)
    throw new CxrFileError('unsupported', 'a JPEG of four components with two of several sizes in a scan');
  const parts = members.map(({ component, tables }) => ({
    blocks: component.across * component.down,
    copyBlock: blockCopier(copy, tables, spectrum),
    out: component === dropped ? undefined : out,
  }));
  const reader = new ScanReader(bytes, data);
  for (let mcu = 0; mcu < mcus; mcu++) {
    if (interval > 0 && mcu > 0 && mcu % interval === 0) {
      const marker = 0xd0 + ((mcu / interval - 1) % 8);
      reader.restart(marker);
      out.add([0xff, marker]);
    }
    for (const part of parts) for (let i = 0; i < part.blocks; i++) part.copyBlock(reader, part.out);
  }
}

function blockCopier({ frame, codes }: Copy, tables: number, spectrum: Uint8Array): CopyBlock {
  const [, , bits = 0] = spectrum;
  const progressive = frame.frameMarker === 0xc2;
  if (progressive && (spectrum[0] !== 0 || spectrum[1] !== 0))
    throw new CxrFileError('corrupt', 'a progressive JPEG with several components in a scan');
  // A later scan adds one bit to the mean of each block.
  if (progressive && bits >> 4 > 0) return (reader, out) => copyBits(reader, out, 1);
  const dc = huffmanTable(codes, tables >> 4);
  const copyMean: CopyBlock = (reader, out) => copyBits(reader, out, copySymbol(reader, out, dc));
  if (progressive) return copyMean;
  const ac = huffmanTable(codes, 16 + (tables & 15));
  return (reader, out) => {
    copyMean(reader, out);
    for (let k = 1; k < 64; k++) {
      const symbol = copySymbol(reader, out, ac);
      const zeros = symbol >> 4;
      const length = symbol & 15;
      if (length === 0 && zeros < 15) break;
      copyBits(reader, out, length);
      k += zeros;
    }
  };
}

function copySymbol(reader: ScanReader, out: ScanWriter | undefined, table: HuffmanTable): number {
  const bits = reader.peek();
  const entry = table[bits]!;
  const length = entry >> 8;
  if (length === 0) throw new CxrFileError('corrupt', 'a JPEG with a broken code');
  reader.skip(length);
  out?.bits(bits >> (16 - length), length);
  return entry & 255;
}

function copyBits(reader: ScanReader, out: ScanWriter | undefined, length: number): void {
  if (length === 0) return;
  if (length > 16) throw new CxrFileError('corrupt', 'a JPEG with a broken code');
  const bits = reader.peek();
  reader.skip(length);
  out?.bits(bits >> (16 - length), length);
}
