import { decodeDicom, decodeImage, imageHeader } from '@cxr/data';
import { describe, expect, it } from 'vitest';
import { readJsonLines } from '../../../test/support/goldens.js';
import { failure } from './support/failure.js';

interface Row {
  name: string;
  plain?: boolean;
  file: string;
  frame: number;
  depth: 8 | 16;
  shape: number[];
  pixels: string;
}

const rows = ['jpeg2000', 'jpegls'].flatMap((kind) =>
  readJsonLines<Row>(`data/${kind}.jsonl`).map((row) => ({ ...row, kind })),
);
const bytesOf = ({ file }: Row) => new Uint8Array(Buffer.from(file, 'base64'));
const named = (kind: string, name: string, plain?: true) =>
  bytesOf(rows.find((row) => row.kind === kind && row.name === name && row.plain === (plain ?? row.plain))!);

/** The largest difference from the reference. */
async function difference(row: Row): Promise<number> {
  const decoded = row.plain
    ? await decodeImage(bytesOf(row))
    : await decodeDicom(bytesOf(row), { frame: row.frame });
  expect(decoded.shape).toEqual(row.shape);
  expect(decoded.data).toBeInstanceOf(row.depth === 16 ? Uint16Array : Uint8Array);
  const raw = new Uint8Array(Buffer.from(row.pixels, 'base64'));
  const expected = row.depth === 16 ? new Uint16Array(raw.buffer) : raw;
  let worst = 0;
  for (const [i, value] of decoded.data.entries()) worst = Math.max(worst, Math.abs(value - expected[i]!));
  return worst;
}

describe('JPEG 2000 and JPEG-LS', () => {
  it.each(rows)('$kind, $name, as pydicom, Pillow or imagecodecs', async (row) => {
    // Between two levels a window and a conversion of colours may go either way.
    expect(await difference(row)).toBeLessThanOrEqual(/window|YBR_FULL/.test(row.name) ? 1 : 0);
  });
});

/** A codestream whose size, tile size, layers and blocks are changed. */
function changed(
  file: Uint8Array,
  change: { size?: number; tile?: number; layers?: number; blocks?: number },
): Uint8Array {
  const bytes = file.slice();
  const view = new DataView(bytes.buffer);
  const coding = Buffer.from(bytes).indexOf(Buffer.from([0xff, 0x52, 0, 12]));
  const { size, tile = size, layers, blocks } = change;
  for (const at of [8, 12]) if (size !== undefined) view.setUint32(at, size);
  for (const at of [24, 28]) if (tile !== undefined) view.setUint32(at, tile);
  if (layers !== undefined) view.setUint16(coding + 6, layers);
  if (blocks !== undefined) view.setUint16(coding + 10, blocks);
  return bytes;
}

/** What it fails with, if it does so within two seconds. */
async function soon(work: () => PromiseLike<unknown>): Promise<string> {
  const start = performance.now();
  const result = await failure(work);
  expect(performance.now() - start).toBeLessThan(2000);
  return result;
}

