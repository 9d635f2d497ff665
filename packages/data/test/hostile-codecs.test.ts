import { decodeDicom, decodeImage } from '@cxr/data';
import { sharpCodec } from '@cxr/data/node';
import { CxrFileError } from '@cxr/image';
import { describe, expect, it } from 'vitest';
import { readJsonLines, sha256 } from '../../../test/support/goldens.js';
import { pngOf, tiffOf, withScans } from './support/make-files.js';

interface Row {
  name: string;
  file: string;
}

const sharp = (await sharpCodec())!;
const golden = (list: string, name: string) => {
  const row = readJsonLines<Row>(`data/${list}`).find((each) => each.name === name)!;
  return new Uint8Array(Buffer.from(row.file, 'base64'));
};

/** The error's code and message, if it comes in two seconds. */
async function soon(decode: () => Promise<unknown>): Promise<string> {
  const start = performance.now();
  const error = await decode().then(
    () => 'no error',
    (reason: unknown) => reason,
  );
  expect(performance.now() - start).toBeLessThan(2000);
  return error instanceof CxrFileError ? `${error.code} | ${error.message}` : String(error);
}

/** A grey TIFF of `strips` strips of one row each, which all lie where the given bytes are. */
const sharing = (strips: number, packed: Uint8Array, compression: number) =>
  tiffOf(
    { 256: 8, 257: strips, 258: 8, 259: compression, 262: 1, 277: 1, 278: 1 },
    packed,
    Array.from({ length: strips }, () => [0, packed.length] as const),
  );

