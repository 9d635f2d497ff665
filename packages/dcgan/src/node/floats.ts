import type { NamedArray } from '../training/train-state.js';

/** Little-endian bytes as numbers: a view where they lie at a multiple of 4, otherwise a copy. */
export function toFloats(bytes: Uint8Array): Float32Array {
  const length = Math.floor(bytes.length / 4);
  if (bytes.byteOffset % 4 === 0) return new Float32Array(bytes.buffer, bytes.byteOffset, length);
  const floats = new Float32Array(length);
  new Uint8Array(floats.buffer).set(bytes.subarray(0, floats.byteLength));
  return floats;
}

/** The name of the first array with NaN or an infinite number; undefined where all numbers are finite. */
export function findNotFinite(arrays: readonly NamedArray[]): string | undefined {
  return arrays.find(({ data }) => !data.every((value) => Number.isFinite(value)))?.name;
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
