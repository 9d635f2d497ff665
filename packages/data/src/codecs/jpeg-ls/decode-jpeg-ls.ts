import { CxrFileError, checkPixels } from '@cxr/image';
import type { StoredJpeg } from '../stored-jpeg.js';
import { decodeScan } from './decode-scan.js';
import { type Presets, scanParameters } from './jpeg-ls-parameters.js';

interface Frame {
  width: number;
  height: number;
  precision: number;
  /** Their identifiers, in order. */
  ids: number[];
}

interface Scan {
  /** Which of the frame's components. */
  components: number[];
  near: number;
  interleave: 'lines' | 'samples';
}

const FRAME = 0xf7;
const PRESETS = 0xf8;
const SCAN = 0xda;

/**
 * Decodes JPEG-LS, lossless and near-lossless (ITU-T T.87). Our own: CharLS, of which npm has a build, takes 15 seconds to
 * see that a file is cut off.
 * @throws CxrFileError 'unsupported', 'too-large', 'truncated' or 'corrupt'.
 */
export function decodeJpegLs(bytes: Uint8Array, maxPixels: number): StoredJpeg {
  let frame: Frame | undefined;
  let presets: Presets | undefined;
  let data = new Uint16Array(0);
  const missing = new Set<number>();
  for (let at = 2; ; ) {
    const { marker, segment, next } = readSegment(bytes, at);
    at = next;
    if (marker === FRAME) {
      if (frame) throw damaged();
      frame = readFrame(segment, maxPixels);
      data = new Uint16Array(frame.width * frame.height * frame.ids.length);
      for (let i = 0; i < frame.ids.length; i++) missing.add(i);
    } else if (marker === PRESETS) presets = readPresets(segment);
    else if (marker === SCAN) {
      if (!frame) throw damaged();
      const scan = readScan(segment, frame);
      const end = endOfScan(bytes, at);
      fill(data, bytes.subarray(at, end), frame, scan, presets);
      at = end;
      for (const component of scan.components) if (!missing.delete(component)) throw damaged();
      const { width, height, precision, ids } = frame;
      if (missing.size === 0) return { width, height, precision, components: ids.length, data };
    } else checkOther(marker, segment);
  }
}

function damaged(): CxrFileError {
  return new CxrFileError('corrupt', 'a JPEG-LS with a damaged header');
}

function cutOff(): CxrFileError {
  return new CxrFileError('truncated', 'the JPEG-LS is cut off');
}

function readSegment(bytes: Uint8Array, at: number): { marker: number; segment: Uint8Array; next: number } {
  while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++;
  if (at + 4 > bytes.length) throw cutOff();
  if (bytes[at] !== 0xff) throw damaged();
  const length = bytes[at + 2]! * 256 + bytes[at + 3]!;
  const next = at + 2 + length;
  if (length < 2) throw damaged();
  if (next > bytes.length) throw cutOff();
  return { marker: bytes[at + 1]!, segment: bytes.subarray(at + 4, next), next };
}

function checkOther(marker: number, segment: Uint8Array): void {
  const text = String.fromCharCode(...segment.subarray(0, 5));
  const what =
    marker === 0xe8 && text.startsWith('mrfx') && text !== 'mrfx\0'
      ? 'a JPEG-LS with a colour transform of HP'
      : marker === 0xdd
        ? 'a JPEG-LS with restart markers'
        : marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xcc
          ? 'a JPEG that is not JPEG-LS'
          : undefined;
  if (what !== undefined) throw new CxrFileError('unsupported', what);
}

function readFrame(segment: Uint8Array, maxPixels: number): Frame {
  if (segment.length < 6 || segment.length !== 6 + 3 * segment[5]!) throw damaged();
  const [precision, h1, h0, w1, w0, components] = segment as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const height = h1 * 256 + h0;
  const width = w1 * 256 + w0;
  if (height === 0 || width === 0) throw new CxrFileError('unsupported', 'a JPEG-LS without its size');
  checkPixels('JPEG-LS', width, height, maxPixels);
  if (precision < 2 || precision > 16) throw new CxrFileError('corrupt', `a JPEG-LS of ${precision} bits`);
  if (components !== 1 && components !== 3) {
    throw new CxrFileError('unsupported', `a JPEG-LS with ${components} components (1 or 3)`);
  }
  const ids: number[] = [];
  for (let i = 6; i < segment.length; i += 3) {
    if (segment[i + 1] !== 0x11) {
      throw new CxrFileError('unsupported', 'a JPEG-LS whose components differ in size');
    }
    ids.push(segment[i]!);
  }
  return { width, height, precision, ids };
}

function readPresets(segment: Uint8Array): Presets {
  if (segment[0] !== 1) throw new CxrFileError('unsupported', 'a JPEG-LS with a table of values');
  if (segment.length !== 11) throw damaged();
  const [maxValue, t1, t2, t3, reset] = [1, 3, 5, 7, 9].map((i) => segment[i]! * 256 + segment[i + 1]!);
  return { maxValue: maxValue!, thresholds: [t1!, t2!, t3!], reset: reset! };
}

function readScan(segment: Uint8Array, { ids }: Frame): Scan {
  const count = segment[0] ?? 0;
  if (count < 1 || segment.length !== 4 + 2 * count) throw damaged();
  const components = Array.from({ length: count }, (_, i) => ids.indexOf(segment[1 + 2 * i]!));
  for (let i = 0; i < count; i++) {
    if (segment[2 + 2 * i] !== 0) throw new CxrFileError('unsupported', 'a JPEG-LS with a table of values');
  }
  const [near, interleave, transform] = segment.subarray(1 + 2 * count) as unknown as [
    number,
    number,
    number,
  ];
  if (components.includes(-1) || interleave > 2 || (interleave === 0 && count > 1)) throw damaged();
  if (transform !== 0) throw new CxrFileError('unsupported', 'a JPEG-LS with a point transform');
  return { components, near, interleave: interleave === 2 ? 'samples' : 'lines' };
}

/** Where the next marker is: of a 0xFF in the data, the byte after it is below 128. */
function endOfScan(bytes: Uint8Array, start: number): number {
  for (let at = start; ; at++) {
    at = bytes.indexOf(0xff, at);
    if (at < 0) return bytes.length;
    if ((bytes[at + 1] ?? 255) >= 128) return at;
  }
}

function fill(
  data: Uint16Array,
  bytes: Uint8Array,
  { width, height, precision, ids }: Frame,
  { components, near, interleave }: Scan,
  presets: Presets | undefined,
): void {
  const shape = { width, height, components: components.length, interleave };
  decodeScan(bytes, shape, scanParameters(precision, near, presets), (row, i, y) => {
    let to = y * width * ids.length + components[i]!;
    for (let x = 1; x <= width; x++, to += ids.length) data[to] = row[x]!;
  });
}
