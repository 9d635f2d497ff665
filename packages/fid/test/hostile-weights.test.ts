import { readSafetensors, readTorch, readWeights } from '@cxr/fid';
import { CxrFileError } from '@cxr/image';
import { describe, expect, it } from 'vitest';
import {
  APPENDS,
  call,
  concat,
  dict,
  EMPTY_LIST,
  global,
  int,
  legacyFile,
  MARK,
  MEMOIZE,
  type Part,
  pickle,
  storedZip,
  str,
  TUPLE1,
  tensor,
  tuple,
  zipFile,
} from './pickles.js';

/** Reads, and asserts one clear refusal within 2 s and without 256 MB of arrays. */
function expectRefused(read: () => unknown, code: string, message: RegExp): void {
  const before = process.memoryUsage().arrayBuffers;
  const start = performance.now();
  let caught: unknown;
  try {
    read();
  } catch (error) {
    caught = error;
  }
  expect(performance.now() - start).toBeLessThan(2000);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(256e6);
  expect(caught).toBeInstanceOf(CxrFileError);
  expect(caught).toMatchObject({ code, message: expect.stringMatching(message) });
}

const values = new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6).buffer);
const six = { length: 6 };
const repeat = (count: number, ...parts: Part[]): Part[] => Array.from({ length: count }, () => parts).flat();

describe('the files of these tests', () => {
  it.each([
    ['legacy', (object: Part) => legacyFile(object, { 0: values }, 4)],
    ['zip', (object: Part) => zipFile(object, { 0: values })],
  ])('are read where they are sound: %s', (_, file) => {
    const object = dict(
      [str('whole'), tensor({ ...six, shape: [2, 3], stride: [3, 1] })],
      [str('transposed'), tensor({ ...six, shape: [3, 2], stride: [1, 3] })],
      [str('part'), tensor({ ...six, offset: 4, shape: [2], stride: [1] })],
      [str('every other'), tensor({ ...six, offset: 1, shape: [3], stride: [2] })],
      [str('ones'), tensor({ ...six, shape: [1, 1, 6, 1], stride: [7, 9, 1, 0] })],
      [str('none'), tensor({ ...six, shape: [2 ** 40, 0], stride: [1, 1] })],
    );
    const tensors = readTorch(file(object));
    expect(Object.fromEntries([...tensors].map(([name, { data }]) => [name, [...data]]))).toEqual({
      whole: [1, 2, 3, 4, 5, 6],
      transposed: [1, 4, 2, 5, 3, 6],
      part: [5, 6],
      'every other': [2, 4, 6],
      ones: [1, 2, 3, 4, 5, 6],
      none: [],
    });
    // What lies in its storage as it is needs no memory of its own.
    const buffers = (...names: string[]) => new Set(names.map((name) => tensors.get(name)!.data.buffer));
    expect(buffers('whole', 'part', 'ones').size).toBe(1);
    expect(buffers('whole', 'transposed', 'every other').size).toBe(3);
  });
});

