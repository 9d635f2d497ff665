import { DATA_TYPE_BYTES, type DataType, decodeValues, MAX_TENSOR_VALUES, readZip, sizeOf } from '@cxr/data';
import { CxrFileError, describeValue } from '@cxr/image';
import type { WeightTensor } from '../inception/inception-weights.js';
import { type PickleGlobal, type PickleHooks, unpickle } from './unpickle.js';

/**
 * Reads the tensors of a torch state dict, of both formats that torch.save has written: a zip file (since 1.6) and
 * the older row of pickles. Nothing of the file is run.
 *
 * The tensors take at most four times the memory of the file, and a fixed limit: sizes are checked before any is taken, and a
 * tensor that has more elements than its storage (stride 0, overlapping rows) is refused, since no weights do.
 *
 * @throws CxrFileError `corrupt`, `truncated`, `unsupported` or `too-large`, without the file's name, which `readWeights` adds;
 * TypeError for anything but a Uint8Array.
 */
export function readTorch(bytes: Uint8Array): Map<string, WeightTensor> {
  if (!(bytes instanceof Uint8Array))
    throw new TypeError(`a torch file's bytes must be a Uint8Array, not ${describeValue(bytes)}`);
  if (isZip(bytes)) return readZipFormat(bytes);
  if (isPickle(bytes)) return readLegacy(bytes);
  throw new CxrFileError('corrupt', 'not a torch file: neither a zip file nor torch’s older format');
}

/** Whether the first bytes are those of a torch file, of either format. */
export function isTorch(bytes: Uint8Array): boolean {
  return isZip(bytes) || isPickle(bytes);
}

const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b;

/** A pickle of protocol 2 to 5: the legacy format begins with one that holds its magic number. */
const isPickle = (bytes: Uint8Array): boolean => bytes[0] === 0x80 && bytes[1]! >= 2 && bytes[1]! <= 5;

const STORAGE_TYPES: Record<string, DataType> = {
  FloatStorage: 'F32',
  DoubleStorage: 'F64',
  HalfStorage: 'F16',
  BFloat16Storage: 'BF16',
  LongStorage: 'I64',
  IntStorage: 'I32',
  ShortStorage: 'I16',
  CharStorage: 'I8',
  ByteStorage: 'U8',
  BoolStorage: 'BOOL',
};

/** A block of values that tensors are views of. */
interface Storage {
  type: DataType;
  key: string;
  length: number;
}

/** A tensor of the pickle: a strided view of a storage, whose values may not have been read yet. */
class TensorView {
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: number[];
  readonly stride: number[];

  constructor(args: unknown[]) {
    const [storage, offset, shape, stride] = args;
    const sizes = [shape, stride].every((list) => Array.isArray(list) && list.every(isSize));
    if (!isStorage(storage) || !isSize(offset) || !sizes)
      throw new CxrFileError('corrupt', 'pickle has a malformed tensor');
    this.storage = storage;
    this.offset = offset;
    // Copies: the pickle may go on to change its lists.
    this.shape = (shape as number[]).slice(0, MAX_RANK + 1);
    this.stride = (stride as number[]).slice(0, MAX_RANK + 1);
    if (this.shape.length !== this.stride.length || this.shape.length > MAX_RANK)
      throw new CxrFileError('corrupt', 'pickle has a malformed tensor');
  }

  get size(): number {
    return sizeOf(this.shape);
  }
}

/** torch itself has no tensors of more dimensions. */
const MAX_RANK = 64;

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isStorage = (value: unknown): value is Storage =>
  typeof value === 'object' && value !== null && 'key' in value && 'type' in value;

const ORDERED_DICT = 'collections OrderedDict';
const HOOKS: PickleHooks = {
  globals: new Map<string, ((args: unknown[]) => unknown) | null>([
    [ORDERED_DICT, () => new Map()],
    ['torch._utils _rebuild_tensor_v2', (args) => new TensorView(args)],
    // Parameter(tensor, requires_grad, hooks): the tensor is all that counts.
    ['torch._utils _rebuild_parameter', (args) => args[0]],
    ...Object.keys(STORAGE_TYPES).map((name) => [`torch ${name}`, null] as const),
  ]),
  persistent(id) {
    // ('storage', type, key, location, length) and, in the legacy format, a sixth: None, or a view's offset.
    const [tag, type, key, , length, view] = Array.isArray(id) ? id : [];
    const dataType = STORAGE_TYPES[String((type as PickleGlobal | undefined)?.global).replace('torch ', '')];
    if (tag !== 'storage' || !dataType || typeof key !== 'string' || !isSize(length) || view != null) {
      throw new CxrFileError('corrupt', 'pickle refers to something that is not a plain storage');
    }
    return { type: dataType, key, length } satisfies Storage;
  },
};

