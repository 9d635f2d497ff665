import type { NamedArray } from '../training/train-state.js';

/** Little-endian bytes as numbers; copied, as a view needs an offset that is a multiple of 4. */
export function toFloats(bytes: Uint8Array): Float32Array {
  const floats = new Float32Array(Math.floor(bytes.length / 4));
  new Uint8Array(floats.buffer).set(bytes.subarray(0, floats.byteLength));
  return floats;
}

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
