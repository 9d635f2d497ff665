import { CxrFileError } from './cxr-file-error.js';

export type NpyDtype =
  | 'bool'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'float16'
  | 'float32'
  | 'float64';

export type NpyData =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** An array as NumPy keeps it: row-major (C order) values of `shape`; float16 is held as Float32Array. */
export interface NpyArray {
  data: NpyData;
  shape: number[];
  dtype: NpyDtype;
}

type Constructor = new (buffer: ArrayBuffer) => NpyData;

interface Kind {
  dtype: NpyDtype;
  bytes: number;
  array: Constructor;
}

const KINDS: Record<string, Kind> = {
  b1: { dtype: 'bool', bytes: 1, array: Uint8Array as Constructor },
  i1: { dtype: 'int8', bytes: 1, array: Int8Array as Constructor },
  u1: { dtype: 'uint8', bytes: 1, array: Uint8Array as Constructor },
  i2: { dtype: 'int16', bytes: 2, array: Int16Array as Constructor },
  u2: { dtype: 'uint16', bytes: 2, array: Uint16Array as Constructor },
  i4: { dtype: 'int32', bytes: 4, array: Int32Array as Constructor },
  u4: { dtype: 'uint32', bytes: 4, array: Uint32Array as Constructor },
  i8: { dtype: 'int64', bytes: 8, array: BigInt64Array as Constructor },
  u8: { dtype: 'uint64', bytes: 8, array: BigUint64Array as Constructor },
  f2: { dtype: 'float16', bytes: 2, array: Uint16Array as Constructor },
  f4: { dtype: 'float32', bytes: 4, array: Float32Array as Constructor },
  f8: { dtype: 'float64', bytes: 8, array: Float64Array as Constructor },
};

const MAGIC = '\x93NUMPY';

/**
 * Reads an .npy file: every bool, integer and float type, either byte order, C or Fortran order (given back in C order).
 * No code in the file is run: pickled objects are refused.
 * @throws CxrFileError 'unsupported', 'truncated' or 'corrupt'.
 */
export function readNpy(bytes: Uint8Array): NpyArray {
  const { descr, fortran, shape, start } = readHeader(bytes);
  const kind = KINDS[descr.slice(1)];
  if (!kind || !'<>|='.includes(descr[0]!)) throw new CxrFileError('unsupported', `npy type ${descr}`);
  const count = shape.reduce((a, b) => a * b, 1);
  const length = count * kind.bytes;
  if (!Number.isSafeInteger(length)) throw new CxrFileError('corrupt', `an npy file of shape [${shape}]`);
  if (start + length > bytes.length) {
    throw new CxrFileError('truncated', `an npy file with ${bytes.length - start} of ${length} bytes`);
  }
  const raw = bytes.slice(start, start + length);
  if (descr[0] === '>') swapBytes(raw, kind.bytes);
  const stored = new kind.array(raw.buffer as ArrayBuffer);
  const data = kind.dtype === 'float16' ? Float32Array.from(stored as Uint16Array, halfToNumber) : stored;
  return { data: fortran ? toRowMajor(data, shape) : data, shape, dtype: kind.dtype };
}

/** Writes an .npy file (version 1.0, little-endian, C order). @throws RangeError if data and shape differ in size. */
export function writeNpy({ data, shape, dtype }: NpyArray): Uint8Array {
  const descr = Object.keys(KINDS).find((key) => KINDS[key]!.dtype === dtype);
  if (descr === undefined) throw new RangeError(`invalid dtype: ${dtype}`);
  const count = shape.reduce((a, b) => a * b, 1);
  if (count !== data.length) throw new RangeError(`invalid shape: [${shape}] for ${data.length} values`);
  const kind = KINDS[descr]!;
  const values = dtype === 'float16' ? Uint16Array.from(data as Float32Array, numberToHalf) : data;
  if (!(values instanceof kind.array))
    throw new TypeError(`invalid data: ${values.constructor.name} for ${dtype}`);
  const order = kind.bytes === 1 ? '|' : '<';
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dictionary = `{'descr': '${order}${descr}', 'fortran_order': False, 'shape': (${tuple}), }`;
  // Values start at a multiple of 64 bytes, the header ending in a line feed.
  const headerLength = Math.ceil((10 + dictionary.length + 1) / 64) * 64;
  const bytes = new Uint8Array(headerLength + count * kind.bytes);
  const text = `${dictionary.padEnd(headerLength - 11)}\n`;
  writeText(bytes, 0, `${MAGIC}\x01\x00`);
  new DataView(bytes.buffer).setUint16(8, headerLength - 10, true);
  writeText(bytes, 10, text);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), headerLength);
  return bytes;
}

interface Header {
  descr: string;
  fortran: boolean;
  shape: number[];
  start: number;
}

function readHeader(bytes: Uint8Array): Header {
  if (latin1(bytes, 0, 6) !== MAGIC) throw new CxrFileError('unsupported', 'not an npy file');
  const major = bytes[6];
  if (major !== 1 && major !== 2 && major !== 3)
    throw new CxrFileError('unsupported', `npy version ${major}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const textStart = major === 1 ? 10 : 12;
  if (bytes.length < textStart) throw new CxrFileError('truncated', 'an npy file cut off in its header');
  const start = textStart + (major === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (start > bytes.length) throw new CxrFileError('truncated', 'an npy file cut off in its header');
  // Plain types have headers of 60 to 200 characters; lists of named fields, which may be long, are not for us.
  const text = latin1(bytes, textStart, Math.min(start, textStart + 10_000));
  const descr = /['"]descr['"]\s*:\s*['"]([^'"]{1,20})['"]/.exec(text)?.[1];
  const fortran = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /['"]shape['"]\s*:\s*\(([\d,\sL]{0,1000})\)/.exec(text)?.[1];
  if (fortran === undefined || shape === undefined)
    throw new CxrFileError('corrupt', 'an npy file with a broken header');
  if (descr === undefined) throw new CxrFileError('unsupported', 'an npy file of records');
  if (descr.includes('O')) throw new CxrFileError('unsupported', 'an npy file of pickled objects');
  const sizes = shape
    .split(',')
    .map((size) => size.trim())
    .filter((size) => size !== '')
    .map((size) => Number(size.replace(/L$/, '')));
  if (!sizes.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw new CxrFileError('corrupt', `an npy file of shape (${shape})`);
  }
  return { descr, fortran: fortran === 'True', shape: sizes, start };
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (const byte of bytes.subarray(start, end)) text += String.fromCharCode(byte);
  return text;
}

function writeText(bytes: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
}

function swapBytes(bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}

/** The first index varies fastest in Fortran order, the last one in C order. */
function toRowMajor(data: NpyData, shape: readonly number[]): NpyData {
  const result = data.slice();
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((a, b) => a * b, 1));
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < data.length; to++) {
    result[to] = data[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      from += strides[axis]!;
      if (index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}

function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Rounds half to even, as NumPy does. */
function numberToHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(size)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | roundHalfEven(size * 2 ** 24);
  const exponent = Math.floor(Math.log2(size));
  // log2 may round up to the next whole number; the carry out of the fraction below makes good for it.
  const power = size < 2 ** exponent ? exponent - 1 : exponent;
  return sign | (((power + 15) << 10) + roundHalfEven((size / 2 ** power - 1) * 1024));
}

function roundHalfEven(value: number): number {
  const whole = Math.floor(value);
  const rest = value - whole;
  return rest > 0.5 || (rest === 0.5 && whole % 2 === 1) ? whole + 1 : whole;
}
