import { checkPixels, checkSize, dimensions, type Image, image, pixels, samples } from '@cxr/image';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';

describe('image', () => {
  it('wraps samples without a copy', () => {
    const data = new Uint16Array(24);
    const wrapped = image(data, 2, 4, 3);
    expect(wrapped.shape).toEqual([2, 4, 3]);
    expect(wrapped.data).toBe(data);
    expect(pixels(wrapped)).toBe(data);
  });

  it.each([
    [4, 2, 2, 2, 'invalid channels: 2 (1 or 3)'],
    [5, 2, 2, 1, 'invalid data length: 5 for [2, 2, 1]'],
    [0, 0, 2, 1, 'invalid height: 0 (a whole number from 1 on)'],
    [0, 2, 0, 1, 'invalid width: 0 (a whole number from 1 on)'],
    [3, 2, 1.5, 1, 'invalid width: 1.5 (a whole number from 1 on)'],
    [3, -2, 2, 1, 'invalid height: -2 (a whole number from 1 on)'],
  ])('refuses %i samples as %d × %d × %i', (length, height, width, channels, message) => {
    expect(() => image(new Uint8Array(length), height, width, channels)).toThrow(new RangeError(message));
  });

  it('refuses a size that no memory holds, by name', () => {
    expect(() => checkSize(2 ** 15, 2 ** 15)).not.toThrow();
    expect(() => checkSize(2 ** 15 + 1, 2 ** 15)).toThrow(
      new RangeError('invalid size: 32769 × 32768, more than 1073741824 pixels'),
    );
  });

  it('takes the smallest size', () => {
    expect(() => checkSize(1, 1)).not.toThrow();
    expect(image(new Uint8Array(1), 1, 1, 1).shape).toEqual([1, 1, 1]);
  });
});

describe('dimensions', () => {
  it.each([
    [[2, 2], 'not an image [height, width, 1 or 3]: [2,2] (grey is [2,2, 1])'],
    [[1, 2, 2, 1], ': [1,2,2,1] (this is a batch: pass it where a set of images is taken)'],
    [[1, 1, 4], ': [1,1,4] (RGBA: fromImageData drops the alpha channel)'],
    [[1, 2, 2], ': [1,2,2]'],
    [[0, 4, 1], ': [0,4,1]'],
    [[4, 0, 1], ': [4,0,1]'],
  ])('refuses the shape %j', (shape, message) => {
    const wrong = ndarray(new Uint8Array(4), shape) as Image;
    expect(() => dimensions(wrong)).toThrow(TypeError);
    expect(() => dimensions(wrong)).toThrow(message);
  });

  it.each([
    [undefined, 'not an image: undefined'],
    [null, 'not an image: null'],
    ['a.png', 'not an image: string a.png'],
    [new Uint8Array(4), 'not an image: Uint8Array'],
    [Object.create(null), 'not an image: an object'],
  ])('refuses %o', (value, message) => {
    expect(() => dimensions(value as never)).toThrow(new TypeError(message));
  });
});

describe('pixels', () => {
  it('copies views and transposes in row-major order', () => {
    const whole = ndarray(
      Uint8Array.from({ length: 60 }, (_, i) => i),
      [4, 5, 3],
    );
    const view = whole.lo(1, 2).hi(2, 2) as Image<Uint8Array>;
    expect([...pixels(view)]).toEqual([21, 22, 23, 24, 25, 26, 36, 37, 38, 39, 40, 41]);
    const transposed = whole.transpose(1, 0, 2).hi(1, 2) as Image<Uint8Array>;
    expect([...pixels(transposed)]).toEqual([0, 1, 2, 15, 16, 17]);
    const bgr = whole.hi(1, 1).step(1, 1, -1) as Image<Uint8Array>;
    expect([...pixels(bgr)]).toEqual([2, 1, 0]);
  });

  it('gives the part of a larger array in which rows lie, without a copy', () => {
    const whole = ndarray(new Float32Array(60), [4, 5, 3]);
    const rows = pixels(whole.lo(1).hi(2) as Image<Float32Array>);
    expect(rows).toHaveLength(30);
    expect(rows.byteOffset).toBe(60);
    expect(rows.buffer).toBe(whole.data.buffer);
  });

  it.each([
    [new Float64Array(1), 'not Float64Array'],
    [
      new Uint8ClampedArray(1),
      'not Uint8ClampedArray (fromImageData takes it, or new Uint8Array(data.buffer))',
    ],
    [[1], 'not an array'],
  ])('refuses samples %o', (data, message) => {
    const wrong = ndarray(data as never, [1, 1, 1]) as Image;
    expect(() => pixels(wrong)).toThrow(TypeError);
    expect(() => pixels(wrong)).toThrow(message);
  });
});

it('makes samples of the type of others, of a Buffer too', () => {
  expect(samples(Buffer.from([1]), 2)).toEqual(new Uint8Array(2));
  expect(Buffer.isBuffer(samples(Buffer.from([1]), 2))).toBe(false);
  expect(samples(new Uint16Array(1), 3)).toEqual(new Uint16Array(3));
  expect(samples(new Float32Array(1), 0)).toEqual(new Float32Array(0));
});

it('checks the size that a header declares', () => {
  expect(() => checkPixels('PNG', 10, 5, 50)).not.toThrow();
  expect(() => checkPixels('PNG', 10, 5, 49)).toThrow(
    expect.objectContaining({ code: 'too-large', message: '10 × 5 pixels, more than the limit of 49' }),
  );
  for (const [width, height] of [
    [0, 5],
    [5, 0],
    [Number.NaN, 5],
  ] as const) {
    expect(() => checkPixels('PNG', width, height, 50)).toThrow(
      expect.objectContaining({ code: 'corrupt', message: `a PNG image of ${width} × ${height} pixels` }),
    );
  }
});