function readZipFormat(bytes: Uint8Array): Map<string, WeightTensor> {
  // torch stores without compression, and packed again weights become a tenth smaller.
  const entries = readZip(bytes, { maxBytes: 1.5 * bytes.length + 2 ** 20 });
  const pickleName = [...entries.keys()].find((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickleName === undefined)
    throw new CxrFileError('corrupt', 'a zip file, but not one that torch wrote: no data.pkl');
  const folder = pickleName.slice(0, -'data.pkl'.length);
  const order = entries.get(`${folder}byteorder`);
  if (order && new TextDecoder().decode(order) !== 'little')
    throw new CxrFileError('corrupt', 'big-endian torch file');
  return toTensors(unpickle(entries.get(pickleName)!, HOOKS).value, (storage) => {
    const data = entries.get(`${folder}data/${storage.key}`);
    if (!data) throw new CxrFileError('corrupt', `torch file lacks the data of storage ${storage.key}`);
    return data;
  });
}

const LEGACY_MAGIC = 0x1950a86a20f9469cfc6cn;
const LEGACY_PROTOCOL = 1001;

/**
 * The legacy format: pickles of a magic number, a protocol, the writer's system, the object, and the storages' keys;
 * then each storage in that order as an int64 length and its values.
 */
function readLegacy(bytes: Uint8Array): Map<string, WeightTensor> {
  const magic = unpickle(bytes, HOOKS);
  if (magic.value !== LEGACY_MAGIC)
    throw new CxrFileError('corrupt', 'a pickle, but not a file that torch.save wrote');
  const protocol = unpickle(bytes, HOOKS, magic.end);
  if (protocol.value !== LEGACY_PROTOCOL)
    throw new CxrFileError('corrupt', 'a torch file of an unknown protocol');
  const system = unpickle(bytes, HOOKS, protocol.end);
  if (system.value instanceof Map && system.value.get('little_endian') === false) {
    throw new CxrFileError('corrupt', 'big-endian torch file');
  }
  const object = unpickle(bytes, HOOKS, system.end);
  const keys = unpickle(bytes, HOOKS, object.end);
  if (!Array.isArray(keys.value)) throw new CxrFileError('corrupt', 'torch file lacks its list of storages');

  const types = new Map(tensorEntries(object.value).map(([, { storage }]) => [storage.key, storage.type]));
  const blocks = new Map<string, Uint8Array>();
  let at = keys.end;
  for (const key of keys.value as unknown[]) {
    if (typeof key !== 'string')
      throw new CxrFileError('corrupt', 'torch file has a malformed list of storages');
    const type = types.get(key);
    if (!type) throw new CxrFileError('corrupt', `torch file has a storage that no tensor uses: ${key}`);
    if (at + 8 > bytes.length) throw new CxrFileError('truncated', 'torch file is cut off');
    const length = Number(new DataView(bytes.buffer, bytes.byteOffset + at).getBigInt64(0, true));
    const size = length * DATA_TYPE_BYTES[type];
    at += 8;
    if (!isSize(length) || at + size > bytes.length)
      throw new CxrFileError('truncated', 'torch file is cut off');
    blocks.set(key, bytes.subarray(at, at + size));
    at += size;
  }
  return toTensors(object.value, (storage) => {
    const data = blocks.get(storage.key);
    if (!data) throw new CxrFileError('corrupt', `torch file lacks the data of storage ${storage.key}`);
    return data;
  });
}

/** The tensors of a state dict by name; also of a checkpoint that holds one under `state_dict`. */
function tensorEntries(value: unknown): [string, TensorView][] {
  const inner = value instanceof Map ? value.get('state_dict') : undefined;
  const dict = inner instanceof Map ? inner : value;
  if (!(dict instanceof Map)) throw new CxrFileError('corrupt', 'torch file holds no state dict');
  const entries = [...dict].filter((entry): entry is [unknown, TensorView] => entry[1] instanceof TensorView);
  if (!entries.every((entry): entry is [string, TensorView] => typeof entry[0] === 'string'))
    throw new CxrFileError('corrupt', 'torch file has a tensor whose name is no text');
  if (entries.length === 0) throw new CxrFileError('corrupt', 'torch file holds no state dict');
  return entries;
}

function toTensors(value: unknown, dataOf: (storage: Storage) => Uint8Array): Map<string, WeightTensor> {
  const entries = tensorEntries(value);
  checkSizes(entries);
  const storages = new Map<string, Float32Array>();
  const tensors = new Map<string, WeightTensor>();
  for (const [name, view] of entries) {
    const { storage } = view;
    let values = storages.get(storage.key);
    if (!values) {
      const data = dataOf(storage);
      if (data.length < storage.length * DATA_TYPE_BYTES[storage.type])
        throw new CxrFileError('truncated', `tensor ${name} is cut off`);
      values = decodeValues(data, storage.type, storage.length);
      storages.set(storage.key, values);
    }
    tensors.set(name, { shape: view.shape, data: viewValues(values, view) });
  }
  return tensors;
}

/** Before anything is read: a few bytes can declare any shape, strides that repeat elements, and many views of one storage. */
function checkSizes(entries: readonly [string, TensorView][]): void {
  const lengths = new Map<string, number>();
  let total = 0;
  for (const [name, view] of entries) {
    const { key, length } = view.storage;
    if (view.size > length || (view.size > 0 && lastIndex(view) >= length))
      throw new CxrFileError('corrupt', `tensor ${name} is larger than its storage`);
    if ((lengths.get(key) ?? length) !== length)
      throw new CxrFileError('corrupt', `tensor ${name} has a storage of two lengths`);
    if (!lengths.has(key)) total += length;
    if (!isContiguous(view)) total += view.size;
    lengths.set(key, length);
  }
  if (total > MAX_TENSOR_VALUES)
    throw new CxrFileError('too-large', `torch file holds more than ${MAX_TENSOR_VALUES} values`);
}

function lastIndex({ shape, stride, offset }: TensorView): number {
  return shape.reduce((at, dim, axis) => at + (dim - 1) * stride[axis]!, offset);
}

/** The view's values in row-major order; the storage itself where it is exactly that. */
function viewValues(values: Float32Array, view: TensorView): Float32Array {
  const { shape, stride, offset, size } = view;
  if (isContiguous(view)) return values.subarray(offset, offset + size);
  const out = new Float32Array(size);
  const index = shape.map(() => 0);
  let from = offset;
  for (let i = 0; i < size; i++) {
    out[i] = values[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += stride[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= stride[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

function isContiguous({ shape, stride, size }: TensorView): boolean {
  if (size === 0) return true;
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && stride[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}
