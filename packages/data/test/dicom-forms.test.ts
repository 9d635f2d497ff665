import { decodeDicom, decodeImage, imageHeader } from '@cxr/data';
import { toRgb8 } from '@cxr/image';
import { describe, expect, it } from 'vitest';
import { readJsonLines } from '../../../test/support/goldens.js';
import { failure } from './support/failure.js';

interface Row {
  name: string;
  file: string;
}

const rows = readJsonLines<Row>('data/dicom.jsonl');
const golden = (name: string) => Buffer.from(rows.find((row) => row.name === name)!.file, 'base64');
const jpegs = readJsonLines<Row>('data/variants.jsonl');
/** An element of explicit VR with a short length. */
function element(tag: number, representation: string, value: Buffer | number | string): Buffer {
  const content =
    typeof value === 'number' ? Buffer.from(Uint16Array.of(value).buffer) : Buffer.from(value as string);
  const padded = Buffer.concat([content, Buffer.alloc(content.length % 2, representation === 'UI' ? 0 : 32)]);
  const head = Buffer.alloc(8);
  head.writeUInt16LE(tag >>> 16, 0);
  head.writeUInt16LE(tag & 0xffff, 2);
  head.write(representation, 4, 'latin1');
  head.writeUInt16LE(padded.length, 6);
  return Buffer.concat([head, padded]);
}

function item(tag: number, content: Uint8Array): Buffer {
  const padded = Buffer.concat([content, Buffer.alloc(content.length % 2)]);
  const head = Buffer.alloc(8);
  head.writeUInt16LE(0xfffe, 0);
  head.writeUInt16LE(tag, 2);
  head.writeUInt32LE(padded.length, 4);
  return Buffer.concat([head, padded]);
}

interface Encapsulated {
  syntax: string;
  width: number;
  height: number;
  samples: number;
  photometric: string;
  frames: number;
  table: number[];
  fragments: Uint8Array[];
  /** Elements right before the pixels. */
  more?: Buffer[];
}

/** A DICOM file of compressed pixels. */
function encapsulated(file: Encapsulated): Buffer {
  const { syntax, width, height, samples, photometric, frames, table, fragments, more = [] } = file;
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    element(0x00020010, 'UI', syntax),
    element(0x00280002, 'US', samples),
    element(0x00280004, 'CS', photometric),
    element(0x00280008, 'IS', String(frames)),
    element(0x00280010, 'US', height),
    element(0x00280011, 'US', width),
    element(0x00280100, 'US', 8),
    ...more,
    Buffer.from([0xe0, 0x7f, 0x10, 0, 0x4f, 0x42, 0, 0, 255, 255, 255, 255]),
    item(0xe000, Buffer.from(Uint32Array.from(table).buffer)),
    ...fragments.map((fragment) => item(0xe000, fragment)),
    item(0xe0dd, new Uint8Array(0)),
  ]);
}

const BASELINE = '1.2.840.10008.1.2.4.50';

describe('a DICOM file is told by DICM alone', () => {
  it.each([
    'II*\0\x08\0\0\0',
    'MM\0*',
    'BM',
    '\x89PNG\r\n\x1a\n',
    '\xff\xd8\xff\xe0',
    'RIFF....WEBP',
    'P5 1 1 255\n',
  ])('with a preamble of %j', async (start) => {
    const file = golden('window');
    const expected = await decodeImage(file);
    file.write(start, 0, 'latin1');
    expect(imageHeader(file)).toEqual({ format: 'dicom' });
    expect(await decodeImage(file)).toEqual(expected);
  });
});