describe('tensors larger than their file', () => {
  const malformed = /malformed tensor/;
  const larger = /tensor a is larger than its storage/;
  it.each([
    ['stride 0', { ...six, shape: [2 ** 31 - 1], stride: [0] }, larger],
    ['stride 0 in one of two', { ...six, shape: [2 ** 20, 3], stride: [0, 1] }, larger],
    ['overlapping rows', { ...six, shape: [4, 3], stride: [1, 1] }, larger],
    [
      'a product beyond what counts',
      { ...six, shape: repeat(40, 2 ** 30) as number[], stride: repeat(40, 0) as number[] },
      larger,
    ],
    ['a last element outside', { ...six, shape: [2, 3], stride: [4, 1] }, larger],
    ['an offset outside', { ...six, offset: 1, shape: [2, 3], stride: [3, 1] }, larger],
    [
      'a storage that the file lacks',
      { length: 2 ** 26, shape: [2 ** 26], stride: [1] },
      /tensor a is cut off/,
    ],
    [
      'too many dimensions',
      { ...six, shape: repeat(65, 1) as number[], stride: repeat(65, 1) as number[] },
      malformed,
    ],
    ['shape and stride of two lengths', { ...six, shape: [2, 3], stride: [1] }, malformed],
    ['a negative stride', { ...six, shape: [2], stride: [-1] }, malformed],
    ['a negative size', { ...six, shape: [-2], stride: [1] }, malformed],
    ['a negative offset', { ...six, offset: -1, shape: [2], stride: [1] }, malformed],
  ])('are refused: %s', (_, parts, message) => {
    const object = dict([str('a'), tensor(parts)]);
    const code = String(message).includes('cut off') ? 'truncated' : 'corrupt';
    for (const file of [legacyFile(object, { 0: values }, 4), zipFile(object, { 0: values })]) {
      expectRefused(() => readTorch(file), code, message);
    }
  });

  it('are refused where a storage would be larger than any weights, or of two lengths', () => {
    const file = (...views: Part[]) =>
      zipFile(dict(...views.map((view, i) => [str(`${i}`), view] as [Part, Part])), { 0: values });
    const huge = tensor({ length: 2 ** 33, shape: [1], stride: [1] });
    expectRefused(() => readTorch(file(huge)), 'too-large', /more than 134217728 values/);
    const [one, other] = [5, 6].map((length) => tensor({ length, shape: [1], stride: [1] }));
    expectRefused(() => readTorch(file(one!, other!)), 'corrupt', /tensor 1 has a storage of two lengths/);
  });

  it('are refused in their sum: a hundred strided views of one storage', () => {
    const storage = new Uint8Array(2 ** 22);
    const view = { type: 'Byte', length: 2 ** 22, shape: [2 ** 11, 2 ** 11], stride: [1, 2 ** 11] };
    const object = dict(
      ...Array.from({ length: 100 }, (_, i) => [str(`${i}`), tensor(view)] as [Part, Part]),
    );
    expectRefused(
      () => readTorch(zipFile(object, { 0: storage })),
      'too-large',
      /more than 134217728 values/,
    );
  });

  it('are refused in a zip that unpacks to far more than it is', () => {
    const storage = new Uint8Array(4);
    const whole = zipFile(dict([str('a'), tensor({ length: 1, shape: [1], stride: [1] })]), { 0: storage });
    // The size that the directory declares of the storage.
    const at = Buffer.from(whole).lastIndexOf('archive/data/0') - 46 + 24;
    new DataView(whole.buffer).setUint32(at, 2 ** 31, true);
    expectRefused(() => readTorch(whole), 'too-large', /more than the limit/);
  });
});

