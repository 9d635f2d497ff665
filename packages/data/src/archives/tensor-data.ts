import { checkList } from '@cxr/image';
import { checkBytes } from '../codecs/check-bytes.js';
import { halfToNumber } from './half-floats.js';

/** Element types of tensors, as safetensors names them. */
export type DataType = 'F64' | 'F32' | 'F16' | 'BF16' | 'I64' | 'I32' | 'I16' | 'I8' | 'U8' | 'BOOL';

/** Bytes of one value. */
export const DATA_TYPE_BYTES: Record<DataType, number> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

/** A tensor read from a file. */
export interface Tensor {
  /** Side lengths; `[]` for a single number. */
  readonly shape: readonly number[];
  /** Its values in row-major order, as many as the product of `shape`. */
  readonly data: Float32Array;
}

/** Default limit for the values of all tensors of a file together: five times the Inception's, 0.5 GB. */
export const MAX_TENSOR_VALUES: number = 2 ** 27;

/** How many values a tensor of this shape has. */
export function sizeOf(shape: readonly number[]): number {
  checkList('shape', shape);
  return shape.includes(0) ? 0 : shape.reduce((product, dim) => product * dim, 1);
}

/** Whether something is a shape: a list of whole numbers from 0. */
export function isShape(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((side) => Number.isSafeInteger(side) && side >= 0);
}

/**
 * `length` little-endian values of `type` at the start of `bytes`, as float32; a view of them where type and alignment allow.
 * @throws RangeError for an unknown type, or more values than the bytes hold; TypeError unless `bytes` is a Uint8Array.
 */
export function decodeValues(bytes: Uint8Array, type: DataType, length: number): Float32Array {
  checkBytes(bytes, 'bytes of values');
  if (!Object.hasOwn(DATA_TYPE_BYTES, type)) throw new RangeError(`invalid type: ${String(type)}`);
  if (!(length >= 0 && length * DATA_TYPE_BYTES[type] <= bytes.length)) {
    throw new RangeError(`invalid length: ${length} values of ${type} in ${bytes.length} bytes`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (type === 'F32' && bytes.byteOffset % 4 === 0)
    return new Float32Array(bytes.buffer, bytes.byteOffset, length);
  const out = new Float32Array(length);
  const read = READERS[type];
  for (let i = 0; i < length; i++) out[i] = read(view, i);
  return out;
}

const READERS: Record<DataType, (view: DataView, i: number) => number> = {
  F64: (view, i) => view.getFloat64(8 * i, true),
  F32: (view, i) => view.getFloat32(4 * i, true),
  F16: (view, i) => halfToNumber(view.getUint16(2 * i, true)),
  BF16: (view, i) => bfloatToNumber(view.getUint16(2 * i, true)),
  I64: (view, i) => Number(view.getBigInt64(8 * i, true)),
  I32: (view, i) => view.getInt32(4 * i, true),
  I16: (view, i) => view.getInt16(2 * i, true),
  I8: (view, i) => view.getInt8(i),
  U8: (view, i) => view.getUint8(i),
  BOOL: (view, i) => view.getUint8(i),
};

/** The upper half of a float32. */
function bfloatToNumber(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, bits << 16);
  return view.getFloat32(0);
}
