import { CxrFileError } from '@cxr/image';
import type { DicomElements } from './dicom-elements.js';

/** (7FE0,0001) and (7FE0,0002): the extended offset table and its lengths, 8 bytes each. */
const OFFSETS = 0x7fe00001;
const LENGTHS = 0x7fe00002;

/** Bytes of an item's tag and length, before a fragment. */
const ITEM_HEADER = 8;

/**
 * One frame's compressed bytes (PS3.5, A.4): where the extended offset table says, else the fragments from its offset in the
 * basic table up to the next frame's, else one fragment a frame or all of an only frame; else, as pydicom does, a frame ends
 * with the fragment in which a JPEG ends.
 * @throws CxrFileError 'truncated' or 'corrupt'.
 */
export function frameBytes(elements: DicomElements, frames: number, frame: number): Uint8Array {
  const [table, ...fragments] = elements.fragments();
  if (!table || fragments.length === 0) throw new CxrFileError('truncated', 'a DICOM file without pixels');
  const extended = byExtendedTable(elements, table, frames, frame);
  if (extended) return extended;
  const offsets = numbersOf(table, 4, elements.littleEndian);
  if (offsets.length === frames && frames > 1) return byTable(fragments, offsets, frame);
  if (frames === 1) return joined(fragments);
  if (fragments.length === frames) return fragments[frame]!;
  if (fragments.length > frames) return byEndOfJpeg(fragments, frames, frame);
  throw new CxrFileError('corrupt', `a DICOM file of ${frames} frames in ${fragments.length} fragments`);
}

function byExtendedTable(
  elements: DicomElements,
  basicTable: Uint8Array,
  frames: number,
  frame: number,
): Uint8Array | undefined {
  const offsets = elements.value(OFFSETS);
  const lengths = elements.value(LENGTHS);
  if (!offsets || !lengths) return undefined;
  if (offsets.length < 8 * frames || lengths.length < 8 * frames) {
    throw new CxrFileError('corrupt', 'a DICOM file whose table of frames is too short');
  }
  const [offset] = numbersOf(offsets.subarray(8 * frame), 8, elements.littleEndian);
  const [length] = numbersOf(lengths.subarray(8 * frame), 8, elements.littleEndian);
  // Offsets count from the first fragment's item, right after the basic table.
  const start = basicTable.byteOffset + basicTable.length + offset! + ITEM_HEADER;
  if (start + length! > basicTable.buffer.byteLength) {
    throw new CxrFileError('truncated', 'the DICOM file is cut off');
  }
  return new Uint8Array(basicTable.buffer, start, length);
}

/** The whole numbers of a table, `size` bytes each: of 8, the first one. */
function numbersOf(table: Uint8Array, size: 4 | 8, littleEndian: boolean): number[] {
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  if (size === 8) return [Number(view.getBigUint64(0, littleEndian))];
  return Array.from({ length: table.length >> 2 }, (_, i) => view.getUint32(4 * i, littleEndian));
}

function byTable(fragments: readonly Uint8Array[], offsets: readonly number[], frame: number): Uint8Array {
  const start = offsets[frame]!;
  const end = offsets[frame + 1] ?? Number.POSITIVE_INFINITY;
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const fragment of fragments) {
    if (at >= start && at < end) parts.push(fragment);
    at += ITEM_HEADER + fragment.length;
  }
  if (parts.length === 0) {
    throw new CxrFileError('corrupt', 'a DICOM file whose table of frames does not fit its fragments');
  }
  return joined(parts);
}

function byEndOfJpeg(fragments: readonly Uint8Array[], frames: number, frame: number): Uint8Array {
  let current = 0;
  let parts: Uint8Array[] = [];
  for (const fragment of fragments) {
    parts.push(fragment);
    if (!endsJpeg(fragment)) continue;
    if (current === frame) return joined(parts);
    current++;
    parts = [];
  }
  throw new CxrFileError('corrupt', `a DICOM file of ${frames} frames in which ${current} end`);
}

/** Whether the end marker of a JPEG is in its last bytes; some of them may be padding. */
function endsJpeg(fragment: Uint8Array): boolean {
  const tail = fragment.subarray(-10);
  return tail.some((byte, i) => byte === 0xff && tail[i + 1] === 0xd9);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
