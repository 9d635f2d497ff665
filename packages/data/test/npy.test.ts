import { type NpyArray, readMedMnist, readNpy, readNpz, readZip, writeNpy, writeNpz } from '@cxr/data';
import { CxrFileError } from '@cxr/image';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readJsonLines } from '../../../test/support/goldens.js';

interface Row {
  name: string;
  file: string;
  arrays: Record<string, { dtype: string; shape: number[]; values: (number | string | boolean)[] }>;
}

const rows = readJsonLines<Row>('data/npy.jsonl');
const single = rows.filter(({ name }) => !name.startsWith('npz'));
const bytesOf = ({ file }: Row) => new Uint8Array(Buffer.from(file, 'base64'));

/** Values as the goldens write them. */
function plain({ data, shape, dtype }: NpyArray): unknown {
  const values = Array.from(data as Iterable<number | bigint>, (value) => {
    if (dtype === 'bool') return value === 1;
    if (typeof value === 'bigint') return String(value);
    if (Object.is(value, -0)) return '-0';
    return Number.isFinite(value) ? value : String(value).replace('Infinity', 'inf').replace('NaN', 'nan');
  });
  return { dtype, shape, values };
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof CxrFileError) return error.code;
    throw error;
  }
  return 'no error';
}

/** An .npy file that ends after its header. */
function header(text: string): Uint8Array {
  const bytes = new Uint8Array(10 + text.length);
  bytes.set([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0, text.length & 255, text.length >> 8]);
  bytes.set(new TextEncoder().encode(text), 10);
  return bytes;
}

describe('readNpy', () => {
  it.each(single)('reads what NumPy wrote: $name', (row) => {
    expect(plain(readNpy(bytesOf(row)))).toEqual(row.arrays['']);
  });

  it('reads a view of larger memory, as Node reads files, and leaves it as it is', () => {
    for (const row of single) {
      const file = bytesOf(row);
      // Odd, so that no number lies where a typed array could look at it.
      const memory = Buffer.alloc(file.length + 13, 0xaa);
      memory.set(file, 7);
      const before = Buffer.from(memory);
      expect(plain(readNpy(memory.subarray(7, 7 + file.length))), row.name).toEqual(row.arrays['']);
      expect(memory.equals(before), row.name).toBe(true);
    }
  });

  it('refuses what it does not know, and what is cut off', () => {
    const whole = bytesOf(single[0]!);
    expect(codeOf(() => readNpy(new Uint8Array(10)))).toBe('unsupported');
    for (let end = 8; end < whole.length; end++)
      expect(codeOf(() => readNpy(whole.subarray(0, end)))).toBe('truncated');
    const cases: [string, string][] = [
      ["{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", 'unsupported'],
      ["{'descr': '<U4', 'fortran_order': False, 'shape': (1,), }", 'unsupported'],
      ["{'descr': '<f16', 'fortran_order': False, 'shape': (1,), }", 'unsupported'],
      ["{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", 'unsupported'],
      ["{'descr': '<f8', 'fortran_order': False, 'shape': (99999999, 99999999), }", 'corrupt'],
      ["{'descr': '<f8', 'fortran_order': False, 'shape': (1000000, 1000000), }", 'truncated'],
      ["{'descr': '<f8', 'fortran_order': Perhaps, 'shape': (1,), }", 'corrupt'],
      ["{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }", 'corrupt'],
      ['print("hello")', 'corrupt'],
    ];
    for (const [text, code] of cases)
      expect(
        codeOf(() => readNpy(header(text))),
        text,
      ).toBe(code);
  });
});

