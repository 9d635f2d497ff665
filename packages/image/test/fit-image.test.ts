import { fitImage, image, toBytes, toGrey8, toRgb8 } from '@cxr/image';
import { describe, expect, it } from 'vitest';

// The values on the right are Pillow's, by convert('L') and resize((2, 2), BICUBIC or BILINEAR).
const COLOURS = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [10, 20, 30],
  [1, 2, 3],
  [200, 100, 50],
  [254, 255, 253],
  [255, 255, 255],
];
const LUMA = [76, 150, 29, 18, 2, 124, 254, 255];
const steps = image(
  Uint8Array.from({ length: 18 }, (_, i) => 4 * i),
  2,
  3,
  3,
);

describe('toGrey8', () => {
  it('takes the brightness as Pillow does, from any type', () => {
    const eight = Uint8Array.from(COLOURS.flat());
    expect([...toGrey8(image(eight, 2, 4, 3)).data]).toEqual(LUMA);
    // The low byte does not count.
    const sixteen = Uint16Array.from(eight, (value) => value * 256 + 255);
    expect([...toGrey8(image(sixteen, 4, 2, 3)).data]).toEqual(LUMA);
    const floats = Float32Array.from(eight, (value) => (value + 0.4) / 255.5);
    expect([...toGrey8(image(floats, 1, 8, 3)).data]).toEqual(LUMA);
    expect(toGrey8(image(floats, 2, 4, 3)).shape).toEqual([2, 4, 1]);
  });

  it('does not copy 8-bit grey', () => {
    const data = Uint8Array.of(1, 2);
    expect(toGrey8(image(data, 1, 2, 1)).data).toBe(data);
  });
});

describe('toRgb8', () => {
  it('repeats grey, and does not copy 8-bit RGB', () => {
    const grey = toRgb8(image(Uint16Array.of(256, 65535, 255), 1, 3, 1));
    expect([...grey.data]).toEqual([1, 1, 1, 255, 255, 255, 0, 0, 0]);
    expect(grey.shape).toEqual([1, 3, 3]);
    expect(toRgb8(steps).data).toBe(steps.data);
    expect(toRgb8(steps).shape).toEqual([2, 3, 3]);
  });
});

it('makes bytes of any samples', () => {
  expect(toBytes(Uint16Array.of(0, 255, 256, 65535))).toEqual(Uint8Array.of(0, 0, 1, 255));
  expect(toBytes(Float32Array.of(0, 0.5, 1))).toEqual(Uint8Array.of(0, 128, 255));
  expect(toBytes(Float32Array.of(-1, 0, 1), [-1, 1])).toEqual(Uint8Array.of(0, 128, 255));
  expect(toBytes(Float32Array.of(-2, 2), [-2, 2])).toEqual(Uint8Array.of(0, 255));
});

describe('fitImage', () => {
  it('resizes as Pillow, grey by default', () => {
    expect([...fitImage(steps, { size: 2, channels: 3 }).data]).toEqual([
      4, 8, 12, 20, 24, 28, 40, 44, 48, 56, 60, 64,
    ]);
    expect([...fitImage(steps, { size: 2 }).data]).toEqual([7, 23, 43, 59]);
    expect(fitImage(steps, { size: 2 }).shape).toEqual([2, 2, 1]);
    expect([...fitImage(steps, { size: 2, channels: 3, filter: 'bilinear' }).data]).toEqual([
      5, 9, 13, 20, 24, 28, 41, 45, 49, 56, 60, 64,
    ]);
  });

  it('repeats grey for RGB', () => {
    const grey = image(Uint8Array.of(10, 20), 2, 1, 1);
    expect(fitImage(grey, { size: 2, channels: 3 })).toEqual(toRgb8(fitImage(grey, { size: 2 })));
  });

  it('does not copy what fits', () => {
    const data = new Uint8Array(4);
    expect(fitImage(image(data, 2, 2, 1), { size: 2 }).data).toBe(data);
    expect(fitImage(image(new Uint8Array(8), 4, 2, 1), { size: 2 }).shape).toEqual([2, 2, 1]);
    expect(fitImage(image(new Uint8Array(8), 2, 4, 1), { size: 2 }).shape).toEqual([2, 2, 1]);
  });

  it('refuses other numbers of channels and sizes', () => {
    expect(() => fitImage(steps, { size: 2, channels: 2 as never })).toThrow(
      new RangeError('invalid channels: 2 (1 or 3)'),
    );
    expect(() => fitImage(steps, { size: 0 })).toThrow(RangeError);
  });
});
