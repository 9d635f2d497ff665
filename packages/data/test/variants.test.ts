import { decodeImage } from '@cxr/data';
import { sharpCodec } from '@cxr/data/node';
import { toRgb8 } from '@cxr/image';
import { zlibSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readJsonLines, sha256 } from '../../../test/support/goldens.js';
import { failure } from './support/failure.js';
import { tiffOf } from './support/make-files.js';

interface Row {
  name: string;
  file: string;
  /** What the error says, as a pattern, instead of pixels. */
  refused?: string;
  shape: [height: number, width: number];
  /** Of the bytes of Pillow's convert('RGB'). */
  rgb?: string;
  /** Of 16-bit samples. */
  samples?: string;
}

const sharp = (await sharpCodec())!;
const rows = ['tiff_variants.jsonl', 'variants.jsonl'].flatMap((list) => readJsonLines<Row>(`data/${list}`));
const named = (name: string) => rows.find((row) => row.name === name)!;
const namesOf = (wanted: (row: Row) => boolean) => rows.filter(wanted).map(({ name }) => name);
const bytesOf = ({ file }: Row) => new Uint8Array(Buffer.from(file, 'base64'));

describe('forms that decoders differ on, with and without sharp', () => {
  it.each(namesOf((row) => row.refused === undefined))('%s, as Pillow', async (name) => {
    const row = named(name);
    for (const options of [{}, { codec: sharp }]) {
      const decoded = await decodeImage(bytesOf(row), options);
      expect(decoded.shape.slice(0, 2)).toEqual(row.shape);
      if (row.samples) expect(sha256(decoded.data)).toBe(row.samples);
      else expect(sha256(toRgb8(decoded).data)).toBe(row.rgb);
    }
  });

  it.each(namesOf((row) => row.refused !== undefined))('%s, refused by name', async (name) => {
    const row = named(name);
    for (const options of [{}, { codec: sharp }]) {
      const code = row.name.includes('above its top') ? 'corrupt' : 'unsupported';
      expect(await failure(decodeImage(bytesOf(row), options))).toMatch(
        new RegExp(`^${code} .*${row.refused}`, 'i'),
      );
    }
  });

  it('a damaged strip of deflate is refused, though it fills the strip', async () => {
    const pixels = Uint8Array.from({ length: 400 }, (_, i) => (i * i) >> 3);
    const packed = zlibSync(pixels);
    const tags = { 256: 20, 257: 20, 258: 8, 259: 8, 262: 1, 277: 1, 278: 20 };
    expect((await decodeImage(tiffOf(tags, packed, [[0, packed.length]]))).data).toEqual(pixels);
    // A strip may hold rows beyond the image, as libtiff's may.
    const fewer = { ...tags, 257: 12 };
    expect((await decodeImage(tiffOf(fewer, packed, [[0, packed.length]]))).data).toEqual(
      pixels.subarray(0, 240),
    );
    let checksums = 0;
    for (const form of [tags, fewer]) {
      for (let bit = 16; bit < 8 * packed.length; bit++) {
        const changed = packed.slice();
        changed[bit >> 3]! ^= 1 << (bit & 7);
        const file = tiffOf(form, changed, [[0, changed.length]]);
        const message = await failure(decodeImage(file));
        if (/^corrupt .*wrong checksum/.test(message)) checksums++;
        if (/^(corrupt|truncated) /.test(message)) continue;
        // A change in how the codes are told may leave what they say.
        expect(message).toBe('no error');
        expect((await decodeImage(file)).data, `bit ${bit}`).toEqual(pixels.subarray(0, 20 * form[257]));
      }
    }
    // The rest breaks the codes.
    expect(checksums).toBeGreaterThan(8 * packed.length);
  });
});
