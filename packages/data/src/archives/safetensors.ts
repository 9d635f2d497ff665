import { CxrFileError, checkOptions, describeValue, withFile } from '@cxr/image';
import { checkLimit } from '../check-limit.js';
import { checkBytes } from '../codecs/check-bytes.js';
import {
  DATA_TYPE_BYTES,
  type DataType,
  decodeValues,
  isShape,
  MAX_TENSOR_VALUES,
  sizeOf,
  type Tensor,
} from './tensor-data.js';

/** Limits and names of `readSafetensors`. */
export interface ReadSafetensorsOptions {
  /** The file's name, for errors. @default undefined: errors name no file */
  file?: string | undefined;
  /** Types that are accepted; others are `unsupported`. @default all of `DataType` */
  types?: readonly DataType[] | undefined;
  /** How many values all tensors together may hold. @default 2 ** 27 (0.5 GB as float32) */
  maxValues?: number | undefined;
}

interface Entry {
  dtype: DataType;
  shape: number[];
  data_offsets: [number, number];
}

/** The Inception's header has about 60 kB; parsing a JSON of this length takes some 100 MB of memory at most. */
const MAX_HEADER = 2 ** 22;

/**
 * Reads a safetensors file (https://github.com/huggingface/safetensors#format): an 8-byte little-endian header
 * length, a JSON header of names, types, shapes and byte ranges, then the values. The ranges must cover the values without
 * overlap or gap, as the format demands; this and all sizes are checked before a value is read.
 *
 * @returns the tensors by name as float32, in the header's order; views of `bytes` where type and alignment allow.
 * @throws CxrFileError `corrupt`, `truncated`, `unsupported` or `too-large`.
 */
export function readSafetensors(
  bytes: Uint8Array,
  options: ReadSafetensorsOptions = {},
): Map<string, Tensor> {
  checkBytes(bytes, "a safetensors file's bytes");
  checkOptions<ReadSafetensorsOptions>('readSafetensors', options, {
    file: true,
    types: true,
    maxValues: true,
  });
  try {
    return read(bytes, options);
  } catch (error) {
    throw withFile(error, options.file);
  }
}

function read(bytes: Uint8Array, options: ReadSafetensorsOptions): Map<string, Tensor> {
  const { types = Object.keys(DATA_TYPE_BYTES), maxValues = MAX_TENSOR_VALUES } = options;
  checkLimit('maxValues', maxValues);
  const header = readHeader(bytes);
  const entries = Object.entries(header.entries)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, entry]) => [name, checkEntry(name, entry, types)] as const);
  if (entries.length === 0) throw new CxrFileError('corrupt', 'safetensors file holds no tensors');
  checkRanges(entries, bytes.length - header.dataAt, maxValues);
  const values = bytes.subarray(header.dataAt);
  return new Map(
    entries.map(([name, { dtype, shape, data_offsets: range }]) => {
      return [name, { shape, data: decodeValues(values.subarray(...range), dtype, sizeOf(shape)) }];
    }),
  );
}

/** Whether the bytes look like a safetensors file: a plausible header length, then JSON. */
export function isSafetensors(bytes: Uint8Array): boolean {
  checkBytes(bytes, "a file's first bytes");
  return bytes.length > 9 && bytes[8] === 0x7b && headerLength(bytes) < 2 ** 32;
}

/** Writes float32 tensors as a safetensors file, in the given order; reads back as the same values and shapes. @throws TypeError for anything else. */
export function writeSafetensors(tensors: ReadonlyMap<string, Tensor>): Uint8Array {
  const header: Record<string, Entry> = {};
  let at = 0;
  if (!(tensors instanceof Map))
    throw new TypeError(`tensors must be a Map by name, not ${describeValue(tensors)}`);
  for (const [name, { shape, data }] of tensors) {
    if (!(isShape(shape) && data instanceof Float32Array && data.length === sizeOf(shape))) {
      throw new TypeError(
        `${name}: a tensor to write is { shape, data } with as many float32 values as its shape says`,
      );
    }
    header[name] = { dtype: 'F32', shape: [...shape], data_offsets: [at, at + data.byteLength] };
    at += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // Spaces after the JSON bring the values to a multiple of eight bytes, as the format recommends.
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + at).fill(0x20, 8, 8 + length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, 8);
  let offset = 8 + length;
  for (const { data } of tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return bytes;
}

function checkEntry(name: string, entry: unknown, types: readonly string[]): Entry {
  const { dtype, shape, data_offsets: range } = (entry ?? {}) as Record<keyof Entry, unknown>;
  if (typeof dtype !== 'string' || !isDataType(dtype)) {
    const type = typeof dtype === 'string' ? `the unknown type ${dtype}` : 'no type';
    throw new CxrFileError('unsupported', `tensor ${name} has ${type}`);
  }
  if (!types.includes(dtype)) {
    throw new CxrFileError('unsupported', `tensor ${name} has type ${dtype}, not ${types.join(' or ')}`);
  }
  if (!isShape(shape) || !isShape(range) || range.length !== 2) {
    throw new CxrFileError('corrupt', `tensor ${name} has a malformed header`);
  }
  const [begin, end] = range as [number, number];
  if (end - begin !== sizeOf(shape) * DATA_TYPE_BYTES[dtype]) {
    throw new CxrFileError('corrupt', `tensor ${name} has a malformed header`);
  }
  return { dtype, shape, data_offsets: [begin, end] };
}

/** Overlapping ranges would let a small file fill the memory. */
function checkRanges(entries: readonly (readonly [string, Entry])[], length: number, max: number): void {
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
  if (values > max) throw new CxrFileError('too-large', `safetensors file holds more than ${max} values`);
}

function byRange([, a]: readonly [string, Entry], [, b]: readonly [string, Entry]): number {
  return a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1];
}

function isDataType(name: string): name is DataType {
  return Object.hasOwn(DATA_TYPE_BYTES, name);
}

function headerLength(bytes: Uint8Array): number {
  return Number(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0, true));
}

function readHeader(bytes: Uint8Array): { entries: Record<string, unknown>; dataAt: number } {
  if (bytes.length > 8 && bytes[8] !== 0x7b) {
    throw new CxrFileError('corrupt', 'not a safetensors file: no JSON object after the first 8 bytes');
  }
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
