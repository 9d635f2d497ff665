import { CxrFileError, checkOptions, describeValue, withFile } from '@cxr/image';
import { checkLimit } from '../check-limit.js';
import { checkBytes } from '../codecs/check-bytes.js';
import { numberToHalf } from './half-floats.js';
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
    .filter(([name]) => name !== METADATA)
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

/** Type and metadata of `writeSafetensors`. */
export interface WriteSafetensorsOptions {
  /** How each value is stored: `F16` takes half the bytes and keeps about three digits. @default 'F32' */
  type?: 'F32' | 'F16' | undefined;
  /** Texts by name, kept in the header; `readSafetensorsMetadata` reads them. @default none */
  metadata?: Readonly<Record<string, string>> | undefined;
}

/**
 * Writes tensors as a safetensors file, in the given order. As `F32` they read back as the same values, as `F16` as the float16 next to each.
 * @throws TypeError for anything else than a map of float32 tensors, or metadata that is not text; RangeError for another type, an
 * unknown option, the name `__metadata__`, or a value that is too large for a float16.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  options: WriteSafetensorsOptions = {},
): Uint8Array {
  checkOptions<WriteSafetensorsOptions>('writeSafetensors', options, { type: true, metadata: true });
  const { type = 'F32', metadata } = options;
  if (type !== 'F32' && type !== 'F16') throw new RangeError(`invalid type: ${String(type)} (F32 or F16)`);
  if (metadata !== undefined && !isTexts(metadata)) throw new TypeError('metadata must be texts by name');
  const header: Record<string, unknown> = metadata === undefined ? {} : { [METADATA]: metadata };
  let at = 0;
  if (!(tensors instanceof Map))
    throw new TypeError(`tensors must be a Map by name, not ${describeValue(tensors)}`);
  for (const [name, { shape, data }] of tensors) {
    if (!(isShape(shape) && data instanceof Float32Array && data.length === sizeOf(shape))) {
      throw new TypeError(
        `${name}: a tensor to write is { shape, data } with as many float32 values as its shape says`,
      );
    }
    if (name === METADATA) throw new RangeError(`invalid name of a tensor: ${METADATA} is the header's own`);
    const end = at + data.length * DATA_TYPE_BYTES[type];
    header[name] = { dtype: type, shape: [...shape], data_offsets: [at, end] };
    at = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // Spaces after the JSON bring the values to a multiple of eight bytes, as the format recommends.
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + at).fill(0x20, 8, 8 + length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, 8);
  let offset = 8 + length;
  for (const [name, { data }] of tensors) {
    const values = type === 'F16' ? toHalves(name, data) : data;
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), offset);
    offset += values.byteLength;
  }
  return bytes;
}

/** The header's name for texts about the file. */
const METADATA = '__metadata__';

/** The float16 next to each value. */
function toHalves(name: string, data: Float32Array): Uint16Array {
  const halves = Uint16Array.from(data, numberToHalf);
  const bad = halves.findIndex((half, i) => (half & 0x7fff) === 0x7c00 && Number.isFinite(data[i]));
  if (bad >= 0) throw new RangeError(`tensor ${name}: ${data[bad]} is too large for a float16`);
  return halves;
}

/**
 * The texts in the header of a safetensors file, by name; none is `{}`.
 * @throws CxrFileError `corrupt`, `truncated` or `too-large`.
 */
export function readSafetensorsMetadata(
  bytes: Uint8Array,
  options: Pick<ReadSafetensorsOptions, 'file'> = {},
): Record<string, string> {
  checkBytes(bytes, "a safetensors file's bytes");
  checkOptions<Pick<ReadSafetensorsOptions, 'file'>>('readSafetensorsMetadata', options, { file: true });
  try {
    const { entries } = readHeader(bytes);
    const metadata = Object.hasOwn(entries, METADATA) ? entries[METADATA] : {};
    if (isTexts(metadata)) return { ...metadata };
    throw new CxrFileError('corrupt', `its ${METADATA} is not texts by name`);
  } catch (error) {
    throw withFile(error, options.file);
  }
}

const isTexts = (value: unknown): value is Readonly<Record<string, string>> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((text) => typeof text === 'string');

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
