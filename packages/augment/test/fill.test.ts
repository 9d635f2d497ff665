import * as a from '@cxr/augment';
import { describe, expect, it } from 'vitest';
import { noise } from './images.js';

type Type = 'uint8' | 'uint16' | 'float32';

/** Every transform that takes a fill, with parameters under which it shows. */
const FILLED: Record<string, [(fill: a.FillOptions) => a.Transform, a.Json]> = {
  affine: [(o) => a.affine(o), { degrees: 30, translate: [0, 0], scale: 1, shear: [0, 0] }],
  centerCrop: [(o) => a.centerCrop({ height: 30, width: 30, ...o }), { x: 0.5, y: 0.5 }],
  crop: [(o) => a.crop({ height: 30, width: 30, ...o }), { x: 0.5, y: 0.5 }],
  elastic: [(o) => a.elastic(o), { displacement: 0.5, grid: 2, seed: 1 }],
  pad: [(o) => a.pad({ border: 2, ...o }), {}],
  perspective: [
    (o) => a.perspective(o),
    {
      corners: [
        [0.3, 0.3],
        [-0.3, 0.3],
        [-0.3, -0.3],
        [0.3, -0.3],
      ],
    },
  ],
  rotate: [(o) => a.rotate({ degrees: 0, ...o }), { degrees: 30 }],
  scale: [(o) => a.scale({ factor: 1, ...o }), { scale: 0.5 }],
  shear: [(o) => a.shear(o), { shear: [30, 0] }],
  translate: [(o) => a.translate(o), { translate: [0.5, 0] }],
};

const image = (type: Type) => noise({ height: 20, width: 24, type, seed: 1 });
const wrong: [Type, number[]][] = [
  ['uint8', [256, 300, -1, Number.NaN, Infinity]],
  ['uint16', [65536, -1, Number.NaN]],
  ['float32', [1.5, 255, -0.5, Number.NaN]],
];
const right: [Type, number[]][] = [
  ['uint8', [0, 7, 255]],
  ['uint16', [0, 256, 65535]],
  ['float32', [0, 0.5, 1]],
];

describe.each(Object.entries(FILLED))('the fill of %s', (_, [make, params]) => {
  it.each(wrong)('on %s is refused outside its range', (type, fills) => {
    for (const fill of fills) {
      expect(() => make({ fill }).apply(image(type), params), String(fill)).toThrow(/^invalid fill: /);
      expect(() => make({ fill }).apply(image(type), params)).toThrow(RangeError);
      // Whether it would be seen makes no difference.
      expect(() => make({ fill }).apply(image(type), null)).toThrow(RangeError);
    }
  });

  it.each(right)('on %s is what lies outside', (type, fills) => {
    for (const fill of fills) {
      const plain = noise({ height: 20, width: 24, type, seed: 1 });
      plain.data.fill(type === 'uint8' ? 100 : type === 'uint16' ? 1000 : 0.25);
      const { data } = make({ fill }).apply(plain, params);
      expect(data.includes(fill), String(fill)).toBe(true);
    }
  });

  it('in a mask is a class of its type', () => {
    const mask = image('uint8');
    expect(make({ maskFill: 9 }).applyToMask(mask, params).data.includes(9)).toBe(true);
    expect(
      make({ fill: 9 })
        .applyToMask(noise({ height: 20, width: 24 }), params)
        .data.includes(0),
    ).toBe(true);
    for (const maskFill of [-1, 256, 0.5]) {
      expect(() => make({ maskFill }).applyToMask(mask, params)).toThrow(
        new RangeError(`invalid maskFill: ${maskFill} (0 to 255 in a Uint8Array)`),
      );
    }
    expect(() => make({ maskFill: Number.NaN })).toThrow(new RangeError('invalid maskFill: NaN'));
    // Floats may be any classes.
    expect(make({ maskFill: -1 }).applyToMask(image('float32'), params).data.includes(-1)).toBe(true);
  });

  it('is one value, or one a channel', () => {
    const rgb = noise({ height: 20, width: 24, channels: 3 });
    expect(make({ fill: [1, 2, 3] }).apply(rgb, params).shape[2]).toBe(3);
    expect(() => make({ fill: [1, 2] }).apply(rgb, params)).toThrow('invalid fill: [1,2] for 3 channels');
    expect(() => make({ fill: [1, 2, 256] }).apply(rgb, params)).toThrow(
      'invalid fill: [1,2,256] (0 to 255 in a Uint8Array)',
    );
    expect(() => make({ fill: 'wrap' as never })).toThrow('invalid fill: wrap');
    expect(() => make({ fill: null as never })).toThrow(RangeError);
  });
});

describe('the fill of cutout', () => {
  const params = { holes: [{ left: 0, top: 0, width: 1, height: 1 }] };

  it.each(wrong)('on %s is refused outside its range', (type, fills) => {
    for (const fill of fills) {
      expect(() => a.cutout({ fill }).apply(image(type), params), String(fill)).toThrow(RangeError);
    }
  });

  it.each(right)('on %s covers', (type, fills) => {
    for (const fill of fills) {
      const { data } = a.cutout({ fill }).apply(image(type), params);
      expect(new Set(data)).toEqual(new Set([fill]));
    }
  });

  it('is no word', () => {
    expect(() => a.cutout({ fill: 'edge' as never })).toThrow(
      new RangeError('invalid fill: edge (a value, or one for each channel)'),
    );
  });
});

it('the fill of warpAffine is checked, too', () => {
  const turn = [0, 1, 0, -1, 0, 20] as const;
  const sampling = { interpolation: 'bilinear', fill: 256 } as const;
  expect(() => a.warpAffine(image('uint8'), turn, sampling)).toThrow(
    new RangeError('invalid fill: 256 (0 to 255 in a Uint8Array)'),
  );
  expect(() => a.warpAffine(image('float32'), [1, 0, 0, 0, 1, 0], sampling)).toThrow(RangeError);
});

it('the border of collimation is white or black of any type', () => {
  const params = { left: 0.3, top: 0.3, right: 0.3, bottom: 0.3, degrees: 0 };
  for (const [type, white] of [
    ['uint8', 255],
    ['uint16', 65535],
    ['float32', 1],
  ] as const) {
    expect(a.collimation({ level: 1 }).apply(image(type), params).data[0]).toBe(white);
    expect(a.collimation({ level: 0 }).apply(image(type), params).data[0]).toBe(0);
  }
  for (const level of [-0.1, 1.1, Number.NaN]) {
    expect(() => a.collimation({ level })).toThrow(new RangeError(`invalid level: ${level}`));
  }
});
