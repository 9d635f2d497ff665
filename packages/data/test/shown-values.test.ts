import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DicomWindow, decodeDicom, decodeImage } from '@cxr/data';
import { loadDataset, readImage, readImages, sharpCodec } from '@cxr/data/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tiffOf } from './support/make-files.js';

// Pillow, tifffile and NumPy: fixtures/data/make_value_goldens.py.
const fixture = (name: string) => fileURLToPath(new URL(`../../../fixtures/data/${name}`, import.meta.url));
const rowsOf = <T>(name: string): T[] =>
  readFileSync(fixture(name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));

const values = rowsOf<{
  name: string;
  file: string;
  window: 'all' | DicomWindow;
  bits: number;
  data: string;
}>('values.jsonl');
const exif = rowsOf<{
  kind: string;
  orientation: number;
  file: string;
  stored: string;
  shape: number[];
  turned: string;
}>('exif.jsonl');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxr-shown-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('signed, floating-point and 32-bit TIFF', () => {
  it.each(values)('$name through the window $window', async ({ file, window, bits, data }) => {
    const shown = await decodeImage(bytesOf(file), { window });
    expect(shown.shape).toEqual([5, 7, 1]);
    const expected = bits === 8 ? bytesOf(data) : new Uint16Array(bytesOf(data).buffer);
    expect(shown.data).toEqual(expected);
  });

  it('is refused by name without a window', async () => {
    for (const [name, reason] of [
      ['int16<', /signed samples/],
      ['float32>', /floating-point samples/],
      ['uint32<', /32 bits a sample/],
    ] as const) {
      const { file } = values.find((one) => one.name === name)!;
      for (const options of [{}, { window: 'file' }] as const)
        await expect(decodeImage(bytesOf(file), options)).rejects.toMatchObject({
          code: 'unsupported',
          reason: expect.stringMatching(reason),
        });
    }
  });

  it('is refused where a float is no number', async () => {
    const row = values.find(({ name }) => name === 'float32<')!;
    const bytes = bytesOf(row.file);
    const view = new DataView(bytes.buffer);
    // The strips are the only place where floats are.
    view.setFloat32(bytes.length - 4, Number.NaN, true);
    await expect(decodeImage(bytes, { window: 'all' })).rejects.toMatchObject({ code: 'corrupt' });
  });

  it('is refused by name unless it is grey of 8, 16 or 32 bits', async () => {
    const packed = new Uint8Array(64);
    for (const [bits, format, photometric, samples, reason] of [
      [8, 2, 3, 1, 'signed samples of 8 bits, palette'],
      [16, 2, 3, 1, 'signed samples of 16 bits, palette'],
      [32, 1, 3, 1, 'samples of 32 bits, palette'],
      [32, 3, 3, 1, 'floating-point samples of 32 bits, palette'],
      [1, 2, 1, 1, 'signed samples of 1 bits'],
      [2, 2, 1, 1, 'signed samples of 2 bits'],
      [4, 2, 0, 1, 'signed samples of 4 bits'],
      [8, 2, 2, 3, 'signed samples of 8 bits, RGB'],
      [16, 2, 2, 3, 'signed samples of 16 bits, RGB'],
    ] as const) {
      const tags = { 256: 2, 257: 2, 258: bits, 259: 1, 262: photometric, 277: samples, 339: format };
      const tiff = tiffOf(tags, packed, [[0, packed.length]]);
      for (const window of ['all', { centre: 0, width: 9 }] as const)
        await expect(decodeImage(tiff, { window })).rejects.toMatchObject({
          name: 'CxrFileError',
          code: 'unsupported',
          reason: `a TIFF with ${reason}`,
        });
    }
  });

  it('is inverted where white is zero', async () => {
    const tags = { 256: 3, 257: 1, 258: 8, 259: 1, 262: 0, 277: 1, 339: 2 };
    const tiff = tiffOf(tags, Uint8Array.from([0x80, 0x7f, 0]), [[0, 3]]);
    expect([...(await decodeImage(tiff, { window: 'all' })).data]).toEqual([255, 0, 127]);
  });

  it('fills 16 bits: bits does not apply, and onUsedBits is not called', async () => {
    const { file, window } = values.find(({ name }) => name === 'float32, 0..1')!;
    const used: number[] = [];
    const onUsedBits = (bits: number) => used.push(bits);
    const shown = await decodeImage(bytesOf(file), { window, onUsedBits });
    expect((await decodeImage(bytesOf(file), { window, bits: 12 })).data).toEqual(shown.data);
    expect(used).toEqual([]);
    // Unsigned 16 bits have a shade of their own.
    const tags = { 256: 2, 257: 1, 258: 16, 259: 1, 262: 1, 277: 1 };
    const plain = tiffOf(tags, new Uint8Array(Uint16Array.from([0, 4095]).buffer), [[0, 4]]);
    await decodeImage(plain, { window, onUsedBits });
    expect(used).toEqual([12]);
    expect([...(await decodeImage(plain, { window, bits: 12 })).data]).toEqual([0, 65535]);
  });

  it('does not change files whose samples have a shade of their own', async () => {
    const [png] = exif.filter(({ kind }) => kind === 'PNG');
    const window = { centre: 10, width: 2 };
    expect((await decodeImage(bytesOf(png!.file), { window })).data).toEqual(bytesOf(png!.stored));
  });
});

