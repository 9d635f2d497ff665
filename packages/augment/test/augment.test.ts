import * as a from '@cxr/augment';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { EVERY } from './every-transform.js';
import { grey, noise, wrap } from './images.js';

const key = { seed: 1, epoch: 0, index: 3 };

describe('a mask', () => {
  const image = grey(100, 40, 40);

  it.each(Object.entries(EVERY))('of another size is refused with %s, whatever is drawn', (_, transform) => {
    for (const [height, width] of [
      [80, 80],
      [20, 20],
      [40, 41],
    ] as const) {
      const sample = { image, mask: grey(1, height, width) };
      const error = new RangeError(
        `a mask of ${height} × ${width} pixels for an image of 40 × 40: resize it first, by 'nearest'`,
      );
      expect(() => a.augment(transform, sample, key)).toThrow(error);
      const { record } = a.augment(transform, { image }, key);
      expect(() => a.replay(transform, sample, record)).toThrow(error);
    }
  });

  it('of the same size keeps to the image', () => {
    // Classes are drawn where the image is bright, so they must lie there afterwards.
    const source = noise({ height: 40, width: 48, seed: 4 });
    for (let i = 0; i < source.data.length; i++) source.data[i] = source.data[i]! < 128 ? 0 : 255;
    const mask = wrap(
      source.data.map((value: number) => (value === 255 ? 1 : 0)),
      40,
      48,
      1,
    );
    const nearest = { interpolation: 'nearest', maskFill: 0 } as const;
    const moves = [
      a.crop({ height: 17, width: 19 }),
      a.centerCrop({ height: 31, width: 15 }),
      a.pad({ border: [1, 2, 3, 4] }),
      a.translate({ x: 0.2, y: -0.3 }),
      a.resize({ height: 20, width: 33, interpolation: 'nearest' }),
      a.randomResizedCrop({ height: 20, width: 33, interpolation: 'nearest' }),
      a.rotate({ degrees: 20, ...nearest }),
      a.affine({ degrees: 20, scale: 0.8, shear: [3, 0], ...nearest }),
      a.elastic({ displacement: 0.05, ...nearest }),
      a.perspective(nearest),
      a.horizontalFlip(),
      a.verticalFlip(),
    ];
    for (const transform of moves) {
      const moved = a.augment(transform, { image: source, mask }, key);
      const expected = moved.image.data.map((value: number) => (value === 255 ? 1 : 0));
      expect(moved.mask.data, transform.name).toEqual(expected);
    }
  });
});

describe('floats', () => {
  const float = (...values: number[]) => wrap(Float32Array.from(values), 1, values.length, 1);
  const wrong = [-0.001, 1.001, 255, -1, Number.NaN, Infinity];

  it.each(Object.entries(EVERY))('outside 0..1 are refused by %s', (_, transform) => {
    for (const value of wrong) {
      const image = float(0.5, 0, 1, value);
      const params = transform.sample(a.createRng(1));
      expect(() => transform.apply(image, params), String(value)).toThrow(RangeError);
      expect(() => a.augment(transform, { image }, key)).toThrow(
        `a sample of ${Math.fround(value)} is outside [0, 1]`,
      );
      const record = { transform: transform.name, params };
      expect(() => a.replay(transform, { image }, record)).toThrow(RangeError);
    }
  });

  it('are looked at again after a pipeline, and after one that fails', () => {
    const pipeline = a.compose([a.invert(), a.gamma({ gamma: 2 })]);
    expect(() => pipeline.apply(float(0.5), [])).toThrow(TypeError);
    expect(() => a.gamma({ gamma: 2 }).apply(float(2), { gamma: 2 })).toThrow(RangeError);
    pipeline.apply(float(0.5), pipeline.sample(a.createRng(1)));
    expect(() => a.gamma({ gamma: 2 }).apply(float(2), { gamma: 2 })).toThrow(RangeError);
  });

  it('in masks are classes, of any value', () => {
    const mask = float(7, -1, 300, 2);
    expect(a.augment(a.horizontalFlip(), { image: float(0, 1, 0, 1), mask }, key).mask.data).toEqual(
      Float32Array.of(2, 300, -1, 7),
    );
  });
});