describe('pickles that are none of weights', () => {
  const a = tensor({ ...six, shape: [6], stride: [1] });
  const mark = /mark as a value/;
  const nested = (depth: number, inner: Part): Part[] => [inner, ...repeat(depth, TUPLE1)];
  const doubled: Part[] = [str('x'), MEMOIZE];
  for (let i = 0; i < 40; i++) doubled.push(0x68, i, 0x86, MEMOIZE); // TUPLE2 of the last with itself

  it.each([
    [
      'more items than a call takes',
      [EMPTY_LIST, MARK, ...repeat(130_000, 0x4e), APPENDS],
      'corrupt',
      /no state dict/,
    ],
    ['deep tuples as the object', nested(100_000, str('x')), 'corrupt', /no state dict/],
    ['deep tuples as a name', dict([nested(100_000, str('x')), a]), 'corrupt', /name is no text/],
    ['a number as a name', dict([int(7), a]), 'corrupt', /name is no text/],
    ['a mark as a name', [0x7d, MARK, 0x73], 'corrupt', mark],
    [
      'a mark as a name, in a dict',
      [0x7d, MARK, MARK, a, 0x75],
      'corrupt',
      /mark as a value|without a value|no dict|not a dict/,
    ],
    ['a mark as a value', [0x7d, str('a'), MARK, 0x73], 'corrupt', mark],
    ['a mark that is remembered', [MARK, 0x71, 0], 'corrupt', mark],
    ['a mark as the object', [MARK], 'corrupt', mark],
    ['a mark in a tuple', [MARK, TUPLE1], 'corrupt', mark],
    ['a mark as arguments', [global('collections', 'OrderedDict'), MARK, 0x52], 'corrupt', mark],
    ['a mark as a module', [MARK, str('x'), 0x93], 'corrupt', mark],
    ['a memo of nothing', [0x71, 0], 'corrupt', /stores from an empty stack/],
    ['a memo never stored', [0x68, 9], 'corrupt', /recalls what it never stored: 9/],
    ['a tuple as a module', [tuple(str('x')), str('y'), 0x93], 'corrupt', /global by what is no text/],
    ['a list that doubles as a module', [...doubled, str('y'), 0x93], 'corrupt', /global by what is no text/],
    [
      'a list that doubles as the shape',
      call(global('torch._utils', '_rebuild_tensor_v2'), int(1), int(0), doubled, doubled),
      'corrupt',
      /malformed tensor/,
    ],
    ['a key without a value', [0x7d, MARK, str('a'), 0x75], 'corrupt', /key without a value/],
    ['steps without end', repeat(600_000, 0x7d), 'too-large', /more than 131072 steps/],
    ['a number longer than the file', [0x8a, 255], 'truncated', /ends too early/],
    ['a text longer than the file', [0x58, 255, 255, 255, 255], 'truncated', /ends too early/],
    ['a long number of four bytes of length', [0x8b, 255, 255, 255, 127], 'unsupported', /opcode 0x8b/],
    ['a call of a number', [int(1), tuple(), 0x52], 'corrupt', /calls what is no function/],
    [
      'a call of a storage type',
      call(global('torch', 'FloatStorage')),
      'corrupt',
      /calls torch FloatStorage/,
    ],
    [
      'a storage of a type unknown',
      [tuple(str('storage'), str('x'), str('0'), str('cpu'), int(1)), 0x51],
      'corrupt',
      /not a plain storage/,
    ],
    [
      'a storage that is a view',
      [tuple(str('storage'), global('torch', 'FloatStorage'), str('0'), str('cpu'), int(1), int(2)), 0x51],
      'corrupt',
      /not a plain storage/,
    ],
    ['attributes of a number', [int(1), int(1), 0x62], 'corrupt', /not a dict/],
    ['an append to a tuple’s lack', [int(1), int(1), 0x61], 'corrupt', /not a list/],
  ] as [string, Part[], string, RegExp][])('are refused: %s', (_, object, code, message) => {
    expectRefused(() => readTorch(zipFile(object, { 0: values })), code, message);
    expectRefused(() => readTorch(legacyFile(object, { 0: values }, 4)), code, message);
  });

  it('are refused where the parts of the older format are of other types', () => {
    const magic = legacyFile(0x7d).subarray(0, 15);
    const deep = pickle(nested(100_000, str('x')));
    expectRefused(() => readTorch(concat(magic, deep)), 'corrupt', /unknown protocol/);
    expectRefused(
      () => readTorch(pickle(nested(100_000, str('x')))),
      'corrupt',
      /not a file that torch.save wrote/,
    );
    const object = pickle(dict([str('a'), a]));
    const keys = pickle(EMPTY_LIST, nested(100_000, str('x')), 0x61);
    const file = concat(magic, pickle(0x4d, 0xe9, 0x03), pickle(0x7d), object, keys);
    expectRefused(() => readTorch(file), 'corrupt', /malformed list of storages/);
  });

  it('name what they hold without steering the terminal', () => {
    const object = dict([str('\x1b[2J\n'), tensor({ ...six, shape: [7], stride: [1] })]);
    expectRefused(
      () => readTorch(zipFile(object, { 0: values })),
      'corrupt',
      /^tensor \\u001b\[2J\\u000a is larger/,
    );
  });

  it('and zip files that torch did not write', () => {
    expectRefused(() => readTorch(storedZip([['a.txt', values]])), 'corrupt', /not one that torch wrote/);
    const big: [string, Uint8Array][] = [
      ['a/data.pkl', pickle(0x7d)],
      ['a/byteorder', new TextEncoder().encode('big')],
    ];
    expectRefused(() => readTorch(storedZip(big)), 'corrupt', /big-endian/);
    const lacking = dict([str('a'), tensor({ key: '9', ...six, shape: [6], stride: [1] })]);
    expectRefused(() => readTorch(zipFile(lacking, { 0: values })), 'corrupt', /lacks the data of storage 9/);
  });
});

describe('safetensors', () => {
  function file(header: unknown, data: Uint8Array = values): Uint8Array {
    const json = typeof header === 'string' ? header : JSON.stringify(header);
    const text = new TextEncoder().encode(json);
    return concat(new Uint8Array(BigInt64Array.of(BigInt(text.length)).buffer), text, data);
  }
  const entry = (
    begin: number,
    end: number,
    shape: unknown = [(end - begin) / 4],
    dtype: unknown = 'F32',
  ) => ({
    dtype,
    shape,
    data_offsets: [begin, end],
  });

  it('are read whatever the order of the header', () => {
    const read = readSafetensors(
      file({ b: entry(8, 24), __metadata__: { x: 'y' }, none: entry(8, 8), a: entry(0, 8) }),
    );
    expect([...read].map(([name, { data }]) => [name, ...data])).toEqual([
      ['b', 3, 4, 5, 6],
      ['none'],
      ['a', 1, 2],
    ]);
  });

  it.each([
    [
      'the same range twice',
      { a: entry(0, 24), b: entry(0, 24) },
      'corrupt',
      /tensor b does not begin where/,
    ],
    ['overlapping ranges', { a: entry(0, 16), b: entry(8, 24) }, 'corrupt', /tensor b does not begin where/],
    ['a gap', { a: entry(0, 8), b: entry(12, 24) }, 'corrupt', /tensor b does not begin where/],
    ['a gap before the first', { a: entry(4, 24) }, 'corrupt', /tensor a does not begin where/],
    ['bytes of no tensor', { a: entry(0, 20) }, 'corrupt', /belong to no tensor/],
    ['a range outside', { a: entry(0, 28) }, 'truncated', /cut off in tensor a/],
    ['a range that ends before it begins', { a: entry(24, 0) }, 'corrupt', /malformed/],
    ['a shape of another size', { a: entry(0, 24, [7]) }, 'corrupt', /malformed/],
    ['a shape beyond what counts', { a: entry(0, 24, [2 ** 52, 2 ** 52, 2 ** 52]) }, 'corrupt', /malformed/],
    ['a negative shape', { a: entry(0, 24, [-2, -3]) }, 'corrupt', /malformed/],
    ['a shape of text', { a: entry(0, 24, ['6']) }, 'corrupt', /malformed/],
    ['no shape', { a: { dtype: 'F32', data_offsets: [0, 24] } }, 'corrupt', /malformed/],
    ['three offsets', { a: { dtype: 'F32', shape: [6], data_offsets: [0, 24, 24] } }, 'corrupt', /malformed/],
    ['a type unknown', { a: entry(0, 24, [6], 'F8_E4M3') }, 'unsupported', /unknown type F8_E4M3/],
    ['a type of the prototype', { a: entry(0, 24, [6], 'toString') }, 'unsupported', /unknown type toString/],
    ['a list as the type', { a: entry(0, 24, [6], ['F32']) }, 'unsupported', /no type/],
    ['a type that cannot be text', { a: entry(0, 24, [6], { toString: 1 }) }, 'unsupported', /no type/],
    ['null for a tensor', { a: null }, 'unsupported', /no type/],
    ['a list as the header', [entry(0, 24)], 'corrupt', /no JSON object/],
    ['null as the header', null, 'corrupt', /no JSON object/],
    ['no JSON', '{"a"', 'corrupt', /no JSON object/],
    ['JSON without end', '['.repeat(1e6), 'corrupt', /no JSON object/],
    ['no tensors', { __metadata__: {} }, 'corrupt', /no tensors/],
    ['a header of megabytes', `{"a":"${'x'.repeat(2 ** 22)}"}`, 'too-large', /header of \d+ bytes/],
    [
      'a name that steers the terminal',
      { '\x1b[2J': entry(0, 24, [7]) },
      'corrupt',
      /^tensor \\u001b\[2J has/,
    ],
  ])('are refused: %s', (_, header, code, message) => {
    expectRefused(() => readSafetensors(file(header)), code, message);
  });

  it('are refused where bytes would become too many floats', () => {
    const data = new Uint8Array(2 ** 27 + 8);
    const header = { a: entry(0, data.length, [data.length], 'U8') };
    // Made before, so that its own arrays are not counted.
    const bytes = file(header, data);
    expectRefused(() => readSafetensors(bytes), 'too-large', /more than 134217728 values/);
  });

  it.each([
    ['x.safetensors', 'not a safetensors file'],
    ['X.SAFETENSORS', 'not a safetensors file'],
    ['x.pth', 'not a torch file'],
    ['x.pt', 'not a torch file'],
    ['x.onnx', 'neither a torch file (zip or older format) nor a safetensors file'],
    [undefined, 'neither a torch file (zip or older format) nor a safetensors file'],
  ])('of another kind are reported by what %s promises', async (name, message) => {
    for (const text of ['', 'hello', '<!doctype html><title>Sign in</title>', '\x89PNG\r\n\x1a\n']) {
      await expect(readWeights(new TextEncoder().encode(text), { file: name })).rejects.toMatchObject({
        code: 'corrupt',
        file: name,
        reason: expect.stringContaining(`cannot read weights: ${message}`),
      });
    }
  });

  it('of one kind are read under the name of the other', async () => {
    const torch = storedZip([['archive/other', new Uint8Array(1)]]);
    await expect(readWeights(torch, { file: 'x.safetensors' })).rejects.toThrow('not one that torch wrote');
    const tensors = file({ a: entry(0, 24) });
    await expect(readWeights(tensors, { file: 'x.pth' })).rejects.toMatchObject({ code: 'mismatch' });
  });

  it('are refused with the file’s name by readWeights', async () => {
    const bytes = file({ a: entry(0, 16), b: entry(8, 24) });
    await expect(readWeights(bytes, { file: 'x.safetensors' })).rejects.toMatchObject({
      code: 'corrupt',
      file: 'x.safetensors',
      message: expect.stringMatching(/^x\.safetensors: cannot read weights: tensor b/),
    });
  });
});
