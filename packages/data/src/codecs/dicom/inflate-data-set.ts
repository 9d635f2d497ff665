import { CxrFileError } from '@cxr/image';
import { Inflate } from 'fflate';

/** Bytes that a data set may unpack to: a second's work on a busy machine, and 33 million pixels of 16 bits. */
const MAX_UNPACKED = 2 ** 26;

/** Deflate expands 1 byte to at most 1032, so a step adds at most 17 MB. */
const STEP = 1 << 14;

/**
 * Unpacks a data set that is deflated as a whole (PS3.5, A.5). One that is cut off gives what is there.
 * @throws CxrFileError 'corrupt' or 'too-large'.
 */
export function inflateDataSet(packed: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  let ended = false;
  const stream = new Inflate((part, final) => {
    parts.push(part);
    length += part.length;
    ended = final;
  });
  for (let at = 0; at < packed.length && !ended; at += STEP) {
    try {
      stream.push(packed.subarray(at, at + STEP));
    } catch (cause) {
      throw new CxrFileError('corrupt', 'a deflated DICOM file that is damaged', { cause });
    }
    if (length > MAX_UNPACKED) {
      throw new CxrFileError('too-large', `a DICOM file that unpacks to more than ${MAX_UNPACKED} bytes`);
    }
  }
  const out = new Uint8Array(length);
  let to = 0;
  for (const part of parts) {
    out.set(part, to);
    to += part.length;
  }
  return out;
}