describe('the option range', () => {
  const unit = noise({ height: 20, width: 30, type: 'float32', seed: 2 });
  const ranges = [
    [-1, 1],
    [0, 255],
    [0, 0.1],
    [-1024, 3071],
  ] as const;
  const scaled = ([min, max]: readonly [number, number]) =>
    wrap(
      unit.data.map((v: number) => Math.min(max, Math.max(min, v * (max - min) + min))),
      20,
      30,
      1,
    );

  it.each(ranges)('[%d, %d] gives what 0..1 gives, in that range', (min, max) => {
    const transform = a.compose([
      a.gamma({ gamma: 1.5 }),
      a.rotate({ degrees: 10, fill: 0.25 }),
      a.contrast({ factor: 1.1 }),
    ]);
    const expected = a.augment(transform, { image: unit }, key);
    const options = { range: [min, max] } as const;
    const image = scaled([min, max]);
    const before = image.data.slice();
    const { image: result, record } = a.augment(transform, { image }, key, options);
    expect(image.data).toEqual(before);
    expect(result.dtype).toBe('float32');
    for (let i = 0; i < result.data.length; i++) {
      expect((result.data[i]! - min) / (max - min)).toBeCloseTo(expected.image.data[i]!, 5);
    }
    expect(a.replay(transform, { image }, record, options).image).toEqual(result);
  });

  it('returns an image that stays as it is itself', () => {
    const image = scaled([-1, 1]);
    expect(a.augment(a.invert({ p: 0 }), { image }, key, { range: [-1, 1] }).image).toBe(image);
  });

  it('takes black and white in single precision', () => {
    // 0.1 as a float is a trace more than 0.1.
    const image = wrap(Float32Array.of(0, 0.1, 0.05), 1, 3, 1);
    const { image: result } = a.augment(a.invert(), { image }, key, { range: [0, 0.1] });
    expect(result.data[0]).toBe(Math.fround(0.1));
    expect(result.data[1]).toBe(0);
  });

  it('leaves whole numbers alone', () => {
    const image = grey(3);
    const inverted = a.augment(a.invert(), { image }, key, { range: [-1, 1] });
    expect(inverted.image.data).toEqual(grey(252).data);
  });

  it('refuses a sample outside it, a range that is none, and other options', () => {
    const image = wrap(Float32Array.of(-1.5, 0), 1, 2, 1);
    expect(() => a.augment(a.invert(), { image }, key, { range: [-1, 1] })).toThrow(
      /a sample of -1.5 is outside \[-1, 1\]/,
    );
    expect(() => a.augment(a.invert(), { image }, key, { range: [1, -1] })).toThrow(
      /invalid range: \[1,-1\]/,
    );
    expect(() => a.augment(a.invert(), { image }, key, { ranges: [-1, 1] } as never)).toThrow(
      "unknown option 'ranges' of augment (it has range, minVisibility)",
    );
  });
});

describe('what was given', () => {
  const image = grey(5);

  it('comes back, of the same types', () => {
    const alone = a.augment(a.invert(), { image }, key);
    expect(Object.keys(alone)).toEqual(['image', 'record']);
    expectTypeOf(alone.image).toEqualTypeOf<a.Image<Uint8Array>>();
    // @ts-expect-error no mask was given
    expect(alone.mask).toBeUndefined();
    const all = a.augment(a.invert(), { image, mask: image, boxes: [[1, 2, 3, 4]] }, key);
    expectTypeOf(all.mask).toEqualTypeOf<a.Image<Uint8Array>>();
    expectTypeOf(all.boxes).toEqualTypeOf<readonly [a.Box | null]>();
    expect(all.boxes[0]).toEqual([1, 2, 3, 4]);
    expectTypeOf(a.replay(a.invert(), { image, mask: image }, all.record).mask).toEqualTypeOf<
      a.Image<Uint8Array>
    >();
  });

  it('may have a mask or not', () => {
    const sample: a.Sample = { image, mask: undefined };
    const result = a.augment(a.invert(), sample, key);
    expectTypeOf(result.mask).toEqualTypeOf<a.Image | undefined>();
    expectTypeOf(result.boxes).toEqualTypeOf<readonly (a.Box | null)[] | undefined>();
    expect(result.mask).toBeUndefined();
  });
});

it('a key names its augmentation, and its record holds it', () => {
  const transform = a.rotate({ degrees: [-30, 30] });
  const params = transform.sample(a.createRng(1, 0, 3));
  const { record } = a.augment(transform, { image: grey(1) }, key);
  expect(record).toEqual({ ...key, transform: 'rotate', params });
  for (const name of ['seed', 'epoch', 'index']) {
    expect(() => a.augment(transform, { image: grey(1) }, { ...key, [name]: 0.5 })).toThrow(
      new RangeError(`invalid ${name}: 0.5`),
    );
    expect(() => a.augment(transform, { image: grey(1) }, { ...key, [name]: undefined as never })).toThrow(
      new RangeError(`invalid ${name}: undefined`),
    );
  }
});