describe('writeNpy', () => {
  it.each(single.filter(({ name }) => !name.startsWith('version')))(
    'writes the same bytes as NumPy: $name',
    (row) => {
      const options = { fortran: row.name.includes('Fortran'), bigEndian: row.name.includes('>') };
      expect(Buffer.from(writeNpy(readNpy(bytesOf(row)), options)).toString('base64')).toBe(row.file);
    },
  );

  it('calls C order what is the same in both, as NumPy does', () => {
    for (const [shape, order] of [
      [[1, 3], 'False'],
      [[3, 1], 'False'],
      [[3], 'False'],
      [[0, 5], 'False'],
      [[3, 2], 'True'],
    ] as const) {
      const data = new Uint8Array(shape.reduce((a: number, b: number) => a * b, 1));
      const file = writeNpy({ data, shape: [...shape], dtype: 'uint8' }, { fortran: true });
      expect(Buffer.from(file).toString('latin1')).toContain(`'fortran_order': ${order}`);
    }
  });

  it('leaves a Buffer as it is', () => {
    const data = Buffer.from([1, 2, 3, 4, 5, 6]);
    const bytes = writeNpy({ data, shape: [2, 3], dtype: 'uint8' }, { fortran: true });
    expect([...bytes.subarray(-6)]).toEqual([1, 4, 2, 5, 3, 6]);
    expect([...data]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('gives back every float16, and rounds half to even as NumPy', () => {
    const all = Float32Array.from({ length: 0x7c00 }, (_, bits) =>
      bits < 0x400 ? bits * 2 ** -24 : (1 + (bits & 0x3ff) / 1024) * 2 ** ((bits >> 10) - 15),
    );
    const back = readNpy(writeNpy({ data: all, shape: [all.length], dtype: 'float16' }));
    expect(back.data).toEqual(all);
    // np.float16 of these, by NumPy 1.24.
    const data = Float32Array.of(2049, 2051, 65519, 65520, 2 ** -25, 3 * 2 ** -25, 0.1);
    const rounded = readNpy(writeNpy({ data, shape: [7], dtype: 'float16' })).data;
    expect([...rounded]).toEqual([2048, 2052, 65504, Infinity, 0, 2 ** -23, 0.0999755859375]);
  });

  it('names wrong arguments', () => {
    const data = new Float32Array(3);
    expect(() => writeNpy({ data, shape: [2], dtype: 'float32' })).toThrow(
      new RangeError('invalid shape: [2] for 3 values'),
    );
    expect(() => writeNpy({ data, shape: [3], dtype: 'float64' })).toThrow(
      new TypeError('invalid data: Float32Array for float64'),
    );
    expect(() => writeNpy({ data, shape: [3], dtype: 'complex' as 'bool' })).toThrow(
      new RangeError('invalid dtype: complex'),
    );
  });
});

describe('npz', () => {
  it.each(rows.filter(({ name }) => name.startsWith('npz')))('reads what NumPy wrote: $name', (row) => {
    const arrays = readNpz(bytesOf(row));
    expect(Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, plain(array)]))).toEqual(
      row.arrays,
    );
  });

  it('gives back what it wrote', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.stringMatching(/^[a-z]\w{0,8}$/), fc.float64Array()),
        fc.boolean(),
        (record, compressed) => {
          const arrays = Object.fromEntries(
            Object.entries(record).map(([name, data]) => [
              name,
              { data, shape: [data.length], dtype: 'float64' as const },
            ]),
          );
          const bytes = writeNpz(arrays, { compressed });
          expect(readNpz(bytes)).toEqual(arrays);
          expect(writeNpz(arrays, { compressed })).toEqual(bytes);
        },
      ),
    );
  });

  it('reads only the arrays asked for, whatever lies beside them', () => {
    const mu = { data: Float64Array.of(1, 2), shape: [2], dtype: 'float64' as const };
    const names = header("{'descr': '<U4', 'fortran_order': False, 'shape': (0,), }");
    const bytes = zipSync({ 'files.npy': names, 'mu.npy': writeNpy(mu) });
    expect(readNpz(bytes, { names: ['mu', 'gone'] })).toEqual({ mu });
    expect(codeOf(() => readNpz(bytes))).toBe('unsupported');
  });

  it.each(single)('reads compressed what NumPy wrote: $name', (row) => {
    expect(plain(readNpz(zipSync({ 'a.npy': bytesOf(row) })).a!)).toEqual(row.arrays['']);
  });

  it('reads values wherever they start', () => {
    const values = Float64Array.of(1.5, -2, 1 / 3);
    for (let spaces = 0; spaces < 16; spaces++) {
      const start = header(`{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }${' '.repeat(spaces)}`);
      const file = Buffer.concat([start, new Uint8Array(values.buffer)]);
      for (const level of [0, 6] as const)
        expect(readNpz(zipSync({ 'a.npy': file }, { level })).a!.data).toEqual(values);
    }
  });

  it('leaves the bytes it is given as they are', () => {
    const array = { data: Int16Array.of(1, 2, 300, 4), shape: [2, 2], dtype: 'int16' as const };
    const file = writeNpy(array, { bigEndian: true, fortran: true });
    for (const bytes of [
      zipSync({ 'a.npy': file }, { level: 0 }),
      Buffer.from(zipSync({ 'a.npy': file }, { level: 0 })),
    ]) {
      const before = Uint8Array.from(bytes);
      const { a } = readNpz(bytes);
      expect(a).toEqual(array);
      a!.data.fill(0 as never);
      expect(Uint8Array.from(bytes)).toEqual(before);
    }
  });

  it('unpacks to 384 MiB unless told otherwise, and refuses more before it takes memory', () => {
    const zip = zipSync({ 'a.npy': writeNpy({ data: new Uint8Array(50), shape: [50], dtype: 'uint8' }) });
    const at = Buffer.from(zip).lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    const claiming = (size: number) => {
      const lying = zip.slice();
      new DataView(lying.buffer).setUint32(at + 24, size, true);
      return lying;
    };
    const used = process.memoryUsage().arrayBuffers;
    expect(codeOf(() => readNpz(claiming(3 * 2 ** 27 + 1)))).toBe('too-large');
    expect(codeOf(() => readMedMnist(claiming(3 * 2 ** 27 + 1)))).toBe('too-large');
    expect(codeOf(() => readNpz(claiming(3 * 2 ** 27)))).toBe('corrupt');
    expect(codeOf(() => readNpz(claiming(3 * 2 ** 27 + 1), { maxBytes: 3 * 2 ** 27 + 1 }))).toBe('corrupt');
    expect(process.memoryUsage().arrayBuffers - used).toBeLessThan(2 ** 24);
  });

  it('takes the memory of the values once', () => {
    const count = 2 ** 22;
    const zip = writeNpz(
      { a: { data: new Float64Array(count), shape: [count], dtype: 'float64' } },
      { compressed: true },
    );
    const used = process.memoryUsage().arrayBuffers;
    const { a } = readNpz(zip);
    expect(process.memoryUsage().arrayBuffers - used).toBeLessThan(1.5 * 8 * count);
    expect(a!.data).toHaveLength(count);
    // A view of the entry that was unpacked, after its header.
    expect(a!.data.buffer.byteLength).toBeGreaterThan(a!.data.byteLength);
  });

  it('counts what conversion takes', () => {
    const size = (file: Uint8Array) => file.length;
    const half = writeNpy({ data: Float32Array.of(1, 2, 3), shape: [3], dtype: 'float16' });
    const columns = writeNpy(
      { data: Int32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3], dtype: 'int32' },
      { fortran: true },
    );
    const plainRow = writeNpy({ data: Int32Array.of(1, 2), shape: [2], dtype: 'int32' });
    for (const [file, extra] of [
      [half, 12],
      [columns, 48],
      [plainRow, 0],
    ] as const) {
      const zip = zipSync({ 'a.npy': file });
      expect(codeOf(() => readNpz(zip, { maxBytes: size(file) + extra }))).toBe('no error');
      expect(codeOf(() => readNpz(zip, { maxBytes: size(file) + extra - 1 }))).toBe('too-large');
      const two = zipSync({ 'a.npy': file, 'b.npy': file });
      expect(codeOf(() => readNpz(two, { maxBytes: 2 * (size(file) + extra) }))).toBe('no error');
      expect(codeOf(() => readNpz(two, { maxBytes: 2 * (size(file) + extra) - 1 }))).toBe('too-large');
    }
    expect(() => readNpz(zipSync({ 'a.npy': half }), { maxBytes: size(half) })).toThrow(
      'a: an array that takes 12 bytes to convert, and the limit leaves 0',
    );
  });

  it('converts many float16 as it does few', () => {
    const all = Uint16Array.from({ length: 70_000 }, (_, i) => i & 0xffff);
    const file = (halves: Uint16Array) =>
      Buffer.concat([
        header(`{'descr': '<f2', 'fortran_order': False, 'shape': (${halves.length},), }`),
        new Uint8Array(halves.buffer, halves.byteOffset, halves.byteLength),
      ]);
    const many = readNpy(file(all)).data;
    expect(many.subarray(0, 100)).toEqual(readNpy(file(all.subarray(0, 100))).data);
    expect(many.subarray(60_000)).toEqual(readNpy(file(all.subarray(60_000))).data);
    expect([...many.subarray(0x3c00, 0x3c02)]).toEqual([1, 1 + 2 ** -10]);
  });

  it('is stored unless compression is asked for, with a time that never changes', () => {
    const bytes = writeNpz({ a: { data: new Uint8Array(5000), shape: [5000], dtype: 'uint8' } });
    expect(bytes.length).toBeGreaterThan(5000);
    // 1980-01-01 00:00 as MS-DOS writes it.
    expect([...bytes.subarray(10, 14)]).toEqual([0, 0, 0x21, 0]);
  });

  it('does not unpack the arrays that were not asked for', () => {
    const mu = { data: Float64Array.of(1, 2), shape: [2], dtype: 'float64' as const };
    const zip = writeNpz(
      { large: { data: new Uint8Array(1e6), shape: [1e6], dtype: 'uint8' }, mu },
      { compressed: true },
    );
    // Inside the packed data of the first.
    zip.fill(0xff, 60, 70);
    expect(readNpz(zip, { names: ['mu'], maxBytes: 1000 })).toEqual({ mu });
    expect(codeOf(() => readNpz(zip, { names: ['large'] }))).toBe('corrupt');
  });

  it('says which array is broken', () => {
    const bytes = zipSync({ 'mu.npy': new TextEncoder().encode('hello') });
    expect(() => readNpz(bytes)).toThrow(new CxrFileError('unsupported', 'mu: not an npy file'));
  });
});

