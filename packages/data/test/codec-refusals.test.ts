import { decodeImage } from '@cxr/data';
import { describe, expect, it } from 'vitest';
import { readJsonLines } from '../../../test/support/goldens.js';
import { decodeLosslessJpeg } from '../src/codecs/dicom/decode-lossless-jpeg.js';
import { failure } from './support/failure.js';

interface Row {
  name: string;
  file: string;
}

const goldens = (list: string) => readJsonLines<Row>(`data/${list}`);
const named = (list: string, name: string) =>
  Buffer.from(goldens(list).find((row) => row.name === name)!.file, 'base64');

describe('BMP', () => {
  interface Parts {
    width?: number;
    height?: number;
    bits?: number;
    compression?: number;
    headerSize?: number;
    masks?: number[];
    palette?: number[];
    rows?: number[];
  }

  function bmpOf(parts: Parts): Buffer {
    const { width = 2, height = 2, bits = 8, compression = 0, headerSize = 40 } = parts;
    const { masks = [], palette = [10, 20, 30, 0, 40, 50, 60, 0], rows = [0, 1, 9, 9, 1, 0, 9, 9] } = parts;
    const head = Buffer.alloc(54);
    head.write('BM');
    head.writeUInt32LE(54 + 4 * masks.length + palette.length, 10);
    head.writeUInt32LE(headerSize, 14);
    head.writeInt32LE(width, 18);
    head.writeInt32LE(height, 22);
    head.writeUInt16LE(bits, 28);
    head.writeUInt32LE(compression, 30);
    return Buffer.concat([
      head,
      Buffer.from(Uint32Array.from(masks).buffer),
      Buffer.from([...palette, ...rows]),
    ]);
  }

  it('is read from the bottom up, or from the top down where the height is negative', async () => {
    const [a, b] = [
      [30, 20, 10],
      [60, 50, 40],
    ];
    expect([...(await decodeImage(bmpOf({}))).data]).toEqual([b, a, a, b].flat());
    expect([...(await decodeImage(bmpOf({ height: -2 }))).data]).toEqual([a, b, b, a].flat());
    // 4 bits and 1 bit: the high ones come first.
    const two = { height: 1, rows: [0x10, 0, 0, 0] };
    expect([...(await decodeImage(bmpOf({ ...two, bits: 4 }))).data]).toEqual([b, a].flat());
    expect([...(await decodeImage(bmpOf({ ...two, bits: 1, rows: [0x40, 0, 0, 0] }))).data]).toEqual(
      [a, b].flat(),
    );
  });

  it('of one grey is grey', async () => {
    const grey = await decodeImage(bmpOf({ palette: [7, 7, 7, 0, 200, 200, 200, 0] }));
    expect(grey.shape).toEqual([2, 2, 1]);
    expect([...grey.data]).toEqual([200, 7, 7, 200]);
  });

  it('has bit masks only as they mostly are', async () => {
    const rows = [1, 2, 3, 0, 4, 5, 6, 0];
    const usual = { bits: 32, compression: 3, height: 1, palette: [], rows };
    const masks = [0xff0000, 0xff00, 0xff];
    expect([...(await decodeImage(bmpOf({ ...usual, masks }))).data]).toEqual([3, 2, 1, 6, 5, 4]);
    for (const other of [
      [0xff, 0xff00, 0xff0000],
      [0xff, 0xff00, 0xff],
      [0xff0000, 0xff, 0xff],
      [0xff0000, 0xff00, 0],
    ]) {
      expect(await failure(() => decodeImage(bmpOf({ ...usual, masks: other })))).toBe(
        'unsupported | a BMP of 32 bits with bit masks',
      );
    }
    const cut = bmpOf({ ...usual, masks: [], rows: [] });
    expect(await failure(() => decodeImage(cut))).toBe('unsupported | a BMP of 32 bits with bit masks');
  });

  it.each([
    [{ compression: 1 }, 'truncated | the BMP is cut off'],
    [{ compression: 2, bits: 4 }, 'truncated | the BMP is cut off'],
    [{ compression: 2 }, 'unsupported | a BMP of 8 bits with run-length encoding'],
    [{ compression: 3, bits: 16 }, 'unsupported | a BMP of 16 bits with bit masks'],
    [{ compression: 4, bits: 0 }, 'unsupported | a BMP of 0 bits with a JPEG inside'],
    [{ compression: 5, bits: 0 }, 'unsupported | a BMP of 0 bits with a PNG inside'],
    [{ compression: 6 }, 'unsupported | a BMP of 8 bits with bit masks'],
    [{ compression: 77 }, 'unsupported | a BMP of 8 bits with compression 77'],
    [{ bits: 2 }, 'unsupported | a BMP of 2 bits with no compression'],
    [{ bits: 16, width: 5 }, 'truncated | the BMP is cut off'],
    [{ headerSize: 39 }, 'unsupported | a BMP of 8 bits with no compression'],
    [{ headerSize: 12 }, 'unsupported | an OS/2 BMP'],
    [{ headerSize: 16 }, 'unsupported | an OS/2 BMP'],
    [{ headerSize: 64 }, 'unsupported | an OS/2 BMP'],
    [{ rows: [0, 1, 9, 9, 2, 0, 9, 9] }, 'corrupt | a BMP with a colour outside its palette'],
    [{ rows: [0, 1, 9, 9, 1, 0, 9] }, 'truncated | the BMP is cut off'],
    [{ width: 5 }, 'truncated | the BMP is cut off'],
    [{ height: 3 }, 'truncated | the BMP is cut off'],
    [{ width: 0 }, 'corrupt | a bmp image of 0 × 2 pixels'],
    [{ width: -1 }, 'corrupt | a bmp image of -1 × 2 pixels'],
    [{ height: 0 }, 'corrupt | a bmp image of 2 × 0 pixels'],
  ] as [Parts, string][])('%j is refused by name', async (parts, message) => {
    expect(await failure(() => decodeImage(bmpOf(parts)))).toBe(message);
  });

  it('is cut off in its header', async () => {
    for (const length of [26, 53]) {
      expect(await failure(() => decodeImage(bmpOf({}).subarray(0, length)))).toBe(
        'truncated | a BMP cut off in its header',
      );
    }
    expect(await failure(() => decodeImage(bmpOf({}).subarray(0, 25)))).toMatch(
      /^unsupported .*known format/,
    );
  });
});

