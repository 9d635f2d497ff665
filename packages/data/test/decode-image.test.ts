import { decodeDicom, decodeImage, encodePng, imageHeader } from '@cxr/data';
import { sharpCodec } from '@cxr/data/node';
import { CxrFileError, image, toGrey8, toRgb8 } from '@cxr/image';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noise, readJsonLines, sha256 } from '../../../test/support/goldens.js';
import { failure } from './support/failure.js';

interface Row {
  name: string;
  channels: number;
  file: string;
  /** Of the bytes of Pillow's convert('RGB'). */
  rgb: string;
  /** Of the 16-bit samples, where there are such. */
  samples?: string;
}

const pngs = readJsonLines<Row>('data/png.jsonl');
const jpegs = readJsonLines<Row>('data/jpeg.jsonl');
const others = readJsonLines<Row>('data/other.jsonl');
const bytesOf = ({ file }: Row) => new Uint8Array(Buffer.from(file, 'base64'));
const tiffs = readJsonLines<Row>('data/tiff.jsonl');
const webps = readJsonLines<Row>('data/webp.jsonl');
const sharp = (await sharpCodec())!;

describe('decodeImage', () => {
  it.each(pngs)('PNG as Pillow: $name', async (row) => {
    const decoded = await decodeImage(bytesOf(row));
    expect(decoded.shape[2]).toBe(row.channels);
    expect(sha256(toRgb8(decoded).data)).toBe(row.rgb);
    if (row.samples) expect(sha256(decoded.data)).toBe(row.samples);
  });

  it.each(jpegs)('JPEG as Pillow, by WebAssembly and by sharp: $name', async (row) => {
    for (const options of [{}, { codec: sharp }]) {
      const decoded = await decodeImage(bytesOf(row), options);
      expect(decoded.shape).toEqual([37, 45, Math.min(3, row.channels)]);
      expect(sha256(toRgb8(decoded).data)).toBe(row.rgb);
    }
  });

  it.each(others)('$name as Pillow', async (row) => {
    for (const options of [{}, { codec: sharp }]) {
      const decoded = await decodeImage(bytesOf(row), options);
      expect(decoded.shape).toEqual([7, 9, row.channels]);
      expect(sha256(toRgb8(decoded).data)).toBe(row.rgb);
      if (row.samples) expect(sha256(decoded.data)).toBe(row.samples);
    }
  });

  it.each([...tiffs, ...webps])('TIFF and WebP as Pillow, by ours and by sharp: $name', async (row) => {
    for (const options of [{}, { codec: sharp }]) {
      const decoded = await decodeImage(bytesOf(row), options);
      expect(decoded.shape[2]).toBe(row.channels);
      expect(sha256(toRgb8(decoded).data)).toBe(row.rgb);
      if (row.samples) expect(sha256(decoded.data)).toBe(row.samples);
    }
  });

  it('says what it cannot decode', async () => {
    // Compression, tag 259, of the little-endian file's directory.
    const tiff = bytesOf(tiffs[0]!);
    tiff[Buffer.from(tiff).indexOf(Buffer.from([3, 1, 3, 0, 1, 0, 0, 0])) + 8] = 6;
    expect(await failure(decodeImage(tiff))).toMatch(/^unsupported .*JPEG compression/);
    const text = new TextEncoder().encode('hello');
    expect(await failure(decodeImage(text, { name: 'dir/x.png' }))).toBe(
      'unsupported | dir/x.png: not an image of a known format',
    );
    expect(await failure(decodeImage(new Uint8Array(0), { name: 'x.png' }))).toBe(
      'empty | x.png: the file is empty',
    );
  });

  it('says what it takes', async () => {
    for (const [value, message] of [
      [new ArrayBuffer(8), /not ArrayBuffer: new Uint8Array\(buffer\)/],
      [new Uint16Array(2), /not Uint16Array: new Uint8Array\(x\.buffer/],
      [new Blob([]), /not Blob: .*await blob\.arrayBuffer/],
      [Promise.resolve(new Uint8Array(2)), /not Promise: await it/],
      ['x.png', /not string x\.png \(readImage of @cxr\/data\/node/],
      [undefined, /not undefined$/],
      [null, /not null$/],
      [{}, /not an object$/],
    ] as const) {
      const wrong = value as unknown as Uint8Array;
      for (const error of [
        await decodeImage(wrong).catch((reason: unknown) => reason),
        await decodeDicom(wrong).catch((reason: unknown) => reason),
        await (async () => imageHeader(wrong))().catch((reason: unknown) => reason),
      ]) {
        expect(error).toBeInstanceOf(TypeError);
        expect((error as TypeError).message).toMatch(message);
      }
    }
  });

  it.each([...pngs.slice(0, 4), ...jpegs, ...others.filter(({ name }) => /^(bmp|pgm|ppm)/.test(name))])(
    'finds a file cut off anywhere: $name',
    async (row) => {
      const whole = bytesOf(row);
      for (const part of [0.3, 0.6, 0.9, 0.99, 0.999]) {
        const cut = whole.subarray(0, Math.min(whole.length - 1, Math.floor(whole.length * part)));
        for (const options of [{ name: 'f' }, { name: 'f', codec: sharp }]) {
          expect(await failure(decodeImage(cut, options))).toMatch(
            /^truncated \| f: .*(cut off|too few data)/,
          );
        }
      }
    },
  );

  it.each([...tiffs, ...webps])('finds a $name cut off anywhere, or decodes all of it', async (row) => {
    const whole = bytesOf(row);
    for (let length = 12; length < whole.length; length += Math.ceil(whole.length / 40)) {
      const result = await decodeImage(whole.subarray(0, length)).then(
        (decoded) => sha256(toRgb8(decoded).data),
        (error: unknown) => (error instanceof CxrFileError ? error.code : String(error)),
      );
      // A TIFF may end with what is not needed.
      expect(['truncated', row.rgb]).toContain(result);
    }
  });

  it('is not misled by the end of a thumbnail', async () => {
    const whole = bytesOf(jpegs[0]!);
    // An application segment that holds a whole little JPEG, as cameras write it.
    const segment = new Uint8Array([0xff, 0xe1, (whole.length + 2) >> 8, (whole.length + 2) & 255, ...whole]);
    const withThumbnail = new Uint8Array([...whole.subarray(0, 2), ...segment, ...whole.subarray(2)]);
    expect((await decodeImage(withThumbnail)).shape).toEqual([37, 45, 1]);
    const cut = withThumbnail.subarray(0, withThumbnail.length - 20);
    for (const options of [{}, { codec: sharp }]) {
      expect(await failure(decodeImage(cut, options))).toMatch(/^truncated/);
    }
  });

  it('goes on after a broken JPEG', async () => {
    const [row] = jpegs;
    const broken = bytesOf(row!);
    broken.fill(0xc4, 30, 200);
    expect(await failure(decodeImage(broken))).not.toBe('no error');
    expect(sha256(toRgb8(await decodeImage(bytesOf(row!))).data)).toBe(row!.rgb);
  });

  it('refuses declared sizes over the limit before it decodes', async () => {
    for (const row of [pngs[0]!, jpegs[0]!, ...others, ...tiffs, ...webps]) {
      for (const options of [{}, { codec: sharp }]) {
        const message = await failure(decodeImage(bytesOf(row), { maxPixels: 60, ...options }));
        expect(message).toMatch(/^too-large /);
      }
    }
    const huge = bytesOf(pngs[0]!);
    new DataView(huge.buffer).setUint32(16, 60_000);
    new DataView(huge.buffer).setUint32(20, 60_000);
    expect(await failure(decodeImage(huge))).toBe(
      'too-large | 60000 × 60000 pixels, more than the limit of 50000000',
    );
    new DataView(huge.buffer).setUint32(16, 0);
    expect(await failure(decodeImage(huge))).toMatch(/^corrupt .*0 × 60000/);
  });

  it('does not make up what a JPEG of a larger size would have', async () => {
    for (const row of jpegs) {
      const lying = bytesOf(row);
      const frame = Buffer.from(lying).indexOf(Buffer.from([0, 37, 0, 45]));
      new DataView(lying.buffer).setUint32(frame, 0x1b581b58);
      for (const options of [{}, { codec: sharp }]) {
        expect(await failure(decodeImage(lying, options))).toMatch(/^truncated /);
      }
    }
  });

  it('finds a PNG changed anywhere in its pixels', async () => {
    const whole = bytesOf(pngs.find(({ name }) => name === 'colour 2, 8 bits')!);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 8, max: whole.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, flip) => {
          const changed = whole.slice();
          changed[at]! ^= flip;
          const before = sha256((await decodeImage(whole)).data);
          const result = await decodeImage(changed).then(
            (decoded) => sha256(decoded.data),
            (error: unknown) => (error instanceof CxrFileError ? before : String(error)),
          );
          // Either refused, or a change in a part without pixels, such as a comment.
          expect(result).toBe(before);
        },
      ),
    );
  });
});

