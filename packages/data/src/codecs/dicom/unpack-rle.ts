import { CxrFileError } from '@cxr/image';

/** PackBits expands 2 bytes to at most 128. */
const LIMIT = 64;

/**
 * Unpacks a frame of DICOM's run-length encoding (PS3.5, annex G): one segment a byte plane, the high byte of a sample
 * first. Gives the samples plane after plane, little-endian.
 * @throws CxrFileError 'truncated' or 'corrupt'.
 */
export function unpackRle(frame: Uint8Array, pixels: number, samples: number, bytesEach: number): Uint8Array {
  if (frame.length < 64) throw new CxrFileError('truncated', 'a DICOM frame cut off in its header');
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const count = view.getUint32(0, true);
  if (count !== samples * bytesEach) {
    throw new CxrFileError(
      'corrupt',
      `a DICOM frame of ${count} run-length segments, not ${samples * bytesEach}`,
    );
  }
  if (pixels > frame.length * LIMIT) throw new CxrFileError('truncated', 'a DICOM frame with too few data');
  const out = new Uint8Array(pixels * samples * bytesEach);
  for (let segment = 0; segment < count; segment++) {
    const start = view.getUint32(4 + 4 * segment, true);
    const end = segment + 1 < count ? view.getUint32(8 + 4 * segment, true) : frame.length;
    if (start < 64 || start > end || end > frame.length) {
      throw new CxrFileError('corrupt', 'a DICOM frame whose segments lie outside it');
    }
    const plane = Math.floor(segment / bytesEach);
    const byte = bytesEach - 1 - (segment % bytesEach);
    unpackSegment(frame.subarray(start, end), out, plane * pixels * bytesEach + byte, bytesEach, pixels);
  }
  return out;
}

function unpackSegment(
  packed: Uint8Array,
  out: Uint8Array,
  first: number,
  step: number,
  count: number,
): void {
  const end = first + count * step;
  let to = first;
  let at = 0;
  while (to < end) {
    if (at >= packed.length) throw new CxrFileError('truncated', 'a DICOM frame with too few data');
    const control = packed[at++]!;
    if (control === 128) continue;
    const literal = control < 128;
    const length = literal ? control + 1 : 257 - control;
    if (at + (literal ? length : 1) > packed.length) {
      throw new CxrFileError('truncated', 'a DICOM frame with too few data');
    }
    for (let i = 0; i < length && to < end; i++, to += step) out[to] = packed[literal ? at + i : at]!;
    at += literal ? length : 1;
  }
}
