import { CxrFileError } from '@cxr/image';
import type { DicomElements } from './dicom-elements.js';
import type { DicomHeader } from './dicom-header.js';
import { type LookupTable, lookUp, lookupTable, segmentedTable } from './lookup-table.js';

type Samples = Uint8Array | Uint16Array;

/**
 * Stored samples `[height, width, 3]` as RGB over the full range of their depth. Whether they are RGB already is decided by
 * `rgb`, else by the photometric interpretation.
 */
export function toColours(
  data: Samples,
  { bitsStored, photometric }: DicomHeader,
  rgb: boolean = photometric === 'RGB',
): Samples {
  const max = 2 ** bitsStored - 1;
  const white = data instanceof Uint8Array ? 255 : 65535;
  if (max !== white) for (let i = 0; i < data.length; i++) data[i] = Math.round((data[i]! / max) * white);
  if (rgb) return data;
  return fromYbr(data, white);
}

/** PS3.3, C.7.6.3.1.2, the other way about. */
function fromYbr(data: Samples, white: number): Samples {
  const middle = (white + 1) / 2;
  const clip = (value: number): number => Math.max(0, Math.min(white, Math.round(value)));
  for (let i = 0; i < data.length; i += 3) {
    const y = data[i]!;
    const blue = data[i + 1]! - middle;
    const red = data[i + 2]! - middle;
    data[i] = clip(y + 1.402 * red);
    data[i + 1] = clip(y - 0.344136 * blue - 0.714136 * red);
    data[i + 2] = clip(y + 1.772 * blue);
  }
  return data;
}

const COLOURS = [0, 1, 2];

/** Stored indices as RGB by the file's palette (PS3.3, C.7.6.3.1.5), of 8 or 16 bits as the palette's entries are. */
export function toColoursByPalette(elements: DicomElements, data: Samples): Samples {
  const palettes = COLOURS.map((colour) => paletteOf(elements, colour));
  const out = palettes[0]!.bits === 8 ? new Uint8Array(3 * data.length) : new Uint16Array(3 * data.length);
  for (const colour of COLOURS) {
    const palette = palettes[colour]!;
    for (let i = 0; i < data.length; i++) out[3 * i + colour] = lookUp(palette, data[i]!);
  }
  return out;
}

function paletteOf(elements: DicomElements, colour: number): LookupTable {
  const palette =
    lookupTable(elements, 0x00281101 + colour, 0x00281201 + colour, false) ??
    segmentedTable(elements, 0x00281101 + colour, 0x00281221 + colour);
  if (palette?.bits === 8 || palette?.bits === 16) return palette;
  throw new CxrFileError('unsupported', 'a DICOM image whose palette is missing');
}