describe('colours of JPEG frames', () => {
  const colours = (photometric: string, jpeg: Buffer) =>
    decodeDicom(
      encapsulated({
        ...{ syntax: BASELINE, width: 19, height: 17, samples: 3, frames: 1, table: [] },
        photometric,
        fragments: [jpeg],
      }),
    );

  it.each([
    ['RGB', '1, 2, 3', 0],
    ['RGB', '82, 71, 66', 0],
    ['RGB', '0, 1, 2', 0],
    ['YBR_FULL_422', '1, 2, 3', 1],
    ['YBR_FULL_422', '0, 1, 2', 1],
    ['YBR_FULL', '82, 71, 66', 0],
    ['YBR_FULL', '114, 103, 98', 0],
  ])('%s with component ids %s', async (photometric, ids, transform) => {
    const plain = Buffer.from(
      jpegs.find(({ name }) => name === `jpeg, ids (${ids}), Adobe transform None, no JFIF`)!.file,
      'base64',
    );
    const told = Buffer.from(
      jpegs.find(({ name }) => name === `jpeg, ids (1, 2, 3), Adobe transform ${transform}, no JFIF`)!.file,
      'base64',
    );
    expect((await colours(photometric, plain)).data).toEqual(toRgb8(await decodeImage(told)).data);
    // An APP14 segment counts more than all of it.
    expect((await colours('RGB', told)).data).toEqual(toRgb8(await decodeImage(told)).data);
  });
});

describe('uncompressed YBR_FULL_422', () => {
  const file = (width: number, bits: number, pixels: Uint8Array) =>
    Buffer.concat([
      Buffer.alloc(128),
      Buffer.from('DICM'),
      element(0x00020010, 'UI', '1.2.840.10008.1.2.1'),
      element(0x00280002, 'US', 3),
      element(0x00280004, 'CS', 'YBR_FULL_422'),
      element(0x00280010, 'US', 1),
      element(0x00280011, 'US', width),
      element(0x00280100, 'US', bits),
      Buffer.from([0xe0, 0x7f, 0x10, 0, 0x4f, 0x42, 0, 0, pixels.length, 0, 0, 0]),
      pixels,
    ]);

  it('gives both pixels of a pair their own brightness and the same colour', async () => {
    const grey = await decodeDicom(file(4, 8, Uint8Array.of(10, 20, 128, 128, 30, 40, 128, 128)));
    expect([...grey.data]).toEqual([10, 20, 30, 40].flatMap((value) => [value, value, value]));
  });

  it('is refused by name with an odd width or 16 bits, and where pixels are missing', async () => {
    const refusal = (...parts: Parameters<typeof file>) => failure(() => decodeDicom(file(...parts)));
    expect(await refusal(3, 8, new Uint8Array(8))).toBe('unsupported | YBR_FULL_422 of an odd width');
    expect(await refusal(2, 16, new Uint8Array(8))).toBe('unsupported | YBR_FULL_422 of 16 bits');
    expect(await refusal(4, 8, new Uint8Array(6))).toBe('truncated | a DICOM file with too few pixels');
  });
});

