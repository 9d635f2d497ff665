import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decodeImage } from '@cxr/data';
import { describe, expect, it } from 'vitest';

// By Pillow (libtiff, libjpeg-turbo): fixtures/data/make_tiff_jpeg_goldens.py.
const rows: { name: string; file: string; shape: number[]; pixels: string }[] = readFileSync(
  fileURLToPath(new URL('../../../fixtures/data/tiff_jpeg.jsonl', import.meta.url)),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
const named = (name: string) => bytesOf(rows.find((row) => row.name === name)!.file);

describe('JPEG in TIFF', () => {
  it.each(rows)('has Pillow’s pixels: $name', async ({ file, shape, pixels }) => {
    const decoded = await decodeImage(bytesOf(file));
    expect([...decoded.shape]).toEqual([37, 45, shape[2] ?? 1]);
    expect(decoded.data).toEqual(bytesOf(pixels));
  });

  it('refuses streams of another size, none, and cut off', async () => {
    const plain = named('tifffile, grey, strips');
    const frame = Buffer.from(plain).indexOf(Buffer.from([0xff, 0xc0]));
    for (const [at, value, code] of [
      [frame + 8, 44, 'corrupt'],
      [frame + 6, 99, 'corrupt'],
      [frame + 4, 12, 'unsupported'],
      [Buffer.from(plain).indexOf(Buffer.from([0xff, 0xd8])), 0, 'corrupt'],
      [Buffer.from(plain).indexOf(Buffer.from([0xff, 0xd9])) + 1, 0, 'truncated'],
    ] as const) {
      const damaged = plain.slice();
      damaged[at] = value;
      await expect(decodeImage(damaged)).rejects.toMatchObject({ code });
    }
  });

  it('reads shared tables without their end, and refuses those that are no tables', async () => {
    const { file, pixels } = rows.find(({ name }) => name === 'Pillow, grey')!;
    const bytes = bytesOf(file);
    const start = Buffer.from(bytes).lastIndexOf(Buffer.from([0xff, 0xd8]));
    const end = Buffer.from(bytes).lastIndexOf(Buffer.from([0xff, 0xd9]));
    const changed = (at: number, value: number) => Object.assign(bytes.slice(), { [at]: value });
    // Like libjpeg, reads tables without their end.
    expect((await decodeImage(changed(end + 1, 0))).data).toEqual(bytesOf(pixels));
    await expect(decodeImage(changed(start + 1, 0))).rejects.toMatchObject({
      code: 'corrupt',
      reason: 'a TIFF whose JPEG tables are no JPEG',
    });
    for (const marker of [0xc0, 0xda])
      await expect(decodeImage(changed(start + 3, marker))).rejects.toMatchObject({
        code: 'corrupt',
        reason: 'a TIFF whose JPEG tables hold a picture',
      });
  });

  it('gives an error or an image for damaged bytes, soon', async () => {
    for (const { file } of rows) {
      const bytes = bytesOf(file);
      for (let i = 0; i < 60; i++) {
        const damaged = bytes.slice();
        damaged[(i * 7919) % bytes.length] = (i * 31) & 255;
        const start = performance.now();
        await decodeImage(damaged).catch((error) => expect(error).toHaveProperty('code'));
        expect(performance.now() - start).toBeLessThan(2000);
      }
    }
  });
});
