import type { ImageFormat } from './image-header.js';
import { readTags } from './tiff/read-tags.js';

/** Tag of the orientation, in TIFF and EXIF. */
const ORIENTATION = 274;

/**
 * The orientation that a JPEG's, PNG's or WebP's EXIF data names, 1 to 8 (which corner the first pixel is shown in); 1 for files without, for
 * damaged EXIF data, and for other formats.
 */
export function exifOrientation(bytes: Uint8Array, format: ImageFormat): number {
  const exif = FIND[format]?.(bytes);
  if (!exif || !/^(II|MM)$/.test(textAt(exif, 0, 2))) return 1;
  try {
    const orientation = readTags(exif).first(ORIENTATION) ?? 1;
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
  } catch {
    // What is broken beside the picture does not keep it from being shown.
    return 1;
  }
}

type Finder = (bytes: Uint8Array) => Uint8Array | undefined;

/** Where each format keeps its EXIF data, a TIFF without images. */
const FIND: Partial<Record<ImageFormat, Finder>> = { jpeg: inJpeg, png: inPng, webp: inWebp };

/** The first APP1 segment that begins with `Exif`. */
function inJpeg(bytes: Uint8Array): Uint8Array | undefined {
  for (let at = 2; at + 4 <= bytes.length; ) {
    const marker = bytes[at + 1]!;
    if (bytes[at] !== 0xff || marker === 0xff) {
      at++;
      continue;
    }
    if (marker === 0xda || marker === 0xd9) return undefined;
    const alone = marker <= 1 || (marker >= 0xd0 && marker <= 0xd8);
    const end = at + 2 + (alone ? 0 : bytes[at + 2]! * 256 + bytes[at + 3]!);
    if (marker === 0xe1 && textAt(bytes, at + 4, 6) === 'Exif\0\0') return bytes.subarray(at + 10, end);
    at = Math.max(end, at + 2);
  }
  return undefined;
}

/** The chunk eXIf. */
function inPng(bytes: Uint8Array): Uint8Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    if (textAt(bytes, at + 4, 4) === 'eXIf') return bytes.subarray(at + 8, at + 8 + view.getUint32(at));
  }
  return undefined;
}

/** The chunk EXIF, which some writers begin as in a JPEG. */
function inWebp(bytes: Uint8Array): Uint8Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 12; at + 8 <= bytes.length; ) {
    const length = view.getUint32(at + 4, true);
    const start = at + 8;
    if (textAt(bytes, at, 4) === 'EXIF') {
      const from = textAt(bytes, start, 6) === 'Exif\0\0' ? start + 6 : start;
      return bytes.subarray(from, start + length);
    }
    at = start + length + (length & 1);
  }
  return undefined;
}

function textAt(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}