describe('readZip', () => {
  const zip = zipSync({
    'a.txt': new Uint8Array(5000).fill(65),
    'b.bin': [new Uint8Array(300).fill(7), { level: 0 }],
  });

  it('reads the entries that pass the filter', () => {
    const options = { maxBytes: 300, filter: (name: string) => name.endsWith('.bin') };
    expect([...readZip(zip, options).keys()]).toEqual(['b.bin']);
  });

  it('reads entries in order', () => {
    const entries = readZip(zip);
    expect([...entries.keys()]).toEqual(['a.txt', 'b.bin']);
    expect(entries.get('a.txt')).toEqual(new Uint8Array(5000).fill(65));
    expect(entries.get('b.bin')!.buffer).toBe(zip.buffer);
  });

  it('refuses what is none, cut off, changed or too large', () => {
    expect(codeOf(() => readZip(new TextEncoder().encode('nonsense')))).toBe('unsupported');
    expect(codeOf(() => readZip(new Uint8Array(0)))).toBe('unsupported');
    expect(codeOf(() => readZip(zip.subarray(0, 200)))).toBe('truncated');
    expect(codeOf(() => readZip(zip, { maxBytes: 5299 }))).toBe('too-large');
    expect(codeOf(() => readZip(zip, { maxBytes: 5300 }))).toBe('no error');
    const changed = zip.slice();
    changed[40]! ^= 1;
    expect(codeOf(() => readZip(changed))).toBe('corrupt');
  });

  it('does not unpack a bomb, nor believe a lie about sizes', () => {
    const bomb = zipSync({ bomb: new Uint8Array(50_000_000) }, { level: 9 });
    expect(codeOf(() => readZip(bomb, { maxBytes: 1_000_000 }))).toBe('too-large');
    // The directory entry's size, 24 bytes behind its signature, says 1000 bytes, then 4 GB.
    const at = Buffer.from(bomb).lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    for (const size of [1000, 0xfffffff0]) {
      const lying = bomb.slice();
      new DataView(lying.buffer).setUint32(at + 24, size, true);
      expect(codeOf(() => readZip(lying, { maxBytes: 2 ** 33 }))).toBe('corrupt');
    }
  });
});
