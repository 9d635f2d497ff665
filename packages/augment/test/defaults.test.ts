import * as a from '@cxr/augment';
import { describe, expect, it } from 'vitest';
import { noise } from './images.js';

/** What is drawn or made with an option left out is what is drawn or made with its default, and differs with another. */
type Row = [
  label: string,
  make: (options: object) => a.Transform,
  option: string,
  value: unknown,
  other: unknown,
  params?: a.Json,
];

const corner = {
  corners: [
    [0.2, 0.1],
    [-0.1, 0.2],
    [-0.2, -0.1],
    [0.1, -0.2],
  ],
};
const crop = (o: object) => a.crop({ height: 50, width: 50, ...o });
const centerCrop = (o: object) => a.centerCrop({ height: 50, width: 50, ...o });
const references = [noise({ height: 9, width: 9, seed: 2 })];
const fourier = (o: object) => a.fourierAdaptation({ references, ...o });
const matching = (o: object) => a.histogramMatching({ references, ...o });
const rotate = (o: object) => a.rotate({ degrees: 0, ...o });
const scale = (o: object) => a.scale({ factor: 1, ...o });
const pad = (o: object) => a.pad({ border: 3, ...o });
const resized = (o: object) => a.randomResizedCrop({ height: 16, width: 16, ...o });
const resize = (o: object) => a.resize({ height: 16, width: 16, ...o });

/** Drawn: compared by what `sample` gives. */
const DRAWN: Row[] = [
  ['affine', a.affine, 'degrees', 0, [-9, 9]],
  ['affine', a.affine, 'translate', [0, 0], [0.1, 0]],
  ['affine', a.affine, 'scale', 1, [1, 2]],
  ['affine', a.affine, 'shear', [0, 0], [0, 5]],
  ['biasField', a.biasField, 'degree', 3, 2],
  ['biasField', a.biasField, 'coefficient', [-0.1, 0.1], [-0.1, 0.2]],
  ['clahe', a.clahe, 'clipLimit', [1, 4], [1, 5]],
  ['collimation', a.collimation, 'margin', [0, 0.1], [0, 0.2]],
  ['collimation', a.collimation, 'degrees', [-3, 3], [-3, 4]],
  ['cutout', a.cutout, 'holes', 1, 2],
  ['cutout', a.cutout, 'size', [0.1, 0.25], [0.1, 0.3]],
  ['downscale', a.downscale, 'scale', [0.25, 0.5], [0.25, 0.6]],
  ['elastic', a.elastic, 'displacement', [0, 0.02], [0, 0.03]],
  ['elastic', a.elastic, 'grid', 4, 5],
  ['fourierAdaptation', fourier, 'beta', [0, 0.1], [0, 0.2]],
  ['histogramMatching', matching, 'blend', [0.5, 1], [0.4, 1]],
  ['gaussianNoise', a.gaussianNoise, 'sigma', [0, 0.05], [0, 0.06]],
  ['gridDistortion', a.gridDistortion, 'cells', 5, 6],
  ['gridDistortion', a.gridDistortion, 'change', [-0.3, 0.3], [-0.3, 0.4]],
  ['motionBlur', a.motionBlur, 'length', [3, 7], [3, 15]],
  ['motionBlur', a.motionBlur, 'degrees', [0, 180], [0, 90]],
  ['perspective', a.perspective, 'distortion', 0.5, 0.6],
  ['poissonNoise', a.poissonNoise, 'photons', [500, 20_000], [500, 10_000]],
  ['randomResizedCrop', resized, 'area', [0.08, 1], [0.1, 1]],
  ['randomResizedCrop', resized, 'aspect', [3 / 4, 4 / 3], [1, 4 / 3]],
  ['sharpen', a.sharpen, 'factor', [1, 2], [1, 3]],
  ['shear', a.shear, 'x', 0, [1, 2]],
  ['shear', a.shear, 'y', 0, [1, 2]],
  ['toneCurve', a.toneCurve, 'shadows', [0.2, 0.45], [0.1, 0.45]],
  ['toneCurve', a.toneCurve, 'highlights', [0.55, 0.8], [0.55, 0.9]],
  ['translate', a.translate, 'x', 0, [0.1, 0.2]],
  ['translate', a.translate, 'y', 0, [0.1, 0.2]],
];

const nineDegrees = { degrees: 9, translate: [0, 0], scale: 1, shear: [0, 0] };

/** Applied: compared by the image made with these parameters. */
const APPLIED: Row[] = [
  ['affine', a.affine, 'interpolation', 'bilinear', 'bicubic', nineDegrees],
  ['affine', a.affine, 'fill', 0, 1, nineDegrees],
  ['autoContrast', a.autoContrast, 'cutoff', 0, 0.1, {}],
  ['centerCrop', centerCrop, 'fill', 0, 1, { x: 0.5, y: 0.5 }],
  ['clahe', a.clahe, 'tiles', 8, 7, { clipLimit: 2 }],
  [
    'collimation',
    a.collimation,
    'level',
    0,
    0.1,
    { left: 0.2, top: 0.2, right: 0.2, bottom: 0.2, degrees: 5 },
  ],
  ['crop', crop, 'fill', 0, 1, { x: 0.5, y: 0.5 }],
  ['cutout', a.cutout, 'fill', 0, 1, { holes: [{ left: 0.2, top: 0.2, width: 0.5, height: 0.5 }] }],
  ['downscale', a.downscale, 'interpolation', 'bilinear', 'nearest', { scale: 0.4 }],
  ['elastic', a.elastic, 'interpolation', 'bilinear', 'nearest', { displacement: 0.1, grid: 4, seed: 1 }],
  ['elastic', a.elastic, 'fill', 0, 1, { displacement: 0.3, grid: 4, seed: 1 }],
  ['pad', pad, 'fill', 0, 1, {}],
  ['perspective', a.perspective, 'interpolation', 'bilinear', 'bicubic', corner],
  ['perspective', a.perspective, 'fill', 0, 1, corner],
  [
    'randomResizedCrop',
    resized,
    'interpolation',
    'bilinear',
    'bicubic',
    { area: 0.5, aspect: 1, x: 0, y: 0 },
  ],
  ['resize', resize, 'interpolation', 'bilinear', 'nearest', {}],
  ['rotate', rotate, 'interpolation', 'bilinear', 'nearest', { degrees: 9 }],
  ['rotate', rotate, 'expand', false, true, { degrees: 9 }],
  ['rotate', rotate, 'fill', 0, 1, { degrees: 9 }],
  ['scale', scale, 'interpolation', 'bilinear', 'bicubic', { scale: 0.7 }],
  ['scale', scale, 'fill', 0, 1, { scale: 0.7 }],
  ['shear', a.shear, 'interpolation', 'bilinear', 'bicubic', { shear: [9, 0] }],
  ['shear', a.shear, 'fill', 0, 1, { shear: [9, 0] }],
  ['translate', a.translate, 'fill', 0, 1, { translate: [0.2, 0] }],
];

