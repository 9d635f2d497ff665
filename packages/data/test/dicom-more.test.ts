import { decodeDicom, readDicomHeader } from '@cxr/data';
import { deflateSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readJsonLines } from '../../../test/support/goldens.js';
import { expandSegments } from '../src/codecs/dicom/segmented-palette.js';
import { failure } from './support/failure.js';

interface Row {
  name: string;
  file: string;
  frame: number;
  depth: 8 | 16;
  shape: number[];
  pixels: string;
}

const rows = readJsonLines<Row>('data/dicom_more.jsonl');
const plain = readJsonLines<Row>('data/dicom.jsonl');
const bytesOf = ({ file }: Row) => new Uint8Array(Buffer.from(file, 'base64'));
const named = (name: string, list = rows) => bytesOf(list.find((row) => row.name === name)!);

describe('DICOM files that few write', () => {
  it.each(rows)('$name, as pydicom', async (row) => {
    const decoded = await decodeDicom(bytesOf(row), { frame: row.frame });
    expect(decoded.shape).toEqual(row.shape);
    const raw = new Uint8Array(Buffer.from(row.pixels, 'base64'));
    const expected = row.depth === 16 ? new Uint16Array(raw.buffer) : raw;
    expect(decoded.data.constructor).toBe(expected.constructor);
    let worst = 0;
    for (const [i, value] of decoded.data.entries()) worst = Math.max(worst, Math.abs(value - expected[i]!));
    expect(worst).toBeLessThanOrEqual(row.name.includes('window') ? 1 : 0);
  });

  it('a deflated file that is damaged, cut off or a bomb', async () => {
    const file = named('deflated');
    const start = Buffer.from(file).indexOf('1.2.840.10008.1.2.1.99') + 22;
    for (const length of [start + 40, file.length - 30]) {
      expect(await failure(decodeDicom(file.subarray(0, length)))).toMatch(/^(truncated|corrupt) /);
    }
    const damaged = file.slice();
    damaged.fill(255, start + 30, start + 60);
    expect(await failure(decodeDicom(damaged))).toMatch(/^(truncated|corrupt) /);
    const bomb = deflateSync(new Uint8Array(2 ** 28), { level: 9 });
    const begin = performance.now();
    expect(await failure(decodeDicom(Buffer.concat([file.subarray(0, start), bomb])))).toMatch(
      /^(too-large|corrupt) /,
    );
    expect(performance.now() - begin).toBeLessThan(2000);
  });

  it('without preamble and DICM only if that is asked for', async () => {
    for (const name of ['12 bits', '16 bits, implicit', '16 bits, big endian']) {
      const whole = named(name, plain);
      const bare = whole.subarray(132);
      expect(await failure(decodeDicom(bare))).toMatch(/^unsupported .*not a DICOM file/);
      expect(await decodeDicom(bare, { force: true })).toEqual(await decodeDicom(whole));
      expect(readDicomHeader(bare, { force: true })).toEqual(readDicomHeader(whole));
    }
    // Without what the file says of itself, too: group 8 comes first.
    const whole = named('16 bits, implicit', plain);
    const data = whole.subarray(Buffer.from(whole).indexOf(Buffer.from([8, 0, 0x16, 0]), 132));
    expect((await decodeDicom(data, { force: true })).data).toEqual((await decodeDicom(whole)).data);
    expect(await failure(decodeDicom(new Uint8Array(500).fill(9), { force: true }))).toMatch(/^unsupported /);
  });

  it('shows another window where that of the file is unusable', async () => {
    const whole = named('window', plain);
    const all = (await decodeDicom(whole, { window: 'all' })).data;
    for (const text of ['0   ', 'x   ']) {
      const file = Buffer.from(whole);
      const at = file.indexOf(Buffer.from([0x28, 0, 0x51, 0x10, 0x44, 0x53]));
      file.write(text, at + 8, 'latin1');
      expect(await failure(decodeDicom(file))).toMatch(/^corrupt /);
      expect((await decodeDicom(file, { fallbackWindow: 'all' })).data).toEqual(all);
      const own = { centre: 1800, width: 1500 };
      expect((await decodeDicom(file, { fallbackWindow: own })).data).toEqual(
        (await decodeDicom(whole)).data,
      );
      await expect(decodeDicom(file, { fallbackWindow: { centre: 1, width: 0 } })).rejects.toThrow(
        RangeError,
      );
    }
    const usable = await decodeDicom(whole, { fallbackWindow: 'all' });
    expect(usable).toEqual(await decodeDicom(whole));
  });

  it('refuses segments that are damaged', () => {
    expect(expandSegments([0, 2, 5, 9, 1, 2, 3], 8, 4)).toEqual([5, 9, 6, 3]);
    // The linear one again, from byte 8 on.
    expect(expandSegments([0, 2, 10, 20, 1, 2, 40, 2, 1, 8, 0], 16, 6)).toEqual([10, 20, 30, 40, 40, 40]);
    const wrong: [number[], number][] = [
      [[1, 2, 3], 2],
      [[0, 3, 5], 3],
      [[0, 1, 5, 2, 1, 3, 0, 0, 0], 3],
      [[0, 1, 5, 7, 1, 3], 3],
      [[0, 1, 5], 2],
      [[0, 0, 0], 1],
      [[0, 2, 5, 6], 1],
    ];
    for (const [words, count] of wrong) expect(() => expandSegments(words, 8, count)).toThrow(/damaged/);
  });
});
