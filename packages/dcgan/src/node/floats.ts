import type { NamedArray } from '../training/train-state.js';

/** The bytes of all arrays, one after another. */
export function joinFloats(arrays: readonly NamedArray[]): Uint8Array {
  const bytes = new Uint8Array(arrays.reduce((sum, { data }) => sum + data.byteLength, 0));
  let at = 0;
  for (const { data } of arrays) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}
