import { describe, expect, it } from 'vitest';
import { readJpegSegments } from '../src/codecs/jpeg-segments.js';
import { failure } from './support/failure.js';

const SOI = [0xff, 0xd8];
const EOI = [0xff, 0xd9];
const segment = (marker: number, ...content: number[]) => [
  ...[0xff, marker, (content.length + 2) >> 8, (content.length + 2) & 255],
  ...content,
];
const text = (letters: string) => [...letters].map((letter) => letter.charCodeAt(0));
const jfif = segment(0xe0, ...text('JFIF'), 0, 1, 1);
const adobe = (transform: number) => segment(0xee, ...text('Adobe'), 0, 100, 0, 0, 0, 0, transform);
// 300 × 517 pixels, of which the colours have half as many across and all down.
const frame = segment(0xc0, 8, 2, 5, 1, 44, 3, 1, 0x21, 0, 2, 0x11, 1, 3, 0x11, 1);
const scan = segment(0xda, 3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0);

const read = (...parts: number[][]) => readJpegSegments(Uint8Array.from(parts.flat()));
const refusal = (...parts: number[][]) => failure(async () => read(...parts));

describe('readJpegSegments', () => {
  it('reads the frame, the notes on colour and where the first scan starts', () => {
    expect(read(SOI, jfif, adobe(1), frame, scan, scan, EOI)).toEqual({
      frameMarker: 0xc0,
      precision: 8,
      width: 300,
      height: 517,
      components: [
        { id: 1, across: 2, down: 1 },
        { id: 2, across: 1, down: 1 },
        { id: 3, across: 1, down: 1 },
      ],
      adobeTransform: 1,
      hasJfif: true,
      scan: 2 + jfif.length + adobe(1).length + frame.length,
    });
    // Also where the scan's header are the last bytes.
    expect(read(SOI, frame, [0xff, 0xda, 0, 2]).scan).toBe(2 + frame.length);
    expect(read(SOI, frame, [0xff, 0xda, 0]).scan).toBe(-1);
    expect(read(SOI, frame, EOI, scan)).toMatchObject({
      scan: -1,
      hasJfif: false,
      adobeTransform: undefined,
    });
    expect(read(SOI, frame, scan, jfif, adobe(2))).toMatchObject({
      hasJfif: false,
      adobeTransform: undefined,
    });
  });

  it('takes notes of others for what they are', () => {
    const others = [segment(0xe0, ...text('JFXX'), 0), segment(0xee, ...text('Other'), 0, 0, 0, 0, 0, 0, 1)];
    expect(read(SOI, ...others, frame, scan)).toMatchObject({ hasJfif: false, adobeTransform: undefined });
    expect(read(SOI, jfif, ...others, frame, scan).hasJfif).toBe(true);
  });

  it('goes past fill bytes, markers without a length and bytes of no segment', () => {
    for (const between of [
      [0xff, 0xff],
      [0xff, 0xd0],
      [0xff, 0xd7],
      [0xff, 0x01],
      [0x12],
      [0xff, 0, 0x34],
      [0x12, 0xc0, 0x56],
    ]) {
      const found = read(SOI, between, jfif, between, frame, between, scan);
      expect(found).toMatchObject({ width: 300, hasJfif: true });
      expect(found.scan).toBe(2 + jfif.length + frame.length + 3 * between.length);
    }
  });

  it.each([0xc4, 0xc8, 0xcc, 0xdb, 0xfe])('takes no frame from the marker %i', async (marker) => {
    expect(await refusal(SOI, segment(marker, ...frame.slice(4)), scan)).toBe(
      'corrupt | a JPEG without a frame header',
    );
  });

  it.each([0xc1, 0xc2, 0xc3, 0xc5, 0xc9, 0xcf, 0xf7])('takes a frame of the marker %i', (marker) => {
    expect(read(SOI, segment(marker, ...frame.slice(4)), scan)).toMatchObject({
      frameMarker: marker,
      width: 300,
    });
  });

  it('says that the file is cut off, wherever its header ends', async () => {
    const whole = [...SOI, ...jfif, ...adobe(0), ...frame];
    for (let length = 2; length <= whole.length - frame.length + 4; length++) {
      expect(await refusal(whole.slice(0, length))).toBe('truncated | a JPEG cut off in its header');
    }
  });

  it('says that there is no frame where scans or the end come first', async () => {
    for (const parts of [
      [scan, frame],
      [EOI, [0, 0]],
      [jfif, EOI, frame],
    ]) {
      expect(await refusal(SOI, ...parts)).toBe('corrupt | a JPEG without a frame header');
    }
  });
});
