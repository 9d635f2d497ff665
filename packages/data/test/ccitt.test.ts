import { decodeImage } from '@cxr/data';
import { sharpCodec } from '@cxr/data/node';
import { CxrFileError, toRgb8 } from '@cxr/image';
import { describe, expect, it } from 'vitest';
import { noise, readJsonLines, sha256 } from '../../../test/support/goldens.js';
import { tiffOf } from './support/make-files.js';

// By Pillow (libtiff): fixtures/data/make_ccitt_goldens.py.
const rows = readJsonLines<{ name: string; file: string; shape: number[]; rgb: string }>('data/ccitt.jsonl');
const named = (name: string): Uint8Array =>
  new Uint8Array(Buffer.from(rows.find((row) => row.name === name)!.file, 'base64'));
const codecs = [undefined, await sharpCodec()];

/** A TIFF of one strip of these bits, which may have gaps between them. */
function tiffOfBits(bits: string, tags: Record<number, number>): Uint8Array {
  const digits = bits.replaceAll(' ', '');
  const bytes = digits.padEnd(8 * Math.ceil(digits.length / 8), '0').match(/.{8}/g) ?? [];
  const packed = Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 2));
  return tiffOf({ 258: 1, 262: 0, ...tags }, packed, [[0, packed.length]]);
}

describe('TIFF of fax data, and of CMYK', () => {
  it.each(rows)('has Pillow’s pixels, with and without sharp: $name', async ({ name, shape, rgb }) => {
    for (const codec of codecs) {
      const decoded = await decodeImage(named(name), { codec });
      expect(decoded.shape.slice(0, 2)).toEqual(shape);
      expect(sha256(toRgb8(decoded).data)).toBe(rgb);
    }
  });

  it('takes what standards allow and libtiff does not write', async () => {
    // Horizontal mode with runs of no pixels, at a row's start and within. The row below sees changes at 0, 4 and the end.
    const first = '001 00110101 011  001 00110101 0000110111  1';
    const second = '0000011 000011 1';
    const file = tiffOfBits(`${first} ${second}`, { 256: 12, 257: 2, 259: 4 });
    const shown = [...(await decodeImage(file)).data].map((shade) => (shade === 0 ? 'x' : '.')).join('');
    expect(shown).toBe('xxxx........' + '...xxx......');
  });

  it.each([
    ['pixels that are not compressed', 4, '0000001111', 'unsupported', /not compressed/],
    ['a run beyond the row', 4, '001 1111 10', 'corrupt', /fax codes/],
    ['a change before the last', 4, '011 000010 000010', 'corrupt', /fax codes/],
    ['a code that there is not', 4, '00000001 1111111111111111', 'corrupt', /fax codes/],
    ['the end of the data', 4, '1 000000000001 000000000001', 'truncated', /too few/],
    ['no mark before a row', 3, '1011 1011', 'corrupt', /fax codes/],
    ['six marks: the end', 3, '000000000001'.repeat(6), 'truncated', /too few/],
    ['nothing but zeros', 3, '0'.repeat(800), 'truncated', /too few/],
    ['many runs of no pixels', 2, '001101010000110111'.repeat(99), 'truncated', /too few/],
  ])('refuses %s', async (_, compression, bits, code, reason) => {
    const file = tiffOfBits(bits, { 256: 6, 257: 3, 259: compression });
    await expect(decodeImage(file)).rejects.toMatchObject({ code, reason: expect.stringMatching(reason) });
  });

  it('refuses other samples than of one bit, and other compressions of that kind', async () => {
    for (const [tags, reason] of [
      [{ 258: 8 }, /CCITT compression of 8 bits/],
      [{ 262: 3 }, /CCITT compression of 1 bits, palette/],
      [{ 259: 32771 }, /CCITT \(of whole words\) compression \(32771\)/],
      [{ 259: 6 }, /old JPEG compression \(6\)/],
    ] as const) {
      const file = tiffOfBits('1'.repeat(99), { 256: 6, 257: 3, 259: 4, ...tags });
      await expect(decodeImage(file)).rejects.toMatchObject({
        code: 'unsupported',
        reason: expect.stringMatching(reason),
      });
    }
  });

  it('refuses few bytes for many pixels, and takes little time for very wide rows', async () => {
    const claimed = tiffOfBits('1', { 256: 7000, 257: 7000, 259: 4 });
    await expect(decodeImage(claimed)).rejects.toMatchObject({ code: 'truncated' });
    // Black and white in turn: each row below the first by a bit for each change.
    const wide = 2 ** 16;
    const rows = `${'001 000111 010'.repeat(wide / 2)}${'1'.repeat(15 * (wide + 1))}`;
    const file = tiffOfBits(rows, { 256: wide, 257: 16, 259: 4 });
    const start = performance.now();
    const decoded = await decodeImage(file);
    expect(decoded.data.subarray(-4)).toEqual(new Uint8Array([255, 0, 255, 0]));
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('is decoded or refused, whatever the damage', async () => {
    for (const name of ['group 4, blobs', 'group 3, 2-D, noise', 'bytes, dots', 'group 3, filled, blobs']) {
      const file = named(name);
      const random = noise(2 * 300, 4);
      for (let i = 0; i < 300; i++) {
        const damaged = file.slice();
        damaged[random[2 * i]! % file.length] = random[2 * i + 1]! & 255;
        const result = await decodeImage(damaged).catch((error) => error);
        if (result instanceof Error) expect(result).toBeInstanceOf(CxrFileError);
      }
    }
  });
});
