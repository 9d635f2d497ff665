import { checkSamples, toBytes, type ValueRange } from '@cxr/image';
import { describe, expect, it } from 'vitest';

describe('checkSamples', () => {
  it('lets whole numbers pass, and floats within the range', () => {
    checkSamples(Uint8Array.of(0, 255));
    checkSamples(Uint16Array.of(0, 65535));
    checkSamples(Float32Array.of(0, 0.5, 1, -0));
    checkSamples(Float32Array.of(-1, 1), [-1, 1]);
  });

  it.each([-1e-7, 1.0000002, 255, Number.NaN, Infinity, -Infinity])('refuses %d beside 0..1', (value) => {
    expect(() => checkSamples(Float32Array.of(0, 1, value))).toThrow(RangeError);
    expect(() => checkSamples(Float32Array.of(0, 1, value))).toThrow(
      `a sample of ${Math.fround(value)} is outside [0, 1]`,
    );
  });

  it.each([
    [128, '0, 255'],
    [4095, '0, 65535'],
    [-0.5, '-1, 1'],
    [-1000, 'black, white'],
  ])('says what to do about %d', (value, range) => {
    expect(() => checkSamples(Float32Array.of(0, value))).toThrow(
      `; if black and white are other values, say them in a program as { range: [${range}] }, or give whole numbers (uint8, uint16) or floats in 0..1`,
    );
  });

  it('knows white and black in single precision, which may lie a trace beyond', () => {
    const range: ValueRange = [-0.1, 0.1];
    const ends = Float32Array.of(-0.1, 0.1);
    expect(ends[1]).toBeGreaterThan(0.1);
    checkSamples(ends, range);
    expect([...toBytes(ends, range)]).toEqual([0, 255]);
    expect(() => checkSamples(Float32Array.of(0.1000001), range)).toThrow(/outside \[-0.1, 0.1\]/);
  });

  it.each([[[1, 0]], [[0, 0]], [[0, Number.NaN]], [[-Infinity, 1]], [1], [null]])(
    'refuses the range %j',
    (range) => {
      expect(() => checkSamples(Float32Array.of(0), range as never)).toThrow(/^invalid range: /);
    },
  );
});
