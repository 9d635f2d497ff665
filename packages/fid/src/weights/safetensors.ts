import { CxrFileError } from '@cxr/image';
import type { WeightTensor } from '../inception/inception-weights.js';
import { DATA_TYPE_BYTES, type DataType, decodeValues, MAX_VALUES, sizeOf } from './tensor-data.js';

/**
 * Reads a safetensors file (https://github.com/huggingface/safetensors#format): an 8-byte little-endian header
 * length, a JSON header of names, types, shapes and byte ranges, then the values. As the format demands, the ranges must
 * cover the values without overlap or gap.
 *
 * @throws CxrFileError `corrupt`, `truncated`, `unsupported` or `too-large`, without the file's name, which `readWeights` adds.
 */
export function readSafetensors(bytes: Uint8Array): Map<string, WeightTensor> {
  const header = readHeader(bytes);
  const entries = Object.entries(header.entries)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, entry]) => [name, checkEntry(name, entry)] as const);
  if (entries.length === 0) throw new CxrFileError('corrupt', 'safetensors file holds no tensors');
  checkRanges(entries, bytes.length - header.dataAt);
  return new Map(
    entries.map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [begin, end],
        },
      ]) => {
        const data = bytes.subarray(header.dataAt + begin, header.dataAt + end);
        return [name, { shape, data: decodeValues(data, dtype, sizeOf(shape)) }];
      },
    ),
  );
}

function checkEntry(name: string, entry: unknown): Entry {
  const { dtype, shape, data_offsets: range } = (entry ?? {}) as Record<keyof Entry, unknown>;
  if (typeof dtype !== 'string' || !isDataType(dtype)) {
    const type = typeof dtype === 'string' ? `the unknown type ${dtype}` : 'no type';
    throw new CxrFileError('unsupported', `tensor ${name} has ${type}`);
  }
  if (!isSizes(shape) || !isSizes(range) || range.length !== 2) {
    throw new CxrFileError('corrupt', `tensor ${name} has a malformed header`);
  }
  const [begin, end] = range as [number, number];
  if (end - begin !== sizeOf(shape) * DATA_TYPE_BYTES[dtype]) {
    throw new CxrFileError('corrupt', `tensor ${name} has a malformed header`);
  }
  return { dtype, shape, data_offsets: [begin, end] };
}

/** Before any value is read: overlapping ranges would make much of few bytes. */
function checkRanges(entries: readonly (readonly [string, Entry])[], length: number): void {
  let at = 0;
  let values = 0;
  for (const [name, { shape, data_offsets: range }] of entries.toSorted(byRange)) {
    if (range[0] !== at)
      throw new CxrFileError('corrupt', `tensor ${name} does not begin where the one before it ends`);
    at = range[1];
    if (at > length) throw new CxrFileError('truncated', `safetensors file is cut off in tensor ${name}`);
    values += sizeOf(shape);
  }
  if (at < length) throw new CxrFileError('corrupt', 'safetensors file holds bytes that belong to no tensor');
  if (values > MAX_VALUES)
    throw new CxrFileError('too-large', `safetensors file holds more than ${MAX_VALUES} values`);
}

function byRange([, a]: readonly [string, Entry], [, b]: readonly [string, Entry]): number {
  return a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1];
}

/** Whether the bytes look like a safetensors file: a plausible header length, then JSON. */
export function isSafetensors(bytes: Uint8Array): boolean {
  return bytes.length > 9 && bytes[8] === 0x7b && headerLength(bytes) < 2 ** 32;
}

/** Writes float32 tensors as a safetensors file; reads back as the same values and shapes. */
export function writeSafetensors(tensors: ReadonlyMap<string, WeightTensor>): Uint8Array {
  const header: Record<string, Entry> = {};
  let at = 0;
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: 'F32', shape: [...shape], data_offsets: [at, at + data.byteLength] };
    at += data.byteLength;
  }
  const json = JSON.stringify(header);
  // Spaces after the JSON bring the values to a multiple of eight bytes, as the format recommends.
  const text = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 8) * 8));
  const bytes = new Uint8Array(8 + text.length + at);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  let offset = 8 + text.length;
  for (const { data } of tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return bytes;
}

interface Entry {
  dtype: DataType;
  shape: number[];
  data_offsets: [number, number];
}

/** The Inception's has about 60 kB; a JSON of this length takes some 100 MB in memory at most. */
const MAX_HEADER = 2 ** 22;

function isDataType(name: string): name is DataType {
  return Object.hasOwn(DATA_TYPE_BYTES, name);
}

function isSizes(list: unknown): list is number[] {
  return Array.isArray(list) && list.every((value) => Number.isSafeInteger(value) && value >= 0);
}

function headerLength(bytes: Uint8Array): number {
  return Number(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0, true));
}

function readHeader(bytes: Uint8Array): { entries: Record<string, unknown>; dataAt: number } {
  const dataAt = bytes.length < 8 ? Number.POSITIVE_INFINITY : 8 + headerLength(bytes);
  if (dataAt > bytes.length) throw new CxrFileError('truncated', 'safetensors file is cut off in its header');
  if (dataAt > MAX_HEADER)
    throw new CxrFileError('too-large', `safetensors file has a header of ${dataAt} bytes`);
  const entries = parseJson(new TextDecoder().decode(bytes.subarray(8, dataAt)));
  if (typeof entries === 'object' && entries !== null && !Array.isArray(entries)) {
    return { entries: entries as Record<string, unknown>, dataAt };
  }
  throw new CxrFileError('corrupt', 'safetensors file has a header that is no JSON object');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
