import * as a from '@cxr/augment';
import { describe, expect, it } from 'vitest';
import { EVERY } from './every-transform.js';
import { grey, wrap } from './images.js';

describe('what is wrong is named', () => {
  it.each<[string, () => unknown, string]>([
    ['p', () => a.rotate({ degrees: 1, p: 2 }), 'invalid p: 2'],
    ['a range', () => a.rotate({ degrees: [5, -5] }), 'invalid degrees: [5,-5]'],
    ['an infinite number', () => a.scale({ factor: Infinity }), 'invalid factor: Infinity'],
    ['a size', () => a.crop({ height: 0, width: 3 }), 'invalid height: 0'],
    [
      'an interpolation',
      () => a.rotate({ degrees: 1, interpolation: 'lanczos' as never }),
      'invalid interpolation: lanczos',
    ],
    ['a fill', () => a.pad({ border: 1, fill: 'wrap' as never }), 'invalid fill: wrap'],
    [
      'fills',
      () => a.pad({ border: 1, fill: [1, 2] }).apply(grey(0), {}),
      'invalid fill: [1,2] for 1 channels',
    ],
    ['a missing option', () => a.rotate({} as never), 'invalid degrees: undefined'],
    ['text for a number', () => a.gamma({ gamma: '2' as never }), 'invalid gamma: 2'],
    ['a range of three', () => a.gamma({ gamma: [1, 2, 3] as never }), 'invalid gamma: [1,2,3]'],
    ['a fraction for a size', () => a.resize({ height: 2.5, width: 3 }), 'invalid height: 2.5'],
    ['borders', () => a.pad({ border: [1, 2] as never }), 'invalid border: [1,2] (one number, or four)'],
    [
      'a pair',
      () => a.affine({ translate: 0.1 as never }),
      'invalid translate: 0.1 (a pair, along x and along y)',
    ],
    ['a kernel', () => a.gaussianBlur({ sigma: 1, kernelSize: 4 }), 'invalid kernelSize: 4 (not odd)'],
    ['a length', () => a.motionBlur({ length: [3, 4] }), 'invalid length: 4 (not odd)'],
    ['a count of holes', () => a.cutout({ holes: [1, 2.5] }), 'invalid holes: 2.5'],
    ['weights', () => a.oneOf([a.invert()], { weights: [1, 2] }), 'invalid weights: [1,2] for 1 transforms'],
    ['a count', () => a.someOf([a.invert()], { count: 2 }), 'invalid count: 2'],
    ['a seed', () => a.createRng(0.5), 'invalid seed: 0.5'],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(new RangeError(message));
  });

  it('what is no image', () => {
    const flat = wrap(new Uint8Array(12), 3, 4, 1).pick(null, null, 0) as a.Image;
    expect(() => a.invert().apply(flat, {})).toThrow(
      new TypeError('not an image [height, width, 1 or 3]: [3,4] (grey is [3,4, 1])'),
    );
    const doubles = wrap(new Float64Array(12) as never, 3, 4, 1);
    expect(() => a.invert().apply(doubles, {})).toThrow(/not Float64Array/);
  });
});

/** Pipelines of a fixed form; they take no p. */
const PRESETS = ['chestXray', 'paperClassic', 'randAugment', 'trivialAugment'];

describe('an option that there is not', () => {
  /** Every function that makes a transform, with what it needs. */
  const MAKERS: Record<string, (options: object) => unknown> = {
    affine: a.affine,
    autoContrast: a.autoContrast,
    biasField: a.biasField,
    brightness: (options) => a.brightness({ factor: 1, ...options }),
    centerCrop: (options) => a.centerCrop({ height: 2, width: 2, ...options }),
    chestXray: a.chestXray,
    clahe: a.clahe,
    collimation: a.collimation,
    contrast: (options) => a.contrast({ factor: 1, ...options }),
    crop: (options) => a.crop({ height: 2, width: 2, ...options }),
    cutout: a.cutout,
    downscale: a.downscale,
    elastic: a.elastic,
    equalize: a.equalize,
    fourierAdaptation: (options) => a.fourierAdaptation({ references: [grey(1)], ...options }),
    gamma: (options) => a.gamma({ gamma: 1, ...options }),
    gaussianBlur: (options) => a.gaussianBlur({ sigma: 1, ...options }),
    gaussianNoise: a.gaussianNoise,
    gridDistortion: a.gridDistortion,
    histogramMatching: (options) => a.histogramMatching({ references: [grey(1)], ...options }),
    horizontalFlip: a.horizontalFlip,
    hue: (options) => a.hue({ shift: 0, ...options }),
    invert: a.invert,
    maskMarkers: a.maskMarkers,
    motionBlur: a.motionBlur,
    oneOf: (options) => a.oneOf([a.invert()], options),
    pad: (options) => a.pad({ border: 1, ...options }),
    paperClassic: a.paperClassic,
    perspective: a.perspective,
    poissonNoise: a.poissonNoise,
    randAugment: a.randAugment,
    randomResizedCrop: (options) => a.randomResizedCrop({ height: 2, width: 2, ...options }),
    resize: (options) => a.resize({ height: 2, width: 2, ...options }),
    rotate: (options) => a.rotate({ degrees: 1, ...options }),
    saturation: (options) => a.saturation({ factor: 1, ...options }),
    scale: (options) => a.scale({ factor: 1, ...options }),
    sharpen: a.sharpen,
    shear: a.shear,
    someOf: (options) => a.someOf([a.invert()], { count: 1, ...options }),
    toneCurve: a.toneCurve,
    translate: a.translate,
    trivialAugment: a.trivialAugment,
    verticalFlip: a.verticalFlip,
    windowLevel: (options) => a.windowLevel({ center: 1, width: 1, ...options }),
  };

  it('is looked for in every transform', () => {
    // compose takes no options, sometimes a number.
    const names = new Set(Object.values(EVERY).map(({ name }) => name));
    expect(
      [...names, ...PRESETS, 'fourierAdaptation', 'histogramMatching']
        .filter((name) => name !== 'compose')
        .sort(),
    ).toEqual(Object.keys(MAKERS).sort());
  });

  it.each(Object.entries(MAKERS))('is refused by %s, which takes its own', (name, make) => {
    expect(() => make({ rotation: 30 })).toThrow(
      new RegExp(`^unknown option 'rotation' of ${name} \\(it has [\\w, ]+\\)$`),
    );
    expect(() => make({ rotation: 30 })).toThrow(RangeError);
    make(PRESETS.includes(name) ? { size: undefined } : { p: 0.5 });
  });

  it('is named with those that there are', () => {
    expect(() => a.rotate({ degree: 15 } as never)).toThrow(
      new RangeError(
        "unknown option 'degree' of rotate (it has degrees, expand, interpolation, fill, maskFill, p)",
      ),
    );
    expect(() => a.chestXray({ rotation: 30 } as never)).toThrow(
      new RangeError("unknown option 'rotation' of chestXray (it has size, horizontalFlip, fill)"),
    );
  });

  it.each([
    [30, 'number 30'],
    [null, 'null'],
    [undefined, 'undefined'],
    [[5], 'an array'],
    [() => 5, 'a function'],
  ])('may be no object at all: %s', (options, text) => {
    expect(() => a.rotate(options as never)).toThrow(
      new TypeError(`rotate takes an object of options, not ${text}`),
    );
  });
});
