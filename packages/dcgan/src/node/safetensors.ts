import { CxrFileError } from '@cxr/image';
import type { NamedArray } from '../training/train-state.js';
import { findNotFinite, toFloats } from './floats.js';
import { parseJsonObject } from './json-object.js';
import { floatBytes, isSizes } from './tensor-layout.js';

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

/**
 * Decodes float32 tensors, in the header's order.
 * @throws CxrFileError `corrupt`, `unsupported`, naming the file: also for ranges that overlap or reach past the end, and
 * for numbers that are not finite.
 */
export function decodeSafetensors(bytes: Uint8Array, file: string): NamedArray[] {
  const fail = (reason: string): never => {
    throw new CxrFileError('corrupt', reason, { file });
  };
  if (bytes.length < 8) fail('too short for a safetensors file');
  const headLength = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (headLength > bytes.length - 8) fail('the safetensors header reaches past the end');
  const header = parseJsonObject(bytes.subarray(8, 8 + headLength), file);
  const values = bytes.subarray(8 + headLength);
  const entries = Object.entries(header).filter(([name]) => name !== '__metadata__') as [string, Entry][];
  for (const [name, entry] of entries) checkEntry(name, entry, values.length, file);
  const starts = entries.map(([name, { data_offsets }]) => ({ name, range: data_offsets }));
  starts.sort((a, b) => a.range[0] - b.range[0] || a.range[1] - b.range[1]);
  for (const [i, { name, range }] of starts.slice(1).entries()) {
    if (range[0] < starts[i]!.range[1]) fail(`${name}: its values overlap those of ${starts[i]!.name}`);
  }
  const arrays = entries.map(([name, { shape, data_offsets }]) => ({
    name,
    shape,
    data: toFloats(values.subarray(...data_offsets)),
  }));
  const bad = findNotFinite(arrays);
  return bad === undefined ? arrays : fail(`${bad}: not all of its numbers are finite`);
}

/** @throws CxrFileError where a header's entry is not one, or its values do not lie in the file. */
function checkEntry(name: string, entry: Partial<Entry> | null, length: number, file: string): void {
  const { dtype, shape, data_offsets: range } = entry ?? {};
  const fail = (reason: string): never => {
    throw new CxrFileError('corrupt', `${name}: ${reason}`, { file });
  };
  if (typeof dtype !== 'string') fail('no type in the safetensors header');
  if (dtype !== 'F32') throw new CxrFileError('unsupported', `${name}: type ${dtype}, not F32`, { file });
  if (!isSizes(shape) || !isSizes(range) || range.length !== 2) fail('malformed safetensors header');
  else if (range[1] - range[0] !== floatBytes(shape) || range[1] > length) fail('wrong length');
}
