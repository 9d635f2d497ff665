import type { NamedArray } from '../training/train-state.js';

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