describe('JPEG 2000 and JPEG-LS that are broken', () => {
  const bare = named('jpeg2000', 'codestream');

  it('a size beyond the limit', async () => {
    expect(await soon(() => decodeImage(changed(bare, { size: 60_000 })))).toMatch(/^too-large /);
    const ls = named('jpegls', 'plain 8 bits').slice();
    ls.fill(0xff, 7, 11);
    expect(await soon(() => decodeImage(ls))).toMatch(/^too-large /);
  });

  it.each([
    ['a large size without data', { size: 7000 }, /^(truncated|corrupt) /],
    ['tiles that are not there', { size: 7000, tile: 64 }, /^truncated .*1 of its 12100 tiles/],
    ['more tiles than there can be', { size: 7000, tile: 1 }, /^corrupt .*49000000 tiles/],
    ['layers without packets', { layers: 65535 }, /^truncated .*packets/],
    ['blocks of 4 × 4 of a large image', { size: 7000, blocks: 0 }, /^unsupported .*small parts/],
  ])('%s', async (_, change, message) => {
    expect(await soon(() => decodeImage(changed(bare, change)))).toMatch(message);
  });

  it.each(['jpeg2000', 'jpegls'])('%s cut off anywhere', async (kind) => {
    const whole = named(kind, kind === 'jpegls' ? 'plain 12 bits' : 'L');
    for (let length = 13; length < whole.length - 3; length += 7) {
      const message = await soon(() => decodeImage(whole.subarray(0, length)));
      expect(message, `${length} bytes`).toMatch(/^truncated /);
    }
  });

  it.each(['codestream', 'L', 'RGB'])('bytes that were put into its data: %s', async (name) => {
    const whole = Buffer.from(named('jpeg2000', name, true));
    const data = whole.indexOf(Buffer.from([0xff, 0x93])) + 2;
    for (const at of [data, data + 20]) {
      for (const count of [1, 3, 9, 400]) {
        const file = Buffer.concat([whole.subarray(0, at), Buffer.alloc(count, 7), whole.subarray(at)]);
        const message = await soon(() => decodeImage(file));
        expect(message, `${count} bytes at ${at}`).toMatch(/^(corrupt|truncated) /);
      }
    }
  });

  it('padding behind the end is none of that', async () => {
    const expected = await decodeImage(bare);
    for (const end of [
      [0xff, 0xd9, 0],
      [0xff, 0xd9, 1, 2, 3],
    ]) {
      const file = Buffer.concat([bare.subarray(0, -2), Uint8Array.from(end)]);
      expect(await decodeImage(file), `${end}`).toEqual(expected);
    }
    const other = Buffer.concat([bare.subarray(0, -2), Uint8Array.of(0, 1)]);
    expect(await failure(decodeImage(other))).toMatch(/^corrupt .*no tile where one must be/);
  });

  it('counts three components against twice the limit, and says so', async () => {
    const colour = named('jpeg2000', 'RGB', true);
    const { height = 0, width = 0 } = imageHeader(colour);
    expect(await failure(decodeImage(colour, { maxPixels: width * height }))).toBe(
      `too-large | a JPEG 2000 of ${width} × ${height} pixels of 3 components has more samples than twice the limit of ${width * height} pixels`,
    );
    expect((await decodeImage(colour, { maxPixels: 1.5 * width * height })).shape).toEqual([
      height,
      width,
      3,
    ]);
  });

  it('a DICOM file that declares another size than its JPEG 2000', async () => {
    const bytes = named('jpeg2000', '12 bits').slice();
    const rows = Buffer.from(bytes).indexOf(Buffer.from([0x28, 0, 0x10, 0, 0x55, 0x53]));
    bytes[rows + 8] = 31;
    expect(await failure(decodeDicom(bytes))).toMatch(/^corrupt .*differs from what it declares/);
  });

  it('names what it does not read', async () => {
    const ls = named('jpegls', 'plain 8 bits');
    const restart = Buffer.concat([ls.subarray(0, 2), Buffer.from('ffdd00040001', 'hex'), ls.subarray(2)]);
    expect(await failure(decodeImage(restart))).toBe('unsupported | a JPEG-LS with restart markers');
    const four = changed(bare, {});
    expect(imageHeader(four)).toEqual({ format: 'jpeg2000', width: 33, height: 32, channels: 1 });
    expect(imageHeader(ls)).toEqual({ format: 'jpegls', width: 33, height: 32, channels: 1 });
  });

  it('results are copies', async () => {
    const first = await decodeImage(bare);
    const before = first.data.slice();
    await decodeImage(named('jpeg2000', 'I;16'));
    expect(first.data).toEqual(before);
    expect(first.data.buffer.byteLength).toBe(33 * 32);
  });

  it('by the decoder that is passed, as in a browser', async () => {
    const { default: openjpeg } = await import('@cornerstonejs/codec-openjpeg/decode');
    expect(await decodeImage(bare, { openjpeg })).toEqual(await decodeImage(bare));
    const dicom = named('jpeg2000', 'signed 12 bits');
    expect(await decodeDicom(dicom, { openjpeg })).toEqual(await decodeDicom(dicom));
    await expect(decodeImage(bare, { openjpeg: 'x' as never })).rejects.toThrow(/^openjpeg must be/);
  });
});
