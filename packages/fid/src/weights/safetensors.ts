import { CxrFileError } from '@cxr/image';
import type { WeightTensor } from '../inception/inception-weights.js';
import { DATA_TYPE_BYTES, type DataType, decodeValues } from './tensor-data.js';

/**
 * Reads a safetensors file (https://github.com/huggingface/safetensors#format): an 8-byte little-endian header
 * length, a JSON header of names, types, shapes and byte ranges, then the values.
 *
 * @throws CxrFileError `corrupt`, `truncated` or `unsupported`, without the file's name, which `readWeights` adds.
 */
export function readSafetensors(bytes: Uint8Array): Map<string, WeightTensor> {
  const header = readHeader(bytes);
  const tensors = new Map<string, WeightTensor>();
  for (const [name, entry] of Object.entries(header.entries)) {
    if (name === '__metadata__') continue;
    const { dtype, shape, data_offsets: range } = (entry ?? {}) as Partial<Entry>;
    if (dtype === undefined || !Object.hasOwn(DATA_TYPE_BYTES, dtype)) {
      throw new CxrFileError('unsupported', `tensor ${name} has the unknown type ${dtype}`);
    }
    if (!isSizes(shape) || !isSizes(range) || range.length !== 2) {
      throw new CxrFileError('corrupt', `tensor ${name} has a malformed header`);
    }
    const size = shape.reduce((product, dim) => product * dim, 1);
    const [begin, end] = range;
    if (end - begin !== size * DATA_TYPE_BYTES[dtype]) {
      throw new CxrFileError('corrupt', `tensor ${name} has a malformed header`);
    }
    if (header.dataAt + end > bytes.length)
      throw new CxrFileError('truncated', `safetensors file is cut off in tensor ${name}`);
    const data = bytes.subarray(header.dataAt + begin, header.dataAt + end);
    tensors.set(name, { shape, data: decodeValues(data, dtype, size) });
  }
  if (tensors.size === 0) throw new CxrFileError('corrupt', 'safetensors file holds no tensors');
  return tensors;
}

/** Whether the bytes look like a safetensors file: a plausible header length, then JSON. */
export function isSafetensors(bytes: Uint8Array): boolean {
  return bytes.length > 9 && bytes[8] === 0x7b && headerLength(bytes) < MAX_HEADER;
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

const MAX_HEADER = 100_000_000;
function isSizes<T extends number[]>(list: T | undefined): list is T {
  return Array.isArray(list) && list.every((value) => Number.isSafeInteger(value) && value >= 0);
}

function headerLength(bytes: Uint8Array): number {
  return Number(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0, true));
}

function readHeader(bytes: Uint8Array): { entries: Record<string, unknown>; dataAt: number } {
  const dataAt = bytes.length < 8 ? Number.POSITIVE_INFINITY : 8 + headerLength(bytes);
  if (dataAt > bytes.length) throw new CxrFileError('truncated', 'safetensors file is cut off in its header');
  try {
    const entries: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(8, dataAt)));
    if (typeof entries === 'object' && entries !== null) {
      return { entries: entries as Record<string, unknown>, dataAt };
    }
  } catch {
    // said below
  }
  throw new CxrFileError('corrupt', 'safetensors file has a header that is not JSON');
}
