import * as a from '@cxr/augment';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { grey, noise } from './images.js';

type Limit = readonly [min: number, max: number];
const ANY: Limit = [-Infinity, Infinity];
const SEED: Limit = [0, 2 ** 32 - 1];

/** Every transform that draws numbers, and the documented limits of the options that they come from. */
const CASES: readonly (readonly [a.Transform, Readonly<Record<string, Limit>>])[] = [
  [
    a.affine({ degrees: 3, scale: 1.1 }),
    { degrees: ANY, translate: [-1, 1], scale: [1e-3, 1e3], shear: [-89, 89] },
  ],
  [a.biasField(), { coefficients: [-10, 10] }],
  [a.brightness({ factor: 1.2 }), { factor: [0, Infinity] }],
  [a.clahe({ clipLimit: 2 }), { clipLimit: [0, 1e6] }],
  [
    a.collimation(),
    { left: [0, 0.49], top: [0, 0.49], right: [0, 0.49], bottom: [0, 0.49], degrees: [-45, 45] },
  ],
  [a.contrast({ factor: 1.2 }), { factor: [0, Infinity] }],
  [a.crop({ height: 4, width: 4 }), { x: [0, 1], y: [0, 1] }],
  [a.centerCrop({ height: 4, width: 4 }), { x: [0, 1], y: [0, 1] }],
  [a.cutout({ holes: 2 }), { holes: [0, 1] }],
  [a.downscale(), { scale: [1e-3, 1] }],
  [a.elastic(), { displacement: [0, 1], grid: [1, 64], seed: SEED }],
  [a.fourierAdaptation({ references: [grey(9), grey(1)] }), { reference: [0, 1], beta: [0, 0.3] }],
  [a.gamma({ gamma: 1.2 }), { gamma: [1e-3, 1e3] }],
  [a.gaussianBlur({ sigma: 1 }), { sigma: [0.01, 1000] }],
  [a.gaussianNoise(), { sigma: [0, 1], seed: SEED }],
  [a.gridDistortion(), { columns: [-0.95, 0.95], rows: [-0.95, 0.95] }],
  [a.histogramMatching({ references: [grey(9), grey(1)] }), { reference: [0, 1], blend: [0, 1] }],
  [a.hue({ shift: 0.1 }), { shift: [-0.5, 0.5] }],
  [a.motionBlur(), { length: [3, 255], degrees: ANY }],
  [a.perspective(), { corners: [-0.5, 0.5] }],
  [a.poissonNoise(), { photons: [1, 1e9], seed: SEED }],
  [
    a.randomResizedCrop({ height: 4, width: 4 }),
    { area: [1e-6, 1], aspect: [1e-3, 1e3], x: [0, 1], y: [0, 1] },
  ],
  [a.rotate({ degrees: 3 }), { degrees: ANY }],
  [a.saturation({ factor: 2 }), { factor: [0, Infinity] }],
  [a.scale({ factor: 2 }), { scale: [1e-3, 1e3] }],
  [a.sharpen(), { factor: [0, Infinity] }],
  [a.shear({ x: 3 }), { shear: [-89, 89] }],
  [a.toneCurve(), { shadows: [0, 1], highlights: [0, 1] }],
  [a.translate({ x: 0.1 }), { translate: [-1, 1] }],
  [a.windowLevel({ center: 100, width: 50 }), { center: ANY, width: [Number.MIN_VALUE, Infinity] }],
];

const image = noise({ height: 9, width: 8 });

/** Copies of parameters with one number replaced, and the name of the parameter that it belongs to. */
function* replaced(value: a.Json, by: number, name = ''): Generator<readonly [name: string, copy: a.Json]> {
  if (typeof value === 'number') yield [name, by];
  if (value === null || typeof value !== 'object') return;
  for (const [key, part] of Object.entries(value)) {
    for (const [inner, other] of replaced(part, by, name || key)) {
      const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, a.Json>;
      copy[key] = other;
      yield [inner, copy as a.Json];
    }
  }
}

describe.each(CASES.map(([transform, limits]) => [transform.name, transform, limits] as const))(
  'a record of %s',
  (name, transform, limits) => {
    const params = transform.sample(a.createRng(1))!;
    const replay = (wrong: a.Json) => () =>
      a.replay(transform, { image }, { transform: name, params: wrong });

    it('lists every parameter here', () => {
      expect(Object.keys(limits)).toEqual(Object.keys(params));
    });

    it('with a number outside its limits is refused by name', () => {
      fc.assert(
        fc.property(fc.double({ min: 1e-6, max: 1e15, noNaN: true }), (beyond) => {
          for (const [key, [min, max]] of Object.entries(limits)) {
            for (const value of [min - beyond, max + beyond]) {
              if (!Number.isFinite(value) || (value >= min && value <= max)) continue;
              for (const [changed, copy] of replaced(params, value)) {
                if (changed === key) {
                  expect(replay(copy)).toThrow(
                    new RegExp(`^invalid ${key}[\\w.[\\]]* of ${name}: ${value} \\(`.replaceAll('+', '\\+')),
                  );
                }
              }
            }
          }
        }),
        { numRuns: 30 },
      );
    });

    it('with its limits is replayed', () => {
      for (const [key, ends] of Object.entries(limits)) {
        // A blur of 1000 pixels is allowed, but slow.
        for (const value of ends.filter((end) => Number.isFinite(end) && key !== 'sigma')) {
          for (const [changed, copy] of replaced(params, value)) {
            if (changed === key) expect(replay(copy)).not.toThrow();
          }
        }
      }
    });
  },
);

it('seeds and the grid are whole numbers', () => {
  const noisy = { sigma: 0.1, seed: 1.5 };
  expect(() => a.replay(a.gaussianNoise(), { image }, { transform: 'gaussianNoise', params: noisy })).toThrow(
    new RangeError('invalid seed of gaussianNoise: 1.5 (a whole number 0 to 4294967295)'),
  );
  const bent = { displacement: 0.1, grid: 2.5, seed: 1 };
  expect(() => a.replay(a.elastic(), { image }, { transform: 'elastic', params: bent })).toThrow(
    /^invalid grid of elastic: 2.5/,
  );
});

it('limits hold within pipelines, for masks and for boxes', () => {
  const blur = a.gaussianBlur({ sigma: 1 });
  const steps = [{ name: 'gaussianBlur', params: { sigma: 1e9 } }];
  expect(() => a.replay(a.compose([blur]), { image }, { transform: 'compose', params: steps })).toThrow(
    new RangeError('invalid sigma of gaussianBlur: 1000000000 (0.01 to 1000)'),
  );
  const crop = a.crop({ height: 4, width: 4 });
  const params = { x: 2, y: 0 };
  expect(() => crop.applyToMask(image, params)).toThrow(/^invalid x of crop: 2/);
  expect(() => crop.applyToBoxes([[0, 0, 1, 1]], params, { height: 9, width: 8 })).toThrow(/^invalid x/);
});

it('a hole that reaches beyond the right edge does not continue on the next row', () => {
  const white = noise({ height: 4, width: 4 });
  white.data.fill(255);
  const holes = [{ left: 0.5, top: 0, width: 1, height: 0.25 }];
  const { data } = a.cutout().apply(white, { holes });
  expect([...data]).toEqual([255, 255, 0, 0, ...new Array<number>(12).fill(255)]);
});
