import { crc32 } from 'node:zlib';

/** Bytes of a pickle, opcode by opcode (Python's pickletools has the list). */
export type Part = number | Part[];

const text = (value: string): number[] => [...new TextEncoder().encode(value)];
const flat = (part: Part): number[] => (Array.isArray(part) ? part.flatMap(flat) : [part]);
const uint32 = (value: number): number[] => [0, 8, 16, 24].map((shift) => (value >>> shift) & 255);

export const MARK = 0x28;
export const EMPTY_LIST = 0x5d;
export const APPENDS = 0x65;
export const TUPLE1 = 0x85;
export const MEMOIZE = 0x94;

export const str = (value: string): number[] => [0x58, ...uint32(text(value).length), ...text(value)];
export const int = (value: number): number[] =>
  Number.isSafeInteger(value) && value >= 0 && value < 2 ** 31
    ? [0x4a, ...uint32(value)]
    : [0x8a, 8, ...new Uint8Array(BigInt64Array.of(BigInt(value)).buffer)];
export const tuple = (...items: Part[]): Part[] => [MARK, ...items, 0x74];
export const global = (module: string, name: string): number[] => [0x63, ...text(`${module}\n${name}\n`)];
export const call = (target: Part, ...args: Part[]): Part[] => [target, tuple(...args), 0x52];
export const pickle = (...parts: Part[]): Uint8Array => Uint8Array.from([0x80, 2, ...flat(parts), 0x2e]);
export const dict = (...entries: [key: Part, value: Part][]): Part[] => [0x7d, MARK, ...entries.flat(), 0x75];

export interface TensorParts {
  type?: string;
  key?: string;
  /** Values of the storage. */
  length: number;
  offset?: number;
  shape: number[];
  stride: number[];
}

export function tensor({
  type = 'Float',
  key = '0',
  length,
  offset = 0,
  shape,
  stride,
}: TensorParts): Part[] {
  const storage = [
    tuple(str('storage'), global('torch', `${type}Storage`), str(key), str('cpu'), int(length)),
    0x51,
  ];
  return call(
    global('torch._utils', '_rebuild_tensor_v2'),
    ...[storage, int(offset), tuple(...shape.map(int)), tuple(...stride.map(int)), 0x89],
    call(global('collections', 'OrderedDict')),
  );
}

/** A torch file of the older format: the object, and storages by key. */
export function legacyFile(object: Part, storages: Record<string, Uint8Array> = {}, values = 1): Uint8Array {
  const magic = [0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
  const keys = [EMPTY_LIST, MARK, ...Object.keys(storages).map(str), APPENDS];
  return concat(
    pickle(magic),
    pickle(0x4d, 0xe9, 0x03),
    pickle(0x7d),
    pickle(object),
    pickle(keys),
    ...Object.values(storages).flatMap((bytes) => [
      new Uint8Array(BigInt64Array.of(BigInt(bytes.length / values)).buffer),
      bytes,
    ]),
  );
}

/** A torch file of the zip format. */
export function zipFile(object: Part, storages: Record<string, Uint8Array> = {}): Uint8Array {
  const entries = Object.entries(storages).map(([key, bytes]) => [`archive/data/${key}`, bytes] as const);
  return storedZip([['archive/data.pkl', pickle(object)], ...entries]);
}

export function storedZip(entries: (readonly [name: string, bytes: Uint8Array])[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const [name, bytes] of entries) {
    const shared = [20, 0, 0, 0, 0, 0, 0, 0, 0, 0, ...uint32(crc32(bytes)), ...uint32(bytes.length)];
    const sizes = [...shared, ...uint32(bytes.length), text(name).length & 255, text(name).length >> 8, 0, 0];
    const local = Uint8Array.from([0x50, 0x4b, 3, 4, ...sizes, ...text(name)]);
    directory.push(
      Uint8Array.from([
        ...[0x50, 0x4b, 1, 2, 20, 0, ...sizes, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        ...uint32(at),
        ...text(name),
      ]),
    );
    parts.push(local, bytes);
    at += local.length + bytes.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const count = [entries.length & 255, entries.length >> 8];
  const end = [0x50, 0x4b, 5, 6, 0, 0, 0, 0, ...count, ...count, ...uint32(size), ...uint32(at), 0, 0];
  return concat(...parts, ...directory, Uint8Array.from(end));
}

export function concat(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
