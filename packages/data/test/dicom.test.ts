import { decodeDicom, decodeImage, imageHeader, readDicomHeader } from '@cxr/data';
import { describe, expect, it } from 'vitest';
import { readJsonLines } from '../../../test/support/goldens.js';
import { failure } from './support/failure.js';

interface Row {
  name: string;
  file: string;
  frame: number;
  depth: 8 | 16;
  shape: number[];
  pixels: string;
  refused?: boolean;
}

const all = readJsonLines<Row>('data/dicom.jsonl');
const rows = all.filter(({ refused }) => !refused);
const bytesOf = ({ file }: { file: string }) => new Uint8Array(Buffer.from(file, 'base64'));
const named = (name: string) => all.find((row) => row.name === name)!;

/** Changes the value of the element with this tag, in a file of explicit VR little endian. */
function withElement(
  bytes: Uint8Array,
  tag: number[],
  change: (view: DataView, at: number) => void,
): Uint8Array {
  const changed = bytes.slice();
  const at = Buffer.from(changed).indexOf(Buffer.from(tag)) + 8;
  change(new DataView(changed.buffer), at);
  return changed;
}

describe('decodeDicom', () => {
  it.each(rows)('$name as pydicom', async (row) => {
    const decoded = await decodeDicom(bytesOf(row), { frame: row.frame });
    expect(decoded.shape).toEqual(row.shape);
    expect(decoded.data).toBeInstanceOf(row.depth === 16 ? Uint16Array : Uint8Array);
    const raw = new Uint8Array(Buffer.from(row.pixels, 'base64'));
    const expected = row.depth === 16 ? new Uint16Array(raw.buffer) : raw;
    let worst = 0;
    for (const [i, value] of decoded.data.entries()) worst = Math.max(worst, Math.abs(value - expected[i]!));
    // Windows are worked out in floating point on both sides: a value between two levels may go either way. Colours
    // out of YBR: pydicom rounds its matrix, and libjpeg-turbo has fixed-point ones.
    expect(worst).toBeLessThanOrEqual(/window|YBR|colours/.test(row.name) ? 1 : 0);
  });

  it('is what decodeImage does with a file told by its content', async () => {
    const row = named('window');
    expect(imageHeader(bytesOf(row))).toEqual({ format: 'dicom' });
    expect(await decodeImage(bytesOf(row))).toEqual(await decodeDicom(bytesOf(row)));
  });

  it('takes any window', async () => {
    const plain = await decodeDicom(bytesOf(named('12 bits')));
    const windowed = bytesOf(named('window'));
    expect((await decodeDicom(windowed, { window: 'all' })).data).toEqual(plain.data);
    const withTable = bytesOf(named('VOI table before a window'));
    expect((await decodeDicom(withTable, { window: 'all' })).data).toEqual(plain.data);
    const window = { centre: 1800, width: 1500 };
    expect(await decodeDicom(withTable, { window })).toEqual(await decodeDicom(windowed));
    const own = await decodeDicom(bytesOf(named('12 bits')), { window });
    expect(own.data).toEqual((await decodeDicom(windowed)).data);
    await expect(decodeDicom(windowed, { window: { centre: 0, width: 0 } })).rejects.toThrow(RangeError);
    await expect(decodeDicom(windowed, { frame: 1 })).rejects.toThrow('invalid frame: 1 of 1');
  });

  it('names what it cannot read', async () => {
    const video = Buffer.from(bytesOf(named('JPEG 2000')));
    video.write('1.2.840.10008.1.2.4.10', video.indexOf('1.2.840.10008.1.2.4.90'), 'latin1');
    expect(await failure(decodeDicom(video))).toMatch(/^unsupported .*a video \(transfer syntax .*4\.10\)/);
    expect(await failure(decodeDicom(new Uint8Array(300)))).toMatch(/^unsupported .*not a DICOM file/);
    const bits = withElement(bytesOf(named('8 bits')), [0x28, 0, 0, 1], (view, at) =>
      view.setUint16(at, 24, true),
    );
    expect(await failure(decodeDicom(bits))).toMatch(/^unsupported .*24 bits/);
    const short = withElement(bytesOf(named('VOI table')), [0x28, 0, 2, 0x30], (view, at) =>
      view.setUint16(at, 5000, true),
    );
    expect(await failure(decodeDicom(short))).toMatch(/^corrupt .*table that is too short/);
  });

  it.each(rows.slice(0, 3).concat(rows.filter(({ name }) => /^(RLE|JPEG)/.test(name))))(
    'finds a file cut off: $name',
    async (row) => {
      const whole = bytesOf(row);
      const size = (row.depth * row.shape[0]! * row.shape[1]! * row.shape[2]!) / 8;
      for (const missing of [40, Math.min(200, size)]) {
        expect(await failure(decodeDicom(whole.subarray(0, whole.length - missing)))).toMatch(/^truncated/);
      }
      for (let length = 133; length < whole.length - 40; length += 37) {
        expect(await failure(decodeDicom(whole.subarray(0, length)))).toMatch(
          /^(truncated|corrupt|unsupported)/,
        );
      }
    },
  );

  it('refuses bombs', async () => {
    for (const name of ['8 bits', 'RLE, 8 bits', 'JPEG lossless, 8 bits', 'JPEG baseline']) {
      let huge: Uint8Array = bytesOf(named(name));
      for (const tag of [0x10, 0x11]) {
        huge = withElement(huge, [0x28, 0, tag, 0], (view, at) => view.setUint16(at, 60_000, true));
      }
      expect(await failure(decodeDicom(huge))).toMatch(/^too-large .*60000 × 60000/);
      expect(await failure(decodeDicom(huge, { maxPixels: 1e10 }))).toMatch(/^(truncated|corrupt) /);
    }
  });
});

describe('readDicomHeader', () => {
  it('says whom the image shows and how its values are meant', () => {
    expect(readDicomHeader(bytesOf(named('signed with slope, intercept and window')))).toEqual({
      transferSyntax: '1.2.840.10008.1.2.1',
      patientId: 'patient 7',
      modality: 'DX',
      viewPosition: 'PA',
      width: 18,
      height: 13,
      frames: 1,
      samples: 1,
      photometric: 'MONOCHROME2',
      planar: false,
      bitsAllocated: 16,
      bitsStored: 12,
      highBit: 11,
      signed: true,
      slope: 0.5,
      intercept: -100,
      window: { centre: -50, width: 600, shape: 'LINEAR' },
    });
  });
});
