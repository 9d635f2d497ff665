import { CxrFileError, checkOptions, describeValue } from '@cxr/image';
import { checkBytes } from '../codecs/check-bytes.js';
import { halfToNumber, numberToHalf } from './half-floats.js';
import { isShape } from './tensor-data.js';

/** NumPy's name of an element type. */
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
  | 'float64'
  | 'complex64'
  | 'complex128';

/** The typed arrays that hold values; 64-bit integers are BigInt. */
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

/**
 * Values of an array of `shape`, row-major (C order). float16 is a Float32Array; a complex number is two values, real and
 * imaginary.
 */
export interface NpyArray {
  data: NpyData;
  shape: number[];
  dtype: NpyDtype;
}

interface Constructor {
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): NpyData;
  readonly BYTES_PER_ELEMENT: number;
}

interface Kind {
  dtype: NpyDtype;
  bytes: number;
  /** Numbers in a value: 2 for complex types. @default 1 */
  parts?: number;
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
  c8: { dtype: 'complex64', bytes: 8, parts: 2, array: Float32Array as Constructor },
  c16: { dtype: 'complex128', bytes: 16, parts: 2, array: Float64Array as Constructor },
};

const MAGIC = '\x93NUMPY';

/**
 * Reads an .npy file: every bool, integer, float and complex type, either byte order, C or Fortran order (returned in C order).
 * The values are a copy; `bytes` stays as it is. No code in the file is run: pickled objects are refused.
 * @throws CxrFileError 'unsupported', 'truncated' or 'corrupt'.
 */
export function readNpy(bytes: Uint8Array): NpyArray {
  checkBytes(bytes, "an npy file's bytes");
  return valuesOf(bytes, readHeader(bytes), false);
}

/**
 * As `readNpy`, for bytes that nobody else uses: the values stay in their memory where their type allows it.
 * @param maxExtra bytes of work beyond those of the file: for values in Fortran order and float16.
 * @throws CxrFileError as `readNpy`, and 'too-large'.
 */
export function takeNpy(bytes: Uint8Array, maxExtra: number): { array: NpyArray; extra: number } {
  const header = readHeader(bytes);
  // Fortran order counts twice, since reordering takes the most time.
  const factor = (header.reordered ? 2 : 0) + (header.kind.dtype === 'float16' ? 2 : 0);
  const extra = factor * header.length;
  if (extra > maxExtra) {
    throw new CxrFileError(
      'too-large',
      `an array that takes ${extra} bytes to convert, and the limit leaves ${maxExtra}`,
    );
  }
  return { array: valuesOf(bytes, header, true), extra };
}

function valuesOf(bytes: Uint8Array, header: NpyHeader, owned: boolean): NpyArray {
  const { kind, bigEndian, reordered, shape, start, length } = header;
  const raw = owned
    ? aligned(bytes, start, length, kind.bytes)
    : new Uint8Array(bytes.subarray(start, start + length));
  if (bigEndian) swapBytes(raw, kind.bytes / (kind.parts ?? 1));
  const stored = new kind.array(raw.buffer, raw.byteOffset, raw.length / kind.array.BYTES_PER_ELEMENT);
  const rows = reordered ? reorder(stored, shape, kind, 'to rows') : stored;
  const data = kind.dtype === 'float16' ? halvesToNumbers(rows as Uint16Array) : rows;
  return { data, shape, dtype: kind.dtype };
}

/** Values that are these bytes, in C order; the bytes are changed. */
export function readNpyValues(bytes: Uint8Array, { kind, bigEndian }: NpyHeader): NpyData {
  const header = { kind, bigEndian, reordered: false, shape: [], start: 0, length: bytes.length };
  return valuesOf(bytes, header, true).data;
}

/** These bytes at a place where a typed array of such items may start: they are moved to the front if they lie elsewhere. */
function aligned(bytes: Uint8Array, start: number, length: number, itemBytes: number): Uint8Array {
  if ((bytes.byteOffset + start) % itemBytes === 0) return bytes.subarray(start, start + length);
  bytes.copyWithin(0, start, start + length);
  return bytes.subarray(0, length);
}

/** Order of values and bytes in an .npy file. */
export interface WriteNpyOptions {
  /** Column-major, as NumPy writes Fortran-ordered arrays. @default false */
  fortran?: boolean | undefined;
  /** The high byte first. @default false */
  bigEndian?: boolean | undefined;
}

