import { CxrFileError } from '@cxr/image';

/** What a JPEG declares before its first scan. */
export interface JpegSegments {
  /** SOF0 to SOF15, or JPEG-LS's 0xf7. */
  frameMarker: number;
  /** Bits a sample. */
  precision: number;
  width: number;
  height: number;
  components: readonly JpegComponent[];
  /** The transform that Adobe's APP14 names: 0 none, 1 YCbCr, 2 YCCK; undefined without that segment. */
  adobeTransform: number | undefined;
  hasJfif: boolean;
  /** Offset of the first start of a scan; −1 where there is none. */
  scan: number;
}

export interface JpegComponent {
  id: number;
  /** Sampling factors. */
  across: number;
  down: number;
}

/** Of JPEG-LS (ITU-T T.87). */
export const JPEG_LS = 0xf7;

/** SOF0 to SOF15, less DHT, JPG and DAC, which lie between them; and JPEG-LS's. */
export function isFrameHeader(marker: number): boolean {
  if (marker === JPEG_LS) return true;
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** Whether a marker stands alone, without a length: TEM, RST0 to RST7 and SOI; and 0, which makes 0xff a mere byte. */
function standsAlone(marker: number): boolean {
  return marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd8);
}

/** A marker and, unless it stands alone, its length and content. */
interface JpegSegment {
  marker: number;
  /** Offset of the marker, and of what follows the segment. */
  start: number;
  end: number;
}

/**
 * The segments up to the first scan or the end of the image, and then that marker with all the bytes after it (ITU-T T.81, annex B).
 * @param from where they begin. @default 2, after the start of the image
 */
export function* jpegSegments(bytes: Uint8Array, from = 2): Generator<JpegSegment, void, void> {
  for (let at = from; at + 4 <= bytes.length; ) {
    const marker = bytes[at + 1]!;
    // libjpeg, and so Pillow, skips bytes between segments that belong to none.
    if (bytes[at] !== 0xff || marker === 0xff) {
      at++;
      continue;
    }
    const last = marker === 0xda || marker === 0xd9;
    const length = standsAlone(marker) ? 0 : bytes[at + 2]! * 256 + bytes[at + 3]!;
    const end = last ? bytes.length : at + 2 + length;
    yield { marker, start: at, end };
    at = end;
  }
}

/**
 * What the marker segments up to the first scan say.
 * @throws CxrFileError 'truncated' where the file ends before a frame header; 'corrupt'.
 */
export function readJpegSegments(bytes: Uint8Array): JpegSegments {
  let frame: Omit<JpegSegments, 'adobeTransform' | 'hasJfif' | 'scan'> | undefined;
  let adobeTransform: number | undefined;
  let hasJfif = false;
  let scan = -1;
  for (const { marker, start, end } of jpegSegments(bytes)) {
    if (marker === 0xda || marker === 0xd9) {
      if (!frame) throw new CxrFileError('corrupt', 'a JPEG without a frame header');
      if (marker === 0xda) scan = start;
      break;
    }
    const segment = bytes.subarray(start + 4, end);
    if (isFrameHeader(marker)) frame = readFrame(marker, segment);
    else if (marker === 0xe0) hasJfif ||= startsWith(segment, 'JFIF');
    else if (marker === 0xee && startsWith(segment, 'Adobe')) adobeTransform = segment[11];
  }
  if (!frame) throw new CxrFileError('truncated', 'a JPEG cut off in its header');
  return { ...frame, adobeTransform, hasJfif, scan };
}

function readFrame(
  marker: number,
  segment: Uint8Array,
): Pick<JpegSegments, 'frameMarker' | 'precision' | 'width' | 'height' | 'components'> {
  if (segment.length < 6) throw new CxrFileError('truncated', 'a JPEG cut off in its header');
  const [precision, h1, h0, w1, w0, count] = segment as unknown as number[];
  const components = Array.from({ length: count! }, (_, i) => {
    const factors = segment[7 + 3 * i] ?? 0;
    return { id: segment[6 + 3 * i] ?? 0, across: factors >> 4, down: factors & 15 };
  });
  return {
    frameMarker: marker,
    precision: precision!,
    width: w1! * 256 + w0!,
    height: h1! * 256 + h0!,
    components,
  };
}

function startsWith(segment: Uint8Array, text: string): boolean {
  return [...text].every((letter, i) => segment[i] === letter.charCodeAt(0));
}

/** The scans of a JPEG from its first one on, and whether its end is marked. */
export function countScans(bytes: Uint8Array, first: number): { scans: number; ended: boolean } {
  let scans = 0;
  for (let at = bytes.indexOf(0xff, first); at >= 0; at = bytes.indexOf(0xff, at)) {
    const marker = bytes[at + 1];
    if (marker === 0xd9) return { scans, ended: true };
    if (marker === 0xda) scans++;
    // A fill byte may be the first of the next marker. Tables and notes between scans hold any bytes.
    const isSegment = marker !== undefined && marker >= 0xc0 && !standsAlone(marker) && marker !== 0xff;
    if (marker === 0xff) at++;
    else at += isSegment ? 2 + (bytes[at + 2] ?? 0) * 256 + (bytes[at + 3] ?? 0) : 2;
  }
  return { scans, ended: false };
}
