import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeImage } from '@cxr/data';
import { readImage, sharpCodec } from '@cxr/data/node';
import { CxrFileError, pixels } from '@cxr/image';
import { describe, expect, it } from 'vitest';
import { readJsonLines, sha256 } from '../../../test/support/goldens.js';

// By Pillow: fixtures/data/make_cmyk_goldens.py.
const rows = readJsonLines<{ name: string; file: string; rgb: string }>('data/cmyk.jsonl');
const named = (name: string): Uint8Array =>
  new Uint8Array(Buffer.from(rows.find((row) => row.name === name)!.file, 'base64'));
const codecs = [undefined, await sharpCodec()];

describe('JPEG of four components', () => {
  it.each(rows)('has Pillow’s colours, with and without sharp: $name', async ({ name, rgb }) => {
    for (const codec of codecs) {
      const decoded = await decodeImage(named(name), { codec });
      expect(decoded.shape[2]).toBe(3);
      expect(sha256(pixels(decoded))).toBe(rgb);
    }
  });

  it('is read from files', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cxr-'));
    try {
      const { name, rgb } = rows.find((row) => row.name === 'YCCK, 4:2:0')!;
      await writeFile(join(folder, 'x.jpg'), named(name));
      expect(sha256(pixels(await readImage(join(folder, 'x.jpg'))))).toBe(rgb);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('is refused by name where decoders differ, and where it is damaged', async () => {
    const plain = named('CMYK');
    const frame = Buffer.from(plain).indexOf(Buffer.from([0xff, 0xc0]));
    const scan = Buffer.from(plain).indexOf(Buffer.from([0xff, 0xda]));
    const tables = Buffer.from(plain).indexOf(Buffer.from([0xff, 0xc4]));
    const restarts = named('CMYK, restart markers');
    const restart = Buffer.from(restarts).indexOf(Buffer.from([0xff, 0xd1]));
    for (const [file, at, values, code, reason] of [
      [plain, frame + 4, [12], 'unsupported', /12 bits/],
      [plain, frame + 11, [0x12, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x12], 'unsupported', /half the height/],
      [plain, frame + 20, [0x22], 'unsupported', /one of them larger/],
      [plain, frame + 11, [0x51], 'corrupt', /sampling factors/],
      [plain, frame + 11, [0x01], 'corrupt', /sampling factors/],
      [plain, scan + 5, [99], 'corrupt', /unknown component/],
      [plain, scan + 6, [0x33], 'corrupt', /Huffman table/],
      [plain, tables + 5, [9, 9, 9], 'corrupt', /Huffman table/],
      [plain, scan + 40, [0xff, 0xfe, 0, 9], 'corrupt', /too few data/],
      [restarts, restart + 1, [0xd5], 'corrupt', /restart/],
    ] as const) {
      const damaged = file.slice();
      damaged.set(values, at);
      for (const codec of codecs) {
        const result = decodeImage(damaged, { codec });
        await expect(result).rejects.toMatchObject({ code, reason: expect.stringMatching(reason) });
      }
    }
  });

  it('counts twice against the limit of pixels, as it is decoded twice', async () => {
    const twice = 2 * 37 * 45;
    for (const codec of codecs) {
      await decodeImage(named('CMYK'), { codec, maxPixels: twice });
      const tooLarge = decodeImage(named('CMYK'), { codec, maxPixels: twice - 1 });
      await expect(tooLarge).rejects.toMatchObject({ code: 'too-large' });
    }
  });

  it('is decoded or refused, whatever the damage', async () => {
    for (const name of ['CMYK, optimised', 'CMYK, progressive, restart markers', 'YCCK, 4:2:0']) {
      const file = named(name);
      for (let i = 0; i < 150; i++) {
        const damaged = file.slice();
        damaged[2 + ((i * 7919) % (file.length - 2))] = (i * 31 + 5) & 255;
        const result = await decodeImage(damaged).catch((error) => error);
        if (result instanceof Error) expect(result).toBeInstanceOf(CxrFileError);
      }
    }
  });
});