describe('EXIF orientation', () => {
  it.each(exif)('$orientation of $kind is Pillow’s exif_transpose', async (row) => {
    const bytes = bytesOf(row.file);
    for (const codec of [undefined, await sharpCodec()]) {
      const turned = await decodeImage(bytes, { exifOrientation: true, codec });
      expect([...turned.shape].slice(0, 2)).toEqual(row.shape.slice(0, 2));
      expect(turned.data).toEqual(bytesOf(row.turned));
      expect((await decodeImage(bytes, { codec })).data).toEqual(bytesOf(row.stored));
    }
  });

  it('of damaged EXIF data is none', async () => {
    const { file, stored } = exif.find((row) => row.kind === 'JPEG' && row.orientation === 6)!;
    const bytes = bytesOf(file);
    const at = Buffer.from(bytes).indexOf('Exif\0\0');
    // Byte order, offset of the directory, number of its entries, and the orientation itself.
    for (const [offset, value] of [
      [6, 0],
      [10, 0xff],
      [15, 0],
      [25, 9],
    ] as const) {
      const damaged = bytes.slice();
      damaged[at + offset] = value;
      const shown = await decodeImage(damaged, { exifOrientation: true });
      expect([offset, shown.shape[0]]).toEqual([offset, 15]);
      expect(shown.data).toEqual(bytesOf(stored));
    }
  });
});

describe('readImage and readImages', () => {
  const dicoms = rowsOf<{ name: string; file: string }>('dicom.jsonl');
  const dicom = bytesOf(dicoms.find(({ name }) => name === '12 bits')!.file);
  const window = { centre: 900, width: 500 };

  it('pass on window, fallbackWindow and force', async () => {
    const expected = await decodeDicom(dicom, { window });
    const file = join(folder, 'a.dcm');
    await writeFile(file, dicom);
    expect((await readImage(file, { window })).data).toEqual(expected.data);
    for await (const { image } of readImages([file], { window })) expect(image.data).toEqual(expected.data);
    const bare = join(folder, 'bare.dcm');
    await writeFile(bare, dicom.subarray(132));
    await expect(readImage(bare)).rejects.toMatchObject({ code: 'unsupported' });
    const forced = await decodeDicom(dicom.subarray(132), { force: true, fallbackWindow: 'all' });
    expect((await readImage(bare, { force: true, fallbackWindow: 'all' })).data).toEqual(forced.data);
    const { images } = await loadDataset([file], { size: 8, window });
    const { images: plain } = await loadDataset([file], { size: 8 });
    expect(images.data).not.toEqual(plain.data);
  });

  it('refuse a file that force does not make DICOM, and wrong options, by name', async () => {
    const file = join(folder, 'text');
    await writeFile(file, 'no image at all, but longer than eight bytes');
    await expect(readImage(file, { force: true })).rejects.toMatchObject({ file });
    await writeFile(file, dicom);
    const wrong = (options: object) => readImage(file, options);
    await expect(wrong({ window: 'al' })).rejects.toThrow(/window must be 'file', 'all'/);
    await expect(wrong({ window: { centre: 1, width: 0 } })).rejects.toThrow('invalid window: a window of');
    await expect(wrong({ window: { centre: 1, width: 0.5 } })).rejects.toThrow(RangeError);
    await expect(wrong({ window: { centre: 1, width: Number.POSITIVE_INFINITY } })).rejects.toThrow(
      RangeError,
    );
    await expect(wrong({ window: { centre: 1, width: 9, shape: 'CUBIC' } })).rejects.toThrow(
      'invalid window: shape must be one of LINEAR, LINEAR_EXACT, SIGMOID, not string CUBIC',
    );
    for (const read of [wrong, (options: object) => decodeDicom(dicom, options)]) {
      await expect(read({ fallbackWindow: 'al' })).rejects.toThrow(/^fallbackWindow must be 'all' or/);
      await expect(read({ fallbackWindow: { centre: 1, width: 0.5 } })).rejects.toThrow(
        'invalid fallbackWindow: a window of centre 1 and width 0.5',
      );
    }
    await expect(wrong({ fallbackWindow: 'file' })).rejects.toThrow('invalid fallbackWindow: file');
    await expect(wrong({ force: 1 })).rejects.toThrow('force must be true or false');
    await expect(wrong({ exifOrientation: 'yes' })).rejects.toThrow(TypeError);
  });
});

describe('refused by name', () => {
  it('a JPEG of 12 bits, of two components, and old JPEG and CCITT in TIFF', async () => {
    const jpeg = bytesOf(exif.find(({ kind }) => kind === 'JPEG')!.file);
    const frame = jpeg.findIndex((byte, i) => byte === 0xff && jpeg[i + 1] === 0xc0);
    const twelve = jpeg.slice();
    twelve[frame + 4] = 12;
    for (const codec of [undefined, await sharpCodec()])
      await expect(decodeImage(twelve, { codec })).rejects.toMatchObject({
        code: 'unsupported',
        reason: 'a JPEG with 12 bits a sample',
      });
    const header = [...jpeg.subarray(0, frame), 0xff, 0xc0, 0, 14, 8, 0, 8, 0, 8, 2];
    const two = new Uint8Array([...header, 1, 0x11, 0, 2, 0x11, 0, ...jpeg.subarray(frame + 19)]);
    await expect(decodeImage(two)).rejects.toMatchObject({
      code: 'unsupported',
      reason: 'a JPEG with 2 components (1, 3 or 4)',
    });
    const tiff = bytesOf(values.find(({ name }) => name === 'float32<')!.file);
    const tag = tiff.findIndex((byte, i) => byte === 3 && tiff[i + 1] === 1 && tiff[i + 2] === 3);
    for (const [code, reason] of [
      [3, /CCITT compression of 32 bits/],
      [6, /old JPEG compression \(6\)/],
      [7, /JPEG compression of 1 samples of 32 bits/],
    ] as const) {
      tiff[tag + 8] = code;
      await expect(decodeImage(tiff, { window: 'all' })).rejects.toMatchObject({
        code: 'unsupported',
        reason: expect.stringMatching(reason),
      });
    }
  });
});
