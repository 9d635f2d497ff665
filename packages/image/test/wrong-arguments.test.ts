import * as all from '@cxr/image';
import { describe, expect, it } from 'vitest';
import {
  type AnyFunction,
  expectEveryFunction,
  wrongAnswers,
} from '../../../test/support/wrong-arguments.js';

const grey = all.image(new Uint8Array(16), 4, 4, 1);
const rng = all.createRng(1);

/** Right arguments of every function. */
const RIGHT: Record<keyof typeof all & string, unknown[] | undefined> = {
  BitsMonitor: [() => {}],
  bitsWarning: [1, 12],
  checkBits: [12],
  scaleBits: [grey, 12],
  usedBits: [grey],
  checkText: ['name', 'x'],
  checkList: ['names', ['x']],
  checkFunction: ['call', () => {}],
  checkWholeNumber: ['count', 3, 0],
  checkRng: [rng],
  checkFractions: [[0.5, 0.5]],
  checkOptions: ['f', { a: 1 }, { a: true }],
  checkPixels: ['PNG', 1, 1, 1],
  CxrFileError: ['corrupt', 'broken', { file: 'x' }],
  UnavailableError: ['x is not installed', { cause: new Error('x') }],
  withFile: [new Error('x'), 'x'],
  describeValue: [1],
  escapeControls: ['x', '\n'],
  checkFit: [{ size: 2 }],
  fitImage: [grey, { size: 2 }],
  fromImageData: [{ data: new Uint8ClampedArray(16), width: 2, height: 2 }],
  checkSize: [1, 1],
  dimensions: [grey],
  image: [new Uint8Array(16), 4, 4, 1],
  pixels: [grey],
  samples: [new Uint8Array(1), 4],
  assertImageSet: [[grey]],
  imagesOf: [[grey], { bits: 12 }],
  ndarray: [new Uint8Array(4), [2, 2], [2, 1], 0],
  resizeBilinearTorch: [grey, 2, 2],
  resizePillow: [grey, 2, 2, 'box', new Uint8Array(4)],
  resizePillow13: [grey, 2, 2, 'box', new Uint8Array(4)],
  resizePillowFloat: [grey, 2, 2, 'box'],
  createRng: [1, 2],
  hashKeys: [[1, 2]],
  rngFromState: [rng.state()],
  shuffle: [[1, 2], rng],
  simdModule: ['AGFzbQEAAAA='],
  split: [[1, 2], [0.5, 0.5], rng],
  splitHalves: [[1, 2], rng],
  toBytes: [new Float32Array(2), [0, 1]],
  toGrey8: [grey],
  toRgb8: [grey],
  checkSamples: [new Float32Array(2), [0, 1]],
  DEFAULT_MAX_PIXELS: undefined,
  UNIT_RANGE: undefined,
  FIT_OPTIONS: undefined,
};

describe('wrong arguments', () => {
  const table = Object.fromEntries(Object.entries(RIGHT).filter(([, right]) => right !== undefined));

  it('are tried on every function', () => {
    expectEveryFunction(table, all);
  });

  it.each(Object.entries(table))('of %s are answered in words of ours', async (name, right) => {
    const fn = (all as Record<string, unknown>)[name] as unknown as AnyFunction &
      (new (
        ...args: unknown[]
      ) => unknown);
    const isClass = /^class /.test(String(fn));
    const call: AnyFunction = isClass ? (...args) => new fn(...args) : fn;
    expect(await wrongAnswers(call, right!)).toEqual([]);
  });
});

