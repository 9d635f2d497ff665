import { readFileSync } from 'node:fs';
import * as a from '@cxr/augment';
import { describe, expect, it } from 'vitest';
import { grey, noise, waves, wrap } from './images.js';

// By albumentations: fixtures/augment/make_sample_goldens.py.
const goldens = JSON.parse(
  readFileSync(new URL('../../../fixtures/augment/samples.json', import.meta.url), 'utf8'),
) as {
  boxes: [number, number, number, number][];
  points: [number, number][];
  cases: {
    transform: string;
    params: a.Json;
    minVisibility: number;
    boxes: (number[] | null)[];
    points: (number[] | null)[];
  }[];
};

const MADE: Record<string, a.Transform> = {
  crop: a.crop({ height: 40, width: 50 }),
  translate: a.translate(),
  horizontalFlip: a.horizontalFlip(),
  scale: a.scale({ factor: 1 }),
};

describe('boxes and points beside albumentations', () => {
  it.each(goldens.cases.map((one) => [one.transform, one.minVisibility, one] as const))(
    '%s, at least %s visible',
    (transform, minVisibility, one) => {
      // There a point at 0 is the centre of the first pixel, here 0.5.
      const points = goldens.points.map(([x, y]) => [x + 0.5, y + 0.5] as const);
      const sample = { image: grey(0, 60, 80), boxes: goldens.boxes, points };
      const record = { transform, params: one.params };
      const result = a.replay(MADE[transform]!, sample, record, { minVisibility });
      const near = (values: number[] | null, shift: number) =>
        values === null ? null : values.map((value) => expect.closeTo(value + shift, 4));
      expect(result.boxes).toEqual(one.boxes.map((box) => near(box, 0)));
      expect(result.points).toEqual(one.points.map((point) => near(point, 0.5)));
    },
  );
});

describe('masks', () => {
  const image = grey(0, 30, 40);
  const key = { seed: 1, epoch: 0, index: 0 };
  const turn = a.rotate({ degrees: 20 });

  it('of many channels are moved as each channel alone', () => {
    for (const channels of [2, 5]) {
      const mask = noise({ height: 30, width: 40, channels, seed: 3 });
      const softMask = noise({ height: 30, width: 40, channels, seed: 4, type: 'float32' });
      const result = a.augment(turn, { image, mask, softMask }, key);
      expect(result.mask.shape).toEqual([30, 40, channels]);
      for (let c = 0; c < channels; c++) {
        const plane = (from: a.Image) => {
          const values = from.data.filter((_, i) => i % channels === c);
          return wrap(values as a.Pixels, 30, 40, 1);
        };
        const alone = a.augment(turn, { image, mask: plane(mask), softMask: plane(softMask) }, key);
        expect(plane(result.mask).data).toEqual(alone.mask.data);
        expect(plane(result.softMask).data).toEqual(alone.softMask.data);
      }
    }
  });

  it('that are soft are moved as a float image is, by bilinear interpolation', () => {
    const softMask = waves(30, 40);
    const pipeline = a.compose([turn, a.crop({ height: 20, width: 60 }), a.gamma({ gamma: 2 })]);
    const result = a.augment(pipeline, { image, softMask }, key);
    const { params } = result.record;
    const moved = a
      .compose([turn, a.crop({ height: 20, width: 60 })])
      .apply(softMask, (params as never[]).slice(0, 2));
    expect(result.softMask.data).toEqual(moved.data);
  });

  it.each<[string, object, string]>([
    ['a size', { softMask: grey(0, 30, 41) }, 'a softMask of 30 × 41 pixels for an image of 30 × 40'],
    ['a float', { softMask: wrap(new Float32Array(1200).fill(2), 30, 40, 1) }, '2'],
    ['no mask', { mask: { shape: [30, 40] } }, 'mask must be [height, width, channels]'],
    ['points', { points: [[1]] }, 'invalid points[0]: [1] ([x, y] in pixels)'],
    ['no points', { points: 3 }, 'points must be an array of [x, y]'],
  ])('or points that are wrong are named: %s', (_, part, message) => {
    expect(() => a.augment(turn, { image, ...part } as a.Sample, key)).toThrow(message);
  });

  it('a share that is wrong too', () => {
    expect(() => a.augment(turn, { image }, key, { minVisibility: 2 })).toThrow(
      new RangeError('invalid minVisibility: 2'),
    );
  });
});
