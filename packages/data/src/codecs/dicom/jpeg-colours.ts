import type { JpegSegments } from '../jpeg-segments.js';
import type { Photometric } from './dicom-header.js';

/** Component ids that stand for colours: `RGB` and `rgb`. */
const RGB_IDS: readonly string[] = ['82,71,66', '114,103,98'];

/**
 * Whether a JPEG frame of three components holds RGB, not YCbCr, where no APP14 segment says so. As in pydicom: component ids
 * for colours overrule a photometric interpretation other than RGB, a JFIF segment overrules RGB, and else the interpretation
 * tells.
 */
export function holdsRgb({ components, hasJfif }: JpegSegments, photometric: Photometric): boolean {
  const hasRgbIds = RGB_IDS.includes(components.map(({ id }) => id).join());
  return photometric === 'RGB' ? !hasJfif : hasRgbIds;
}

/**
 * The JPEG with an APP14 segment that says how its colours are stored, as decoders cannot see what the file around it says;
 * a JFIF segment, which would overrule it, no longer counts.
 */
export function withColourTransform(jpeg: Uint8Array, rgb: boolean): Uint8Array {
  // Adobe's segment: its name, version 100, flags, and the transform (0 none, 1 YCbCr).
  const segment = [0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, rgb ? 0 : 1];
  const out = new Uint8Array(jpeg.length + segment.length);
  out.set(jpeg.subarray(0, 2));
  out.set(segment, 2);
  out.set(jpeg.subarray(2), 2 + segment.length);
  if (rgb) hideJfif(out, 2 + segment.length);
  return out;
}

/** Makes the APP0 segments from `at` on, up to the frame header, ones of no known kind. */
function hideJfif(jpeg: Uint8Array, start: number): void {
  for (let at = start; at + 4 < jpeg.length && jpeg[at] === 0xff; ) {
    const marker = jpeg[at + 1]!;
    if (marker === 0xff) at++;
    else if (marker < 0xe0 && marker !== 0xdb && marker !== 0xc4 && marker !== 0xdd) return;
    else {
      if (marker === 0xe0) jpeg[at + 4] = 0;
      at += 2 + jpeg[at + 2]! * 256 + jpeg[at + 3]!;
    }
  }
}