describe('frames of several fragments', () => {
  it('are refused by their number, before they are gathered', async () => {
    const fragments = Array.from({ length: 100_001 }, () => new Uint8Array(0));
    const one = { width: 8, height: 8, samples: 1, photometric: 'MONOCHROME2', frames: 1, table: [] };
    const file = encapsulated({ ...one, syntax: '1.2.840.10008.1.2.5', fragments });
    expect(await failure(() => decodeDicom(file))).toMatch(/too-large.*more than 100000 fragments/);
  });

  const jpeg = (at: number) => {
    const file = golden(['JPEG baseline', 'JPEG baseline, MONOCHROME1 with a window'][at]!);
    return file.subarray(file.indexOf(Buffer.from([0xff, 0xd8, 0xff])), file.lastIndexOf(0xd9) + 1);
  };
  // Even lengths, as fragments have them.
  const first = Buffer.concat([jpeg(0), Buffer.alloc(jpeg(0).length % 2)]);
  const second = Buffer.concat([
    jpeg(1).subarray(0, 2),
    Buffer.from([255, 254, 0, 4, 1, 2]),
    jpeg(1).subarray(2),
  ]);
  const cut = (file: Buffer) => [file.subarray(0, 100), file.subarray(100, 300), file.subarray(300)];
  const base = { syntax: BASELINE, width: 18, height: 13, samples: 1, photometric: 'MONOCHROME2', frames: 2 };
  const offset = first.length + 3 * 8;

  it.each([
    ['an offset table', [0, offset], [...cut(first), ...cut(second)]],
    ['no table', [], [...cut(first), ...cut(second)]],
    ['no table and one fragment each', [], [first, second]],
  ])('by %s', async (_, table, fragments) => {
    const file = encapsulated({ ...base, table, fragments });
    for (const [frame, whole] of [first, second].entries()) {
      expect((await decodeDicom(file, { frame })).data).toEqual((await decodeImage(whole)).data);
    }
  });

  it('by an extended offset table', async () => {
    const long = (numbers: number[]) => Buffer.from(BigUint64Array.from(numbers.map(BigInt)).buffer);
    const table = (tag: number, numbers: number[]) => {
      const short = element(tag, 'OV', Buffer.alloc(0));
      const length = Buffer.alloc(4);
      length.writeUInt32LE(8 * numbers.length);
      return Buffer.concat([short, length, long(numbers)]);
    };
    const withTable = (lengths: number[]) =>
      encapsulated({
        ...base,
        table: [],
        fragments: [first, second],
        more: [table(0x7fe00001, [0, first.length + 8]), table(0x7fe00002, lengths)],
      });
    const file = withTable([first.length, second.length]);
    for (const [frame, whole] of [first, second].entries()) {
      expect((await decodeDicom(file, { frame })).data).toEqual((await decodeImage(whole)).data);
    }
    expect(await failure(decodeDicom(withTable([1e9, 1e9])))).toMatch(/^truncated /);
    expect(await failure(decodeDicom(withTable([5])))).toMatch(/^corrupt .*table of frames is too short/);
  });

  it('that do not fit are refused', async () => {
    expect(await failure(decodeDicom(encapsulated({ ...base, table: [], fragments: [first] })))).toBe(
      'corrupt | a DICOM file of 2 frames in 1 fragments',
    );
    expect(await failure(decodeDicom(encapsulated({ ...base, table: [], fragments: [] })))).toMatch(
      /^truncated .*without pixels/,
    );
    const unended = [first.subarray(0, 100), first.subarray(100, 200), first.subarray(200, 300)];
    expect(await failure(decodeDicom(encapsulated({ ...base, table: [], fragments: unended })))).toMatch(
      /^corrupt .*in which 0 end/,
    );
    expect(
      await failure(decodeDicom(encapsulated({ ...base, table: [7e6, 8e6], fragments: [first, second] }))),
    ).toMatch(/^corrupt .*does not fit its fragments/);
  });
});

describe('how the data set is written', () => {
  /** The file with another transfer syntax in its header, or none. */
  function declared(file: Buffer, syntax: string | undefined): Buffer {
    const at = file.indexOf(Buffer.from([2, 0, 0x10, 0, 0x55, 0x49]));
    const rest = file.subarray(at + 8 + file.readUInt16LE(at + 6));
    return Buffer.concat([
      file.subarray(0, at),
      ...(syntax ? [element(0x00020010, 'UI', syntax)] : []),
      rest,
    ]);
  }

  it.each(['12 bits', '16 bits, implicit', '16 bits, implicit, sequences of undefined length', 'VOI table'])(
    'is seen, not believed: %s',
    async (name) => {
      const file = golden(name);
      const expected = await decodeDicom(file);
      for (const syntax of [undefined, '1.2.840.10008.1.2', '1.2.840.10008.1.2.1']) {
        expect((await decodeDicom(declared(file, syntax))).data).toEqual(expected.data);
      }
    },
  );

  it('in big endian, where nothing is declared', async () => {
    const file = golden('16 bits, big endian');
    expect((await decodeDicom(declared(file, undefined))).data).toEqual((await decodeDicom(file)).data);
  });

  it('but not how pixels are compressed', async () => {
    expect(await failure(decodeDicom(declared(golden('JPEG baseline'), undefined)))).toMatch(
      /^unsupported .*does not say how/,
    );
  });

  it('VOILUTFunction in any case', async () => {
    for (const [name, text] of [
      ['window, linear exact', 'linear_exact'],
      ['window, sigmoid', 'Sigmoid '],
    ] as const) {
      const file = golden(name);
      const expected = await decodeDicom(file);
      file.write(text, file.indexOf(text.trim().toUpperCase()), 'latin1');
      expect((await decodeDicom(file)).data).toEqual(expected.data);
    }
    const other = golden('window, sigmoid');
    other.write('BOGUS  ', other.indexOf('SIGMOID'), 'latin1');
    expect(await failure(decodeDicom(other))).toMatch(/^unsupported .*shape BOGUS/);
  });
});