describe('imageHeader', () => {
  it('reads what is declared', () => {
    expect(imageHeader(bytesOf(pngs[0]!))).toEqual({ format: 'png', width: 13, height: 11, channels: 1 });
    expect(imageHeader(bytesOf(jpegs[2]!))).toEqual({ format: 'jpeg', width: 45, height: 37, channels: 3 });
    expect(others.map((row) => imageHeader(bytesOf(row)).format)).toEqual(
      others.map(({ name }) =>
        /^p[gp]m/.test(name) ? 'pnm' : name.slice(0, /^webp|tiff/.test(name) ? 4 : 3),
      ),
    );
  });
});

describe('encodePng', () => {
  it('gives back what it got, grey and RGB, 8 and 16 bits', async () => {
    for (const channels of [1, 3]) {
      const numbers = noise(5 * 7 * channels, 1);
      for (const data of [
        Uint8Array.from(numbers, (x) => x >>> 24),
        Uint16Array.from(numbers, (x) => x >>> 16),
      ]) {
        const decoded = await decodeImage(encodePng(image(data, 5, 7, channels)));
        expect(decoded.shape).toEqual([5, 7, channels]);
        expect(decoded.data).toEqual(data);
      }
    }
  });
});

describe('toRgb8 and toGrey8', () => {
  it('keep grey, take the high byte, and weigh colours as Pillow', () => {
    const grey = image(Uint16Array.of(0, 255, 256, 65535), 2, 2, 1);
    expect([...toGrey8(grey).data]).toEqual([0, 0, 1, 255]);
    expect([...toRgb8(grey).data]).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1, 255, 255, 255]);
    const colours = image(
      Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 200, 100, 50, 1, 2, 3, 255, 255, 255),
      2,
      3,
      3,
    );
    // Image.fromarray(...).convert('L') of Pillow 9.4.
    expect([...toGrey8(colours).data]).toEqual([76, 150, 29, 124, 2, 255]);
  });
});
