import { CxrFileError } from '@cxr/image';
import type { DicomElements, Tag } from './dicom-elements.js';
import { expandSegments } from './segmented-palette.js';

/** A table of a file: from whole numbers to `values` of `bits` bits. */
export interface LookupTable {
  bits: number;
  /** The number that the first value is for; smaller ones get it, too, as larger ones get the last. */
  first: number;
  values: Uint8Array | Uint16Array;
}

const DESCRIPTOR = 0x00283002;
const DATA = 0x00283006;

/**
 * The table in the first item of a sequence, of modality (0028,3000) or of values of interest (0028,3010), if there is one
 * (PS3.3, C.11.1.1 and C.11.2.1.1).
 * @throws CxrFileError 'corrupt'.
 */
export function tableInSequence(
  elements: DicomElements,
  sequence: Tag,
  signed: boolean,
): LookupTable | undefined {
  const item = elements.firstItem(sequence);
  if (!item) return undefined;
  const table = lookupTable(item, DESCRIPTOR, DATA, signed);
  if (!table) throw new CxrFileError('corrupt', 'a DICOM table without its values');
  return table;
}

/**
 * The table of these elements, if they are there: a descriptor (how many values, for which number the first one is, of how
 * many bits) and the values.
 * @throws CxrFileError 'corrupt'.
 */
export function lookupTable(
  elements: DicomElements,
  descriptor: Tag,
  data: Tag,
  signed: boolean,
): LookupTable | undefined {
  const content = elements.value(data);
  const bits = elements.short(descriptor, 2);
  if (!content || bits === undefined) return undefined;
  if (bits !== 8 && !(bits >= 10 && bits <= 16)) {
    throw new CxrFileError('corrupt', `a DICOM table of ${bits} bits`);
  }
  // 65536 entries do not fit into the 16 bits of this number: 0 stands for them.
  const count = elements.short(descriptor, 0) || 65536;
  // Values of 8 bits are written with one byte or two bytes each.
  const wide = content.length >= 2 * count;
  if (!wide && (bits > 8 || content.length < count)) {
    throw new CxrFileError('corrupt', 'a DICOM table that is too short');
  }
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const values = bits === 8 ? new Uint8Array(count) : new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    values[i] = wide ? view.getUint16(2 * i, elements.littleEndian) : content[i]!;
  }
  const first = elements.short(descriptor, 1) ?? 0;
  // Without a representation of its own (implicit VR), it is signed as the pixels are.
  const negative = (elements.representation(descriptor) ?? (signed ? 'SS' : 'US')) === 'SS' && first >= 32768;
  return { bits, first: negative ? first - 65536 : first, values };
}

/**
 * As `lookupTable`, of a palette whose values are written in segments.
 * @throws CxrFileError 'corrupt'.
 */
export function segmentedTable(elements: DicomElements, descriptor: Tag, data: Tag): LookupTable | undefined {
  const content = elements.value(data);
  const bits = elements.short(descriptor, 2);
  if (!content || (bits !== 8 && bits !== 16)) return undefined;
  const count = elements.short(descriptor, 0) || 65536;
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const words =
    bits === 8
      ? content
      : Uint16Array.from({ length: content.length >> 1 }, (_, i) =>
          view.getUint16(2 * i, elements.littleEndian),
        );
  const values = expandSegments(words, bits, count);
  const first = elements.short(descriptor, 1) ?? 0;
  return { bits, first, values: bits === 8 ? Uint8Array.from(values) : Uint16Array.from(values) };
}

/** What a table has for a number; of what is no whole number, the fraction is left out, as pydicom does. */
export function lookUp({ first, values }: LookupTable, number: number): number {
  return values[Math.max(0, Math.min(values.length - 1, Math.trunc(number - first)))]!;
}
