import { decodeImage } from '@cxr/data';
import { toRgb8 } from '@cxr/image';
import { describe, expect, it } from 'vitest';
import { readJsonLines } from '../../../test/support/goldens.js';
import { unpackBmpRle } from '../src/codecs/unpack-bmp-rle.js';
import { failure } from './support/failure.js';

interface Row {
  name: string;
  file: string;
  shape: number[];
  rgb: string;
}

const rows = readJsonLines<Row>('data/old.jsonl');
const bytesOf = ({ file }: Row) => new Uint8Array(Buffer.from(file, 'base64'));

describe('PBM and old BMP', () => {
  it.each(rows)('$name, as Pillow', async (row) => {
    const decoded = await decodeImage(bytesOf(row));
    expect(decoded.shape.slice(0, 2)).toEqual(row.shape.slice(0, 2));
    expect(Buffer.from(toRgb8(decoded).data).toString('base64')).toBe(row.rgb);
  });

  it.each(rows)('$name, cut off', async (row) => {
    const whole = bytesOf(row);
    expect(await failure(decodeImage(whole.subarray(0, whole.length - 3)))).toMatch(/^truncated /);
  });

  it('a size without data costs nothing', async () => {
    for (const kind of ['P1', 'P4']) {
      const file = Buffer.from(`${kind}\n7000 7000\n00`);
      expect(await failure(decodeImage(file))).toMatch(/^truncated /);
    }
    expect(await failure(decodeImage(Buffer.from('P1 2 1\n0 2 ')))).toMatch(/^corrupt .*0 and 1/);
    expect(await failure(() => unpackBmpRle(Uint8Array.of(0, 1), 7000, 7000, 8))).toMatch(/^truncated /);
  });

  it('skips with the first colour, counts half bytes, and keeps within the image', () => {
    const unpack = (bytes: number[], width: number, height: number, bits: 4 | 8) => [
      ...unpackBmpRle(Uint8Array.from(bytes), width, height, bits),
    ];
    expect(unpack([2, 9, 0, 2, 1, 1, 2, 7, 0, 1], 5, 2, 8)).toEqual([9, 9, 0, 0, 0, 0, 0, 0, 7, 7]);
    expect(unpack([0, 3, 0x12, 0x30, 2, 0x45, 0, 1], 5, 1, 4)).toEqual([1, 2, 3, 4, 5]);
    expect(unpack([9, 6, 0, 1], 4, 1, 8)).toEqual([6, 6, 6, 6]);
  });
});
