import { CxrFileError } from '@cxr/image';
import { isDicom } from './dicom/dicom-elements.js';

/** Formats told apart by their first bytes, DICOM by those behind its preamble. */
export type ImageFormat = 'png' | 'jpeg' | 'bmp' | 'pnm' | 'tiff' | 'webp' | 'dicom';

/** What a file's first bytes declare. Width and height are there for PNG, JPEG and WebP, channels for the first two. */
export interface ImageHeader {
  format: ImageFormat;
  width?: number;
  height?: number;
  /** Stored colour components a pixel. */
  channels?: number;
}

/**
 * Tells an image's format by its content, never by its name, and reads the declared size.
 * @throws CxrFileError 'empty', 'unsupported' (no image format we know), 'truncated' or 'corrupt'.
 */
export function imageHeader(bytes: Uint8Array): ImageHeader {
  if (bytes.length === 0) throw new CxrFileError('empty', 'the file is empty');
  const format = sniffFormat(bytes);
  if (format === undefined) throw new CxrFileError('unsupported', 'not an image of a known format');
  if (format === 'png') return pngHeader(bytes);
  if (format === 'jpeg') return jpegHeader(bytes);
  if (format === 'webp') return webpHeader(bytes);
  return { format };
}

function sniffFormat(bytes: Uint8Array): ImageFormat | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, 12));
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (text.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (text.startsWith('BM') && bytes.length >= 26) return 'bmp';
  if (/^P[1-6][\s#]/.test(text)) return 'pnm';
  if (/^(II[*+]\0|MM\0[*+])/.test(text)) return 'tiff';
  if (text.startsWith('RIFF') && text.endsWith('WEBP')) return 'webp';
  if (isDicom(bytes)) return 'dicom';
  return undefined;
}

function pngHeader(bytes: Uint8Array): ImageHeader {
  if (bytes.length < 33) throw new CxrFileError('truncated', 'a PNG cut off in its header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(12) !== 0x49484452)
    throw new CxrFileError('corrupt', 'a PNG that does not start with IHDR');
  const channels = [1, 0, 3, 1, 2, 0, 4][view.getUint8(25)] || 0;
  return { format: 'png', width: view.getUint32(16), height: view.getUint32(20), channels };
}

/** The first chunk tells the size: of a canvas, or of an image with or without loss. */
function webpHeader(bytes: Uint8Array): ImageHeader {
  if (bytes.length < 30) throw new CxrFileError('truncated', 'a WebP cut off in its header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunk = String.fromCharCode(...bytes.subarray(12, 16));
  const three = (at: number): number => view.getUint16(at, true) + 65536 * view.getUint8(at + 2);
  if (chunk === 'VP8X') return { format: 'webp', width: three(24) + 1, height: three(27) + 1 };
  if (chunk === 'VP8 ') {
    return {
      format: 'webp',
      width: view.getUint16(26, true) & 16383,
      height: view.getUint16(28, true) & 16383,
    };
  }
  if (chunk !== 'VP8L') throw new CxrFileError('corrupt', 'a WebP without an image');
  const bits = view.getUint32(21, true);
  return { format: 'webp', width: (bits & 16383) + 1, height: ((bits >>> 14) & 16383) + 1 };
}

/** Walks the marker segments up to the first frame header. */
function jpegHeader(bytes: Uint8Array): ImageHeader {
  let at = 2;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) throw new CxrFileError('corrupt', 'a JPEG with no marker where one must be');
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++;
    } else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += 2;
    } else if (isFrameHeader(marker)) {
      if (at + 10 > bytes.length) break;
      const height = bytes[at + 5]! * 256 + bytes[at + 6]!;
      const width = bytes[at + 7]! * 256 + bytes[at + 8]!;
      return { format: 'jpeg', width, height, channels: bytes[at + 9]! };
    } else if (marker === 0xd9 || marker === 0xda) {
      throw new CxrFileError('corrupt', 'a JPEG without a frame header');
    } else {
      at += 2 + bytes[at + 2]! * 256 + bytes[at + 3]!;
    }
  }
  throw new CxrFileError('truncated', 'a JPEG cut off in its header');
}

/** Of a JPEG: SOF0 to SOF15, less DHT, JPG and DAC, which lie between them. */
export function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}