/**
 * Writes an .npy file (version 1.0), byte for byte as `np.save` does.
 * @throws RangeError if data and shape differ in size; TypeError if the data are not of the type.
 */
export function writeNpy(array: NpyArray, options: WriteNpyOptions = {}): Uint8Array {
  checkOptions<WriteNpyOptions>('writeNpy', options, { fortran: true, bigEndian: true });
  const { fortran = false, bigEndian = false } = options;
  const { data, shape, dtype } = array ?? {};
  if (!(ArrayBuffer.isView(data) && isShape(shape))) {
    throw new TypeError(`an array to write is { data, shape, dtype }, not ${describeValue(array)}`);
  }
  const code = Object.keys(KINDS).find((key) => KINDS[key]!.dtype === dtype);
  if (code === undefined) throw new RangeError(`invalid dtype: ${dtype}`);
  const kind = KINDS[code]!;
  const { parts = 1, bytes: size } = kind;
  const count = shape.reduce((a, b) => a * b, 1);
  if (count * parts !== data.length)
    throw new RangeError(`invalid shape: [${shape}] for ${data.length} values`);
  const stored = dtype === 'float16' ? Uint16Array.from(data as Float32Array, numberToHalf) : data;
  if (!(stored instanceof kind.array))
    throw new TypeError(`invalid data: ${stored.constructor.name} for ${dtype}`);
  // Where at most one axis is longer than 1 both orders are the same, and NumPy calls it C.
  const byColumns = fortran && count > 0 && shape.filter((length) => length > 1).length > 1;
  const values = byColumns ? reorder(stored, shape, kind, 'to columns') : stored;
  const order = size === 1 ? '|' : bigEndian ? '>' : '<';
  const header = headerOf(order + code, byColumns, shape);
  const bytes = new Uint8Array(header.length + count * size);
  writeText(bytes, 0, header);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), header.length);
  if (bigEndian) swapBytes(bytes.subarray(header.length), size / parts);
  return bytes;
}

/** NumPy leaves room for this many digits of the axis along which a file may grow. */
const GROWTH_DIGITS = 21;

/** The values start at a multiple of 64 bytes, the header ending in a line feed. */
function headerOf(descr: string, fortran: boolean, shape: readonly number[]): string {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const order = fortran ? 'True' : 'False';
  const dictionary = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${tuple}), }`;
  const growing = shape.length === 0 ? undefined : shape.at(fortran ? -1 : 0);
  const room = growing === undefined ? 0 : Math.max(0, GROWTH_DIGITS - `${growing}`.length);
  const length = Math.ceil((10 + dictionary.length + room + 1) / 64) * 64;
  const size = String.fromCharCode((length - 10) & 255, (length - 10) >> 8);
  return `${MAGIC}\x01\x00${size}${dictionary.padEnd(length - 11)}\n`;
}

/** What the header of an .npy says. */
export interface NpyHeader {
  kind: Kind;
  bigEndian: boolean;
  /** Whether the values must be reordered: Fortran order, with more than one axis. */
  reordered: boolean;
  shape: number[];
  /** Offset and bytes of the values. */
  start: number;
  length: number;
}

function readHeader(bytes: Uint8Array): NpyHeader {
  return readNpyHeader(bytes, bytes.length);
}

/** The longest header that is read; those of plain types have 200 bytes at most. */
const MAX_HEADER = 2 ** 20;

/**
 * Where the values of an .npy start, from its first 12 bytes.
 * @throws CxrFileError 'unsupported', 'truncated' or 'corrupt'.
 */
export function npyHeaderLength(first: Uint8Array): number {
  const start = valuesStart(first);
  if (start > MAX_HEADER) throw new CxrFileError('corrupt', `an npy file with a header of ${start} bytes`);
  return start;
}

/** As `readNpy` reads it, from the start of an .npy of `total` bytes. @throws as `readNpy`. */
export function readNpyHeader(bytes: Uint8Array, total: number): NpyHeader {
  const { text, start } = headerText(bytes);
  const descr = /['"]descr['"]\s*:\s*['"]([^'"]{1,20})['"]/.exec(text)?.[1];
  const fortran = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text)?.[1];
  const tuple = /['"]shape['"]\s*:\s*\(([\d,\sL]{0,1000})\)/.exec(text)?.[1];
  if (fortran === undefined || tuple === undefined)
    throw new CxrFileError('corrupt', 'an npy file with a broken header');
  const kind = kindOf(descr);
  const shape = sizesOf(tuple);
  const length = shape.reduce((a, b) => a * b, kind.bytes);
  if (!Number.isSafeInteger(length)) throw new CxrFileError('corrupt', `an npy file of shape [${shape}]`);
  if (start + length > total) {
    throw new CxrFileError('truncated', `an npy file with ${total - start} of ${length} bytes`);
  }
  const reordered = fortran === 'True' && shape.filter((size) => size !== 1).length > 1;
  return { kind, bigEndian: descr!.startsWith('>'), reordered, shape, start, length };
}

/** The header's text and where the values start. */
function headerText(bytes: Uint8Array): { text: string; start: number } {
  const start = valuesStart(bytes);
  if (start > bytes.length) throw new CxrFileError('truncated', 'an npy file cut off in its header');
  // Plain types have headers of 60 to 200 characters; only lists of named fields, which are refused, are longer.
  const textStart = bytes[6] === 1 ? 10 : 12;
  return { text: latin1(bytes, textStart, Math.min(start, textStart + 10_000)), start };
}

function valuesStart(bytes: Uint8Array): number {
  if (latin1(bytes, 0, 6) !== MAGIC) throw new CxrFileError('unsupported', 'not an npy file');
  const major = bytes[6];
  if (major !== 1 && major !== 2 && major !== 3)
    throw new CxrFileError('unsupported', `npy version ${major}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const textStart = major === 1 ? 10 : 12;
  if (bytes.length < textStart) throw new CxrFileError('truncated', 'an npy file cut off in its header');
  return textStart + (major === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
}