describe('run-length encoding', () => {
  const base = {
    ...{ syntax: '1.2.840.10008.1.2.5', width: 4, height: 2, samples: 1, photometric: 'MONOCHROME2' },
    ...{ frames: 1, table: [] },
  };
  const frame = (count: number, starts: number[], packed: number[]) => {
    const header = Buffer.alloc(64);
    header.writeUInt32LE(count, 0);
    for (const [i, start] of starts.entries()) header.writeUInt32LE(start, 4 + 4 * i);
    return Buffer.concat([header, Buffer.from(packed)]);
  };
  const decode = (content: Uint8Array, more = {}) => encapsulated({ ...base, ...more, fragments: [content] });

  it('reads runs, literals and no-ops', async () => {
    const packed = [128, 253, 9, 128, 3, 1, 2, 3, 4];
    expect([...(await decodeDicom(decode(frame(1, [64], packed)))).data]).toEqual([9, 9, 9, 9, 1, 2, 3, 4]);
  });

  it.each([
    ['a header cut off', Buffer.alloc(60), 'truncated', 'cut off in its header'],
    ['too many segments', frame(2, [64, 66], [249, 1]), 'corrupt', '2 run-length segments, not 1'],
    ['a segment in the header', frame(1, [60], [249, 1]), 'corrupt', 'segments lie outside'],
    ['a segment after the end', frame(1, [99], [249, 1]), 'corrupt', 'segments lie outside'],
    ['no data at all', frame(1, [64], []), 'truncated', 'too few data'],
    ['a literal cut off', frame(1, [64], [7, 1, 2, 3]), 'truncated', 'too few data'],
    ['a run without its byte', frame(1, [64], [3, 1, 2, 3, 4, 253]), 'truncated', 'too few data'],
    ['no-ops alone', frame(1, [64], Array(999).fill(128)), 'truncated', 'too few data'],
  ])('refuses %s', async (_, content, code, message) => {
    expect(await failure(decodeDicom(decode(content)))).toMatch(new RegExp(`^${code} .*${message}`));
  });

  it('refuses sizes that so few data cannot have', async () => {
    expect(
      await failure(decodeDicom(decode(frame(1, [64], [249, 1]), { width: 6000, height: 6000 }))),
    ).toMatch(/^truncated .*too few data/);
  });
});

describe('8 bits in big-endian words', () => {
  it.each([0, 1, 2])('of frame %i of odd length', async (frameNumber) => {
    const frames = 3;
    const plain = Uint8Array.from({ length: 15 * frames + 1 }, (_, i) => (i * 7) % 256);
    const swapped = Buffer.from(plain).swap16();
    const big = (part: Buffer) => {
      const copy = Buffer.from(part);
      copy.subarray(0, 4).swap16();
      copy.subarray(6, 8).swap16();
      if (copy.toString('latin1', 4, 6) === 'US') copy.subarray(8).swap16();
      return copy;
    };
    const head = Buffer.from([0x7f, 0xe0, 0, 0x10, 0x4f, 0x57, 0, 0, 0, 0, 0, swapped.length]);
    const file = Buffer.concat([
      Buffer.alloc(128),
      Buffer.from('DICM'),
      element(0x00020010, 'UI', '1.2.840.10008.1.2.2'),
      ...[
        element(0x00280008, 'IS', String(frames)),
        element(0x00280010, 'US', 3),
        element(0x00280011, 'US', 5),
        element(0x00280100, 'US', 8),
      ].map(big),
      head,
      swapped,
    ]);
    const decoded = await decodeDicom(file, { frame: frameNumber });
    expect([...decoded.data]).toEqual([...plain.subarray(15 * frameNumber, 15 * (frameNumber + 1))]);
  });
});
