import type { DicomHeader, DicomWindow } from './dicom-header.js';
import { type LookupTable, lookUp } from './lookup-table.js';
import type { Samples } from './stored-samples.js';

/** What a stored number stands for. */
export type Meaning = (stored: number) => number;
/** How bright a value is shown: 0 black, 1 white. */
export type Shade = (value: number) => number;

/** Stored grey values by meaning and shade, black 0, white 255 or 65535; MONOCHROME1 is inverted. */
export function windowGrey(
  data: Samples,
  { bitsStored, signed, photometric }: DicomHeader,
  meaning: Meaning,
  shade: Shade,
): Uint8Array | Uint16Array {
  const out = bitsStored <= 8 ? new Uint8Array(data.length) : new Uint16Array(data.length);
  const white = bitsStored <= 8 ? 255 : 65535;
  const negative = signed ? 2 ** (bitsStored - 1) : Number.POSITIVE_INFINITY;
  const shown = (stored: number): number => {
    const bright = shade(meaning(stored >= negative ? stored - 2 ** bitsStored : stored));
    return Math.round(white * (photometric === 'MONOCHROME1' ? 1 - bright : bright));
  };
  if (bitsStored > 16) {
    for (let i = 0; i < data.length; i++) out[i] = shown(data[i]!);
    return out;
  }
  // Each value that can be stored is worked out once.
  const shades = Uint16Array.from({ length: 2 ** bitsStored }, (_, stored) => shown(stored));
  for (let i = 0; i < data.length; i++) out[i] = shades[data[i]!]!;
  return out;
}

/** The formulas of PS3.3, C.11.2.1.2 and C.11.2.1.3. */
export function windowShade({ centre, width, shape = 'LINEAR' }: DicomWindow): Shade {
  if (shape === 'SIGMOID') return (value) => 1 / (1 + Math.exp((-4 * (value - centre)) / width));
  const exact = shape === 'LINEAR_EXACT';
  const middle = exact ? centre : centre - 0.5;
  const span = exact ? width : width - 1;
  return (value) => {
    if (value <= middle - span / 2) return 0;
    if (value > middle + span / 2) return 1;
    return (value - middle) / span + 0.5;
  };
}

/** A table of values of interest (PS3.3, C.11.2.1.1). */
export function tableShade(table: LookupTable): Shade {
  return (value) => lookUp(table, value) / (2 ** table.bits - 1);
}