/** What masks have outside. */
const MASKED: Row[] = [
  ['affine', a.affine, 'maskFill', 0, 7, nineDegrees],
  ['centerCrop', centerCrop, 'maskFill', 0, 7, { x: 0.5, y: 0.5 }],
  ['crop', crop, 'maskFill', 0, 7, { x: 0.5, y: 0.5 }],
  ['elastic', a.elastic, 'maskFill', 0, 7, { displacement: 0.3, grid: 4, seed: 1 }],
  ['pad', pad, 'maskFill', 0, 7, {}],
  ['perspective', a.perspective, 'maskFill', 0, 7, corner],
  ['rotate', rotate, 'maskFill', 0, 7, { degrees: 9 }],
  ['scale', scale, 'maskFill', 0, 7, { scale: 0.7 }],
  ['shear', a.shear, 'maskFill', 0, 7, { shear: [9, 0] }],
  ['translate', a.translate, 'maskFill', 0, 7, { translate: [0.2, 0] }],
];

const image = noise({ height: 40, width: 44, seed: 1 });
image.data.forEach((value: number, i: number) => {
  image.data[i] = 40 + (value >> 1);
});

describe('the default of', () => {
  it.each(DRAWN)('%s, %s', (_, make, option, value, other) => {
    const draw = (options: object) => [1, 2, 3].map((seed) => make(options).sample(a.createRng(seed)));
    expect(draw({})).toEqual(draw({ [option]: value }));
    expect(draw({ [option]: undefined })).toEqual(draw({ [option]: value }));
    expect(draw({})).not.toEqual(draw({ [option]: other }));
  });

  it.each(APPLIED)('%s, %s', (_, make, option, value, other, params) => {
    const apply = (options: object) => make(options).apply(image, params!).data;
    expect(apply({})).toEqual(apply({ [option]: value }));
    expect(apply({})).not.toEqual(apply({ [option]: other }));
  });

  it.each(MASKED)('%s, %s', (_, make, option, value, other, params) => {
    const apply = (options: object) => make(options).applyToMask(image, params!).data;
    expect(apply({})).toEqual(apply({ [option]: value }));
    expect(apply({})).not.toEqual(apply({ [option]: other }));
  });

  it('maskMarkers, of which one letter tells each apart', () => {
    // A spot of 8 × 8 pixels, 85 % as bright as the brightest, 24 % from the border of 200 × 200: within 0.9, 0.25 and 0.01.
    const film = (level: number, at: number, size: number) => {
      const film = noise({ height: 200, width: 200 });
      film.data.fill(60);
      film.data[100 * 200 + 100] = 200;
      for (let y = at; y < at + size; y++) film.data.fill(level, y * 200 + 100, y * 200 + 100 + size);
      return film;
    };
    const painted = (image: a.Image, options: a.MaskMarkersOptions = {}) =>
      a.maskMarkers(options).apply(image, {}) !== image;
    expect([180, 179].map((level) => painted(film(level, 20, 8)))).toEqual([true, false]);
    expect(painted(film(179, 20, 8), { threshold: 0.85 })).toBe(true);
    // The middle of the spot lies at 49.5 or 50.5 pixels of 200 from the border.
    expect([45, 46].map((at) => painted(film(190, at, 9)))).toEqual([true, false]);
    expect(painted(film(190, 46, 9), { border: 0.3 })).toBe(true);
    // 20 × 20 of 200 × 200 is a hundredth.
    expect([20, 21].map((size) => painted(film(190, 10, size)))).toEqual([true, false]);
    expect(painted(film(190, 10, 21), { maxArea: 0.02 })).toBe(true);
  });
});

describe('without p, a transform is always applied; with p as often as it says', () => {
  const image8 = { height: 2, width: 2 };
  it.each([
    ['geometric', (o: a.TransformOptions) => a.crop({ ...image8, ...o })],
    ['photometric', (o: a.TransformOptions) => a.gamma({ gamma: 2, ...o })],
  ])('%s', (_, make) => {
    const share = (options: a.TransformOptions) => {
      let applied = 0;
      for (let i = 0; i < 4000; i++) if (make(options).sample(a.createRng(1, i)) !== null) applied++;
      return applied / 4000;
    };
    expect(share({})).toBe(1);
    expect(share({ p: 1 })).toBe(1);
    expect(share({ p: 0 })).toBe(0);
    expect(Math.abs(share({ p: 0.25 }) - 0.25)).toBeLessThan(0.03);
  });
});
