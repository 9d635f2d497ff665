import type { DicomHeader, DicomWindow } from './dicom-header.js';

/** Stored grey values through slope, intercept and window, black 0, white 255 or 65535; MONOCHROME1 is inverted. */
export function windowGrey(
  data: Uint8Array | Uint16Array,
  { bitsStored, signed, slope, intercept, photometric }: DicomHeader,
  window: DicomWindow,
): Uint8Array | Uint16Array {
  const out = bitsStored <= 8 ? new Uint8Array(data.length) : new Uint16Array(data.length);
  const white = bitsStored <= 8 ? 255 : 65535;
  // Each value that can be stored is worked out once.
  const shades = new Uint16Array(2 ** bitsStored);
  const negative = signed ? 2 ** (bitsStored - 1) : Number.POSITIVE_INFINITY;
  for (let stored = 0; stored < shades.length; stored++) {
    const value = (stored >= negative ? stored - shades.length : stored) * slope + intercept;
    const shade = shadeOf(value, window);
    shades[stored] = Math.round(white * (photometric === 'MONOCHROME1' ? 1 - shade : shade));
  }
  for (let i = 0; i < data.length; i++) out[i] = shades[data[i]!]!;
  return out;
}

/** 0 (black) to 1 (white), by the formulas of PS3.3, C.11.2.1.2 and C.11.2.1.3. */
function shadeOf(value: number, { centre, width, shape = 'LINEAR' }: DicomWindow): number {
  if (shape === 'SIGMOID') return 1 / (1 + Math.exp((-4 * (value - centre)) / width));
  const exact = shape === 'LINEAR_EXACT';
  const middle = exact ? centre : centre - 0.5;
  const span = exact ? width : width - 1;
  if (value <= middle - span / 2) return 0;
  if (value > middle + span / 2) return 1;
  return (value - middle) / span + 0.5;
}