describe('files made to take long', () => {
  it('TIFF strips that lie on one another', async () => {
    // LZW codes of 9 bits that all mean "start anew", and PackBits' no-op.
    const clears = new Uint8Array(9 * 60_000).map((_, i) => [128, 64, 32, 16, 8, 4, 2, 1, 0][i % 9]!);
    for (const file of [
      sharing(50_000, clears, 5),
      sharing(50_000, new Uint8Array(1_000_000).fill(128), 32773),
      // Deflate: a header, then empty blocks that are not the last one.
      sharing(50_000, Buffer.concat([Buffer.of(0x78, 1), Buffer.alloc(250_000, '000000ffff', 'hex')]), 8),
    ]) {
      expect(await soon(() => decodeImage(file))).toMatch(/^corrupt .*lie on one another/);
    }
  });

  it('a TIFF strip of no-ops alone', async () => {
    const no = new Uint8Array(10_000_000).fill(128);
    const tags = { 256: 8, 257: 8, 258: 8, 259: 32773, 262: 1, 277: 1, 278: 8 };
    expect(await soon(() => decodeImage(tiffOf(tags, no, [[0, no.length]])))).toMatch(/^truncated .*too few/);
  });

  it('a TIFF of very many strips', async () => {
    const tags = (height: number) => ({ 256: 1, 257: height, 258: 8, 262: 1, 277: 1, 278: 1 });
    const strips = (height: number, length: number) =>
      Array.from({ length: height }, (_, i) => [i * length, length] as const);
    const most = tiffOf({ ...tags(65_000), 259: 5 }, new Uint8Array(65_000).fill(128), strips(65_000, 1));
    expect(await soon(() => decodeImage(most))).toMatch(/^truncated /);
    const lzw = Uint8Array.from({ length: 65_000 * 4 }, (_, i) => [0x80, 0x10, 0x60, 0x20][i % 4]!);
    const good = tiffOf({ ...tags(65_000), 259: 5 }, lzw, strips(65_000, 4));
    expect(await soon(() => decodeImage(good))).toBe('no error');
    const more = tiffOf({ ...tags(70_000), 259: 1 }, new Uint8Array(70_000), strips(70_000, 1));
    expect(await soon(() => decodeImage(more))).toBe('unsupported | a TIFF of 70000 strips or tiles');
  });

  it('millions of rows of a pixel', async () => {
    const rows = 2 ** 20 + 1;
    // Group 4's code for a row like the one above is a single 1.
    const fax = { 258: 1, 259: 4, 262: 0, 277: 1 };
    const packed = new Uint8Array(Math.ceil(rows / 8)).fill(255);
    const tall = tiffOf({ ...fax, 256: 1, 257: rows, 278: rows }, packed, [[0, packed.length]]);
    const message = (kind: string, count = rows) =>
      `unsupported | a ${kind} of ${count} rows, more than 1048576`;
    expect(await soon(() => decodeImage(tall))).toBe(message('TIFF'));
    // Tiles of a column each.
    const [columns, height] = [6000, 8000];
    const tile = new Uint8Array(height / 8).fill(255);
    const tiles = Array.from({ length: columns }, (_, i) => [i * tile.length, tile.length] as const);
    const tags = { ...fax, 256: columns, 257: height, 322: 1, 323: height };
    const tiled = tiffOf(tags, new Uint8Array(columns * tile.length).fill(255), tiles);
    expect(await soon(() => decodeImage(tiled))).toBe(message('TIFF', columns * height));
    const png = pngOf(new Uint8Array(rows), 1, rows, Number.POSITIVE_INFINITY);
    expect(await soon(() => decodeImage(png))).toBe(message('png'));
  });

  it('a JPEG of thousands of scans, in DICOM too', async () => {
    const file = withScans(golden('jpeg.jsonl', 'grey, progressive'), 5000);
    for (const options of [{}, { codec: sharp }]) {
      expect(await soon(() => decodeImage(file, options))).toMatch(/^unsupported \| a JPEG of 500\d scans/);
    }
    const dicom = golden('dicom.jsonl', 'JPEG baseline');
    const at = Buffer.from(dicom).indexOf(Buffer.from([0xff, 0xd8, 0xff]));
    const jpeg = withScans(dicom.subarray(at, dicom.lastIndexOf(0xd9) + 1), 5000);
    const padded = new Uint8Array(jpeg.length + (jpeg.length % 2));
    padded.set(jpeg);
    const end = Uint8Array.of(0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0);
    const bomb = new Uint8Array([...dicom.subarray(0, at), ...padded, ...end]);
    new DataView(bomb.buffer).setUint32(at - 4, padded.length, true);
    expect(await soon(() => decodeDicom(bomb))).toMatch(/^unsupported \| a JPEG of 500\d scans/);
  });

  it('a lossless JPEG of thousands of code tables', async () => {
    const dicom = golden('dicom.jsonl', 'JPEG lossless, 8 bits');
    const at = Buffer.from(dicom).indexOf(Buffer.from([0xff, 0xd8, 0xff]));
    const table = [0xff, 0xc4, 0, 20, 0, 1, ...Array<number>(15).fill(0), 0];
    const tables = Uint8Array.from({ length: 22 * 100_000 }, (_, i) => table[i % 22]!);
    const bomb = Buffer.concat([dicom.subarray(0, at + 2), tables, dicom.subarray(at + 2)]);
    bomb.writeUInt32LE(bomb.readUInt32LE(at - 4) + tables.length, at - 4);
    expect(await soon(() => decodeDicom(bomb))).toBe('no error');
  });

  it('a PNG with a million empty parts, which is read as without them', async () => {
    const pixels = Uint8Array.from({ length: 64 }, (_, i) => 3 * i);
    const png = pngOf(pixels, 8, 8, Number.POSITIVE_INFINITY);
    const empty = Buffer.alloc(12_000_000, '000000004944415435af061e', 'hex');
    // After the signature and the header.
    const file = new Uint8Array(Buffer.concat([png.subarray(0, 33), empty, png.subarray(33)]));
    const start = performance.now();
    expect((await decodeImage(file)).data).toEqual((await decodeImage(png)).data);
    expect(performance.now() - start).toBeLessThan(1000);
    file[33 + 11] = 0;
    expect(await soon(() => decodeImage(file))).toMatch(/^corrupt .*checksum/i);
  });

  it('a PNG whose data come byte by byte', async () => {
    const pixels = Uint8Array.from({ length: 400 * 400 }, (_, i) => (i * i) >> 7);
    const whole = await decodeImage(pngOf(pixels, 400, 400, Number.POSITIVE_INFINITY));
    const parts = pngOf(pixels, 400, 400, 1);
    let decoded: typeof whole | undefined;
    expect(await soon(async () => (decoded = await decodeImage(parts)))).toBe('no error');
    expect(sha256(decoded!.data)).toBe(sha256(pixels));
    expect(sha256(whole.data)).toBe(sha256(pixels));
  });
});
