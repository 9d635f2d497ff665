import { CxrFileError } from '@cxr/image';
import type { NamedArray } from '../training/train-state.js';
import { toFloats } from './floats.js';

/*
 * The safetensors format (https://github.com/huggingface/safetensors): the header's length as 8 bytes, a JSON header
 * that gives each tensor's type, shape and place, the bytes. Little-endian; only float32 here.
 */

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** Encodes float32 tensors in the given order. */
export function encodeSafetensors(arrays: readonly NamedArray[]): Uint8Array {
  const header: Record<string, Entry> = {};
  let length = 0;
  for (const { name, shape, data } of arrays) {
    header[name] = { dtype: 'F32', shape, data_offsets: [length, length + data.byteLength] };
    length += data.byteLength;
  }
  let text = JSON.stringify(header);
  text = text.padEnd(Math.ceil(text.length / 8) * 8);
  const head = new TextEncoder().encode(text);
  const bytes = new Uint8Array(8 + head.length + length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(head.length), true);
  bytes.set(head, 8);
  let at = 8 + head.length;
  for (const { data } of arrays) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/** Decodes float32 tensors, in the header's order. @throws CxrFileError `corrupt`, `unsupported`. */
export function decodeSafetensors(bytes: Uint8Array, file: string): NamedArray[] {
  const fail = (reason: string): never => {
    throw new CxrFileError('corrupt', reason, { file });
  };
  if (bytes.length < 8) fail('too short for a safetensors file');
  const headLength = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (headLength > bytes.length - 8) fail('the safetensors header reaches past the end');
  let header: Record<string, Entry>;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headLength)));
  } catch {
    return fail('the safetensors header is not JSON');
  }
  return Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, { dtype, shape, data_offsets }]) => {
      if (dtype !== 'F32') throw new CxrFileError('unsupported', `${name}: type ${dtype}, not F32`, { file });
      const [start, end] = data_offsets.map((offset) => 8 + headLength + offset) as [number, number];
      const length = 4 * shape.reduce((product, side) => product * side, 1);
      if (end - start !== length || end > bytes.length) fail(`${name}: wrong length`);
      return { name, shape, data: toFloats(bytes.subarray(start, end)) };
    });
}