function kindOf(descr: string | undefined): Kind {
  if (descr === undefined) throw new CxrFileError('unsupported', 'an npy file of records');
  if (descr.includes('O')) throw new CxrFileError('unsupported', 'an npy file of pickled objects');
  const kind = KINDS[descr.slice(1)];
  if (!kind || !'<>|='.includes(descr[0]!)) throw new CxrFileError('unsupported', `npy type ${descr}`);
  return kind;
}

function sizesOf(tuple: string): number[] {
  const sizes = tuple
    .split(',')
    .map((size) => size.trim())
    .filter((size) => size !== '')
    .map((size) => Number(size.replace(/L$/, '')));
  if (!sizes.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw new CxrFileError('corrupt', `an npy file of shape (${tuple})`);
  }
  return sizes;
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (const byte of bytes.subarray(start, end)) text += String.fromCharCode(byte);
  return text;
}

function writeText(bytes: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
}

/** Reverses the bytes of each item of 2, 4 or 8 bytes; 1 needs nothing. */
function swapBytes(bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) {
    for (let low = at, high = at + size - 1; low < high; low++, high--) {
      const byte = bytes[low]!;
      bytes[low] = bytes[high]!;
      bytes[high] = byte;
    }
  }
}

/** The first index varies fastest in Fortran order (columns), the last one in C order (rows). */
function reorder(
  data: NpyData,
  allAxes: readonly number[],
  { array, parts = 1 }: Kind,
  direction: 'to rows' | 'to columns',
): NpyData {
  const shape = allAxes.filter((length) => length !== 1);
  const result = new array(new ArrayBuffer(data.byteLength));
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((a, b) => a * b, parts));
  const last = shape.length - 1;
  const rowLength = shape[last]! * parts;
  const stride = strides[last]!;
  const index = shape.map(() => 0);
  let column = 0;
  for (let row = 0; row < data.length; row += rowLength) {
    for (let part = 0; part < parts; part++) {
      const start = column + part;
      const end = row + rowLength;
      if (direction === 'to rows') {
        for (let at = row + part, from = start; at < end; at += parts, from += stride)
          result[at] = data[from]!;
      } else {
        for (let at = row + part, to = start; at < end; at += parts, to += stride) result[to] = data[at]!;
      }
    }
    for (let axis = last - 1; axis >= 0; axis--) {
      index[axis]!++;
      column += strides[axis]!;
      if (index[axis]! < shape[axis]!) break;
      column -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}

/** By a table, once there are more values than it has entries. */
function halvesToNumbers(halves: Uint16Array): Float32Array {
  if (halves.length < 65536) return Float32Array.from(halves, halfToNumber);
  const table = Float32Array.from({ length: 65536 }, (_, half) => halfToNumber(half));
  const numbers = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) numbers[i] = table[halves[i]!]!;
  return numbers;
}