describe('what is no image', () => {
  const data = new Uint8Array(48);
  const none: [string, unknown, string][] = [
    ['without a shape', { data }, 'not an image: an object without a shape'],
    [
      'without data',
      { shape: [4, 4, 3] },
      'must be a Uint8Array, Uint16Array or Float32Array, not undefined',
    ],
    [
      'with sides as text',
      { data, shape: ['4', '4', 3] },
      'not an image [height, width, 1 or 3]: ["4","4",3]',
    ],
    ['with half a side', { data, shape: [4, 4.5, 3] }, '[4,4.5,3]'],
    ['with a side that is no number', { data, shape: [Number.NaN, 4, 3] }, '[NaN,4,3]'],
    ['with a shape that is no array', { data, shape: '443' }, 'whose shape is no array'],
    ['with plain numbers', { data: [...data], shape: [4, 4, 3] }, 'Float32Array, not an array'],
    ['with too little data', { data, shape: [5, 4, 3] }, 'invalid data length: 48 for [5,4,3]'],
    [
      'with a stride past its data',
      { data, shape: [4, 4, 3], stride: [13, 3, 1], offset: 0 },
      'invalid data length',
    ],
    [
      'with an offset before its data',
      { data, shape: [4, 4, 3], stride: [-12, 3, 1], offset: 0 },
      'invalid data length',
    ],
    [
      'with two strides',
      { data, shape: [4, 4, 3], stride: [12, 3], offset: 0 },
      'three strides and an offset: [12,3], 0',
    ],
    ['with a stride of text', { data, shape: [4, 4, 3], stride: '331', offset: 0 }, 'three strides'],
    [
      'one element past its data',
      { data, shape: [4, 4, 3], stride: [12, 3, 1], offset: 1 },
      'invalid data length: 48 for [4,4,3]',
    ],
    ['with half an offset', { data, shape: [4, 4, 1], stride: [4, 1, 1], offset: 0.5 }, '[4,1,1], 0.5'],
  ];
  const reading: [string, (source: never) => unknown][] = [
    ['pixels', all.pixels],
    ['toGrey8', all.toGrey8],
    ['toRgb8', all.toRgb8],
    ['usedBits', all.usedBits],
    ['scaleBits', (source) => all.scaleBits(source, 16)],
    ['fitImage', (source) => all.fitImage(source, { size: 4 })],
    ['resizePillow', (source) => all.resizePillow(source, 4, 4)],
    ['resizePillowFloat', (source) => all.resizePillowFloat(source, 4, 4)],
    ['resizeBilinearTorch', (source) => all.resizeBilinearTorch(source, 4, 4)],
    ['imagesOf', (source) => all.imagesOf([source]).next()],
  ];

  it.each(none)('%s is refused by every function', async (_, source, message) => {
    for (const [name, read] of reading) {
      const failed = (async () => read(source as never))();
      await expect(failed, name).rejects.toThrow(message);
      await expect(failed, name).rejects.toSatisfy(
        (error) => error instanceof TypeError || error instanceof RangeError,
      );
    }
  });

  it('is not what lacks only a stride: that is in rows', async () => {
    const source = Uint8Array.from(data, (_, i) => 5 * i);
    const plain = { data: source, shape: [4, 4, 3] } as never;
    const whole = all.image(source, 4, 4, 3) as never;
    for (const [name, read] of reading) {
      if (name !== 'imagesOf' && name !== 'scaleBits') expect(read(plain), name).toEqual(read(whole));
    }
    for await (const { image } of all.imagesOf([plain])) {
      expect(image.pick(1, 2, null).get(0)).toBe(source[18]);
    }
  });

  it('is said of a set, and of one of its images by name', async () => {
    expect(() => all.imagesOf({ data } as never)).toThrow('not a set of images: an object without a shape');
    expect(() => all.imagesOf({ shape: [1, 4, 4, 1] } as never)).toThrow(
      'not a set of images: an object without data',
    );
    expect(() => all.imagesOf([], { range: [1, 0] })).toThrow('invalid range: [1,0]');
    const named = { name: 'a.png', image: { data } } as never;
    await expect(all.imagesOf([named]).next()).rejects.toThrow(
      'a.png: not an image: an object without a shape',
    );
    await expect(all.imagesOf([{ name: 'a.png', image: undefined } as never]).next()).rejects.toThrow(
      'a.png: not an image',
    );
    for (const [shape, message] of [
      [['2', 4, 4, 1], 'invalid number of images: 2 (a whole number from 0 on)'],
      [[2.5, 4, 4, 1], 'invalid number of images: 2.5'],
      [[1, 4, '4', 1], 'invalid data length'],
    ] as const) {
      await expect(all.imagesOf({ data: new Uint8Array(32), shape } as never).next()).rejects.toThrow(
        message,
      );
    }
    const tensor = { shape: [1, 1, 1, 1], dtype: 'string', data: async () => ['x'] } as never;
    await expect(all.imagesOf([tensor]).next()).rejects.toThrow(
      'a tensor of images is float32 or int32, not an array',
    );
  });
});