describe('lossless JPEG', () => {
  const segment = (marker: number, ...content: number[]) => {
    const length = content.length + 2;
    return [0xff, marker, length >> 8, length & 255, ...content];
  };
  // Codes 0, 10, 110: no difference, one of 1 bit, one of 32768.
  const table = segment(0xc4, 0, 1, 1, 1, ...Array<number>(13).fill(0), 0, 1, 16);
  const frame = segment(0xc3, 8, 0, 2, 0, 2, 1, 1, 0x11, 0);
  const scan = segment(0xda, 1, 1, 0, 1, 0, 0);
  const data = [0b01011000];

  const jpegOf = (...parts: number[][]) => Uint8Array.from([0xff, 0xd8, ...parts.flat(), 0xff, 0xd9]);
  const decode = (...parts: number[][]) => [...decodeLosslessJpeg(jpegOf(...parts), 1e6).data];
  const refused = (...parts: number[][]) => failure(() => decode(...parts));

  it('is decoded by T.81', () => {
    expect(decode(table, frame, scan, data)).toEqual([128, 129, 127, 127]);
    expect(decodeLosslessJpeg(jpegOf(table, frame, scan, data), 4)).toMatchObject({
      width: 2,
      height: 2,
      components: 1,
      precision: 8,
    });
    // Fill bytes before a marker, other segments, a table that is replaced.
    const other = segment(0xc4, 0, 0, ...Array<number>(15).fill(0));
    expect(decode([0xff, 0xff], segment(0xfe, 1, 2), other, table, [0xff], frame, scan, data)).toEqual([
      128, 129, 127, 127,
    ]);
  });

  it('has differences of 32768 and a point transform', () => {
    const sixteen = segment(0xc3, 16, 0, 1, 0, 2, 1, 1, 0x11, 0);
    expect(decode(table, sixteen, scan, [0b11001111])).toEqual([0, 0]);
    expect(decode(table, frame, segment(0xda, 1, 1, 0, 1, 0, 2), data)).toEqual([128, 132, 124, 124]);
  });

  it('starts anew after a restart marker', () => {
    const interval = segment(0xdd, 0, 2);
    const rows = (marker: number[]) => [0b01011111, ...marker, 0b10001111];
    expect(decode(table, frame, interval, scan, rows([0xff, 0xd0]))).toEqual([128, 129, 127, 127]);
    expect(decode(table, frame, interval, scan, rows([0xff, 0xd7]))).toEqual([128, 129, 127, 127]);
  });

  it.each<[string, number[][], string]>([
    ['nothing', [], 'truncated | the JPEG is cut off'],
    ['no marker', [table, [0x12, 0x34, 0, 2]], 'corrupt | a JPEG with no marker where one must be'],
    ['a length below 2', [[0xff, 0xc4, 0, 1], frame, scan], 'truncated | the JPEG is cut off'],
    ['a segment past the end', [[0xff, 0xc4, 9, 9], frame], 'truncated | the JPEG is cut off'],
    [
      'a baseline frame',
      [table, segment(0xc0, 8, 0, 2, 0, 2, 1, 1, 0x11, 0)],
      'unsupported | a JPEG that is not lossless',
    ],
    [
      'an arithmetic one',
      [table, segment(0xcf, 8, 0, 2, 0, 2, 1, 1, 0x11, 0)],
      'unsupported | a JPEG that is not lossless',
    ],
    ['a scan without a frame', [table, scan, data], 'corrupt | a JPEG without a frame header'],
    ['a short frame', [segment(0xc3, 8, 0, 2, 0)], 'truncated | the JPEG is cut off'],
    [
      'a frame without its components',
      [segment(0xc3, 8, 0, 2, 0, 2, 1, 1, 0x11)],
      'truncated | the JPEG is cut off',
    ],
    [
      'a coarser component',
      [segment(0xc3, 8, 0, 2, 0, 2, 1, 1, 0x21, 0)],
      'unsupported | a lossless JPEG with coarser components',
    ],
    [
      'two components',
      [segment(0xc3, 8, 0, 2, 0, 2, 2, 1, 0x11, 0, 2, 0x11, 0)],
      'unsupported | a JPEG with 2 components (1 or 3)',
    ],
    [
      '1 bit',
      [segment(0xc3, 1, 0, 2, 0, 2, 1, 1, 0x11, 0)],
      'corrupt | a lossless JPEG of 2 × 2 pixels of 1 bits',
    ],
    [
      '17 bits',
      [segment(0xc3, 17, 0, 2, 0, 2, 1, 1, 0x11, 0)],
      'corrupt | a lossless JPEG of 2 × 2 pixels of 17 bits',
    ],
    [
      'no width',
      [segment(0xc3, 8, 0, 2, 0, 0, 1, 1, 0x11, 0)],
      'corrupt | a lossless JPEG of 0 × 2 pixels of 8 bits',
    ],
    [
      'no height',
      [segment(0xc3, 8, 0, 0, 0, 2, 1, 1, 0x11, 0)],
      'corrupt | a lossless JPEG of 2 × 0 pixels of 8 bits',
    ],
    [
      'too many pixels',
      [segment(0xc3, 8, 4, 1, 4, 0, 1, 1, 0x11, 0)],
      'too-large | 1024 × 1025 pixels, more than the limit of 1000000',
    ],
    ['a table cut in its counts', [segment(0xc4, 0, 1, 1)], 'truncated | the JPEG is cut off'],
    [
      'a table without its symbols',
      [segment(0xc4, 0, 3, ...Array<number>(15).fill(0), 0, 1)],
      'truncated | the JPEG is cut off',
    ],
    [
      'a table of too many codes',
      [segment(0xc4, 0, 3, ...Array<number>(15).fill(0), 0, 1, 2), frame, scan, data],
      'corrupt | a JPEG with a broken code table',
    ],
    [
      'a symbol above 16',
      [segment(0xc4, 0, 1, ...Array<number>(15).fill(0), 17), frame, scan, data],
      'corrupt | a JPEG with a broken code table',
    ],
    [
      'a scan of fewer components',
      [table, segment(0xc3, 8, 0, 2, 0, 2, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0), scan, data],
      'unsupported | a lossless JPEG with a scan for each component',
    ],
    [
      'a short scan header',
      [table, frame, segment(0xda, 1, 1, 0, 1), data],
      'unsupported | a lossless JPEG with a scan for each component',
    ],
    [
      'a scan of another component',
      [table, frame, segment(0xda, 1, 2, 0, 1, 0, 0), data],
      'corrupt | a JPEG with a broken scan header',
    ],
    [
      'a scan of a missing table',
      [table, frame, segment(0xda, 1, 1, 0x10, 1, 0, 0), data],
      'corrupt | a JPEG with a broken scan header',
    ],
    [
      'predictor 0',
      [table, frame, segment(0xda, 1, 1, 0, 0, 0, 0), data],
      'corrupt | a lossless JPEG with predictor 0',
    ],
    [
      'predictor 8',
      [table, frame, segment(0xda, 1, 1, 0, 8, 0, 0), data],
      'corrupt | a lossless JPEG with predictor 8',
    ],
    [
      'a shift of all bits',
      [table, frame, segment(0xda, 1, 1, 0, 1, 0, 8), data],
      'corrupt | a lossless JPEG with predictor 1',
    ],
    [
      'more pixels than bits',
      [table, segment(0xc3, 8, 0, 5, 0, 5, 1, 1, 0x11, 0), scan, data],
      'truncated | the JPEG is cut off',
    ],
    [
      'restarts within a row',
      [table, frame, segment(0xdd, 0, 1), scan, data],
      'unsupported | a lossless JPEG that restarts within a row',
    ],
    ['a code that is none', [table, frame, scan, [0b11100000]], 'corrupt | a JPEG with a broken code'],
    ['too few bits', [table, frame, scan, [0b10110110]], 'truncated | the JPEG is cut off'],
    [
      'no restart marker',
      [table, frame, segment(0xdd, 0, 2), scan, [0b01011111, 0b10001111]],
      'truncated | the JPEG is cut off',
    ],
    [
      'another marker for a restart',
      [table, frame, segment(0xdd, 0, 2), scan, [0b01011111, 0xff, 0xcf, 0]],
      'truncated | the JPEG is cut off',
    ],
  ])('with %s is refused by name', async (_, parts, message) => {
    expect(await refused(...parts)).toBe(message);
  });
});

