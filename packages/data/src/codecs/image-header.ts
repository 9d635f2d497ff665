import { CxrFileError } from '@cxr/image';
import { checkBytes } from './check-bytes.js';
import { isDicom } from './dicom/dicom-elements.js';
import { JPEG_LS, readJpegSegments } from './jpeg-segments.js';
import { isJpeg2000, readJpeg2000Header } from './jpeg2000/jpeg2000-header.js';

/** Formats recognised by their first bytes, DICOM by those after its preamble. */
export type ImageFormat = 'png' | 'jpeg' | 'bmp' | 'pnm' | 'tiff' | 'webp' | 'jpeg2000' | 'jpegls' | 'dicom';

/** What a file's first bytes declare. Width and height for PNG, JPEG, WebP, JPEG 2000 and JPEG-LS, channels for all of these but WebP. */
export interface ImageHeader {
  format: ImageFormat;
  width?: number;
  height?: number;
  /** Stored colour components a pixel. */
  channels?: number;
}

/**
 * Recognises an image's format by its content, never by its name, and reads the declared size.
 * @throws CxrFileError 'empty', 'unsupported' (no image format we know), 'truncated' or 'corrupt'; TypeError unless `bytes` is
 * a Uint8Array.
 */
export function imageHeader(bytes: Uint8Array): ImageHeader {
  checkBytes(bytes);
  if (bytes.length === 0) throw new CxrFileError('empty', 'the file is empty');
  const format = sniffFormat(bytes);
  if (format === undefined) {
    const text = latin1(bytes.subarray(0, 16));
    const other = OTHER_FORMATS.find(([offset, start]) => text.startsWith(start, offset))?.[2];
    const what = other === undefined ? 'not an image of a known format' : `${other}, which cannot be decoded`;
    throw new CxrFileError('unsupported', what);
  }
  if (format === 'png') return pngHeader(bytes);
  if (format === 'jpeg') return jpegHeader(bytes);
  if (format === 'webp') return webpHeader(bytes);
  if (format === 'jpeg2000') {
    const { width, height, components } = readJpeg2000Header(bytes);
    return { format, width, height, channels: components };
  }
  return { format };
}

/** Formats that are recognised but not read, by the text at an offset: for the error. */
const OTHER_FORMATS: readonly [offset: number, text: string, name: string][] = [
  [0, 'GIF8', 'a GIF'],
  [4, 'JXL ', 'a JPEG XL image'],
  [0, '\xff\x0a', 'a JPEG XL image'],
  [4, 'ftypavi', 'an AVIF image'],
  [4, 'ftyphei', 'a HEIF image'],
  [4, 'ftypmif1', 'a HEIF image'],
  [0, 'P7\n', 'a PAM image'],
  [0, 'PF\n', 'a PFM image'],
  [0, 'Pf\n', 'a PFM image'],
  [0, '8BPS', 'a Photoshop image'],
  [0, '\0\0\x01\0', 'an icon'],
];

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function sniffFormat(bytes: Uint8Array): ImageFormat | undefined {
  // The preamble of a DICOM file may hold anything, such as the header of a TIFF for other readers (PS3.10, 7.1).
  if (isDicom(bytes)) return 'dicom';
  const text = latin1(bytes.subarray(0, 12));
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (text.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (text.startsWith('BM') && bytes.length >= 26) return 'bmp';
  if (/^P[1-6][\s#]/.test(text)) return 'pnm';
  if (/^(II[*+]\0|MM\0[*+])/.test(text)) return 'tiff';
  if (isJpeg2000(bytes)) return 'jpeg2000';
  if (text.startsWith('RIFF') && text.endsWith('WEBP')) return 'webp';
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

/** The first chunk holds the size: of a canvas, of a lossy or of a lossless image. */
function webpHeader(bytes: Uint8Array): ImageHeader {
  if (bytes.length < 30) throw new CxrFileError('truncated', 'a WebP cut off in its header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunk = latin1(bytes.subarray(12, 16));
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

function jpegHeader(bytes: Uint8Array): ImageHeader {
  const { frameMarker, width, height, components } = readJpegSegments(bytes);
  const format = frameMarker === JPEG_LS ? 'jpegls' : 'jpeg';
  return { format, width, height, channels: components.length };
}