describe('animated WebP', () => {
  const animated = named('variants.jsonl', 'webp, animated, part of the canvas');
  const frameAt = animated.indexOf('ANMF') + 8;

  /** The file with other bytes at a place. */
  function changed(at: number, ...bytes: number[]): Buffer {
    const file = Buffer.from(animated);
    file.set(bytes, at);
    return file;
  }

  it('without a frame is refused', async () => {
    const other = Buffer.from(animated.toString('latin1').replaceAll('ANMF', 'ANMG'), 'latin1');
    expect(await failure(() => decodeImage(other))).toBe('corrupt | an animated WebP without a frame');
  });

  it('with a frame too short for its header is refused', async () => {
    expect(await failure(() => decodeImage(changed(frameAt - 4, 15, 0, 0, 0)))).toBe(
      'corrupt | an animated WebP with a broken frame',
    );
    expect(await failure(() => decodeImage(changed(frameAt - 4, 16, 0, 0, 0)))).toBe(
      'corrupt | a broken WebP',
    );
  });

  it('with a frame outside its canvas is refused', async () => {
    const at = (offset: number) => animated.readUIntLE(frameAt + offset, 3);
    const canvas = { width: animated.readUIntLE(24, 3) + 1, height: animated.readUIntLE(27, 3) + 1 };
    for (const [place, size, length] of [
      [0, at(6) + 1, canvas.width],
      [3, at(9) + 1, canvas.height],
    ] as const) {
      const last = Math.floor((length - size) / 2);
      expect(await failure(() => decodeImage(changed(frameAt + place, last)))).toBe('no error');
      expect(await failure(() => decodeImage(changed(frameAt + place, last + 1)))).toBe(
        'corrupt | an animated WebP whose frame lies outside it',
      );
      expect(await failure(() => decodeImage(changed(frameAt + place + 2, 1)))).toMatch(/lies outside it$/);
    }
  });

  it('with a chunk that is longer than the file is refused', async () => {
    expect(await failure(() => decodeImage(changed(frameAt - 4, 0xff, 0xff, 0xff, 0x7f)))).toBe(
      'truncated | the WebP is cut off',
    );
    expect(await failure(() => decodeImage(animated.subarray(0, -1)))).toBe(
      'truncated | the WebP is cut off',
    );
  });
});

describe('TIFF', () => {
  /** A directory of these entries, and nothing else. */
  function bigTiff(
    entries: readonly (readonly [tag: number, type: number, count: number, value: number])[],
  ): Buffer {
    const file = Buffer.alloc(24 + 20 * entries.length + 8);
    file.set([0x49, 0x49, 43, 0, 8, 0, 0, 0, 16]);
    file.writeUInt32LE(entries.length, 16);
    for (const [i, [tag, type, count, value]] of entries.entries()) {
      const at = 24 + 20 * i;
      file.writeUInt16LE(tag, at);
      file.writeUInt16LE(type, at + 2);
      file.writeBigUInt64LE(BigInt(count), at + 4);
      file.writeBigUInt64LE(BigInt(value), at + 12);
    }
    return file;
  }

  it('of 64 bits is read with offsets of 8 bytes only', async () => {
    const good = named('tiff_variants.jsonl', 'BigTIFF, None');
    const size = good[0] === 0x49 ? [4, 0] : [0, 4];
    const other = Buffer.from(good);
    other.set(size, 4);
    expect(await failure(() => decodeImage(other))).toBe('corrupt | a BigTIFF with offsets of 4 bytes');
    for (const length of [12, 15]) {
      expect(await failure(() => decodeImage(good.subarray(0, length)))).toBe(
        'truncated | the TIFF is cut off',
      );
    }
    const far = Buffer.from(good);
    far.fill(0xff, 8, 16);
    expect(await failure(() => decodeImage(far))).toBe('truncated | the TIFF is cut off');
  });

  it('of more values than an image can have is refused', async () => {
    const depths = (count: number) => bigTiff([[258, 3, count, 16]]);
    expect(await failure(() => decodeImage(depths(2 ** 20 + 1)))).toBe(
      'unsupported | a TIFF with 1048577 values of a kind',
    );
    expect(await failure(() => decodeImage(depths(2 ** 20)))).toBe('truncated | the TIFF is cut off');
  });

  it('with a directory longer than the file is refused', async () => {
    const file = bigTiff([[256, 3, 1, 5]]);
    file.writeUInt32LE(1_000_000_000, 16);
    expect(await failure(() => decodeImage(file))).toBe('truncated | the TIFF is cut off');
  });
});
