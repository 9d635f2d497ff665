import type { Image } from '@cxr/image';
import * as a from '../index.js';

/** A transform at several values of one option. */
export interface ExploreRow {
  readonly name: string;
  /** What the strip shows. */
  readonly about: string;
  /** The call that draws from the whole range. */
  readonly code: string;
  /** A picture for each: its caption, and the transform at that value. */
  readonly steps: readonly { readonly label: string; readonly transform: a.Transform }[];
}

/** Pictures in a strip. */
const STEPS = 6;

/** Values from one end to the other. */
function between(min: number, max: number): number[] {
  return Array.from({ length: STEPS }, (_, i) => min + ((max - min) * i) / (STEPS - 1));
}

function text(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** A row whose option `option` goes from `min` to `max`; `rest` is further options, as they stand in the code. */
function range(
  name: string,
  option: string,
  [min, max]: readonly [number, number],
  about: string,
  make: (value: number) => a.Transform,
  rest: string = '',
): ExploreRow {
  return {
    name,
    about,
    code: `${name}({ ${option}: [${text(min)}, ${text(max)}]${rest && `, ${rest}`} })`,
    steps: between(min, max).map((value) => ({ label: text(value), transform: make(value) })),
  };
}

/** A row of the values given, which `value` draws from. */
function listed(
  name: string,
  option: string,
  values: readonly number[],
  about: string,
  make: (value: number) => a.Transform,
  { rest = '', value = rangeOf(values) }: { rest?: string; value?: string } = {},
): ExploreRow {
  return {
    name,
    about,
    code: `${name}({ ${option}: ${value}${rest && `, ${rest}`} })`,
    steps: values.map((each) => ({ label: text(each), transform: make(each) })),
  };
}

function rangeOf(values: readonly number[]): string {
  return `[${text(Math.min(...values))}, ${text(Math.max(...values))}]`;
}

/** A row of one picture. */
function single(name: string, about: string, transform: a.Transform, options: string = ''): ExploreRow {
  return { name, about, code: `${name}(${options})`, steps: [{ label: name, transform }] };
}

/** A row of several draws. */
function draws(name: string, about: string, transform: a.Transform, options: string = ''): ExploreRow {
  return {
    name,
    about,
    code: `${name}(${options})`,
    steps: Array.from({ length: STEPS }, (_, i) => ({ label: `draw ${i + 1}`, transform })),
  };
}

/** Every transform of the package that changes this image; colour ones only for RGB. */
export function exploreRows(image: Image): { title: string; rows: ExploreRow[] }[] {
  const [height, width, channels] = image.shape as [number, number, number];
  const white = image.data instanceof Uint8Array ? 255 : image.data instanceof Uint16Array ? 65535 : 1;
  const part = { height: Math.ceil(height * 0.7), width: Math.ceil(width * 0.7) };
  const size = `height: ${part.height}, width: ${part.width}`;
  return [
    {
      title: 'Presets',
      rows: [
        draws('chestXray', 'Mild changes that occur between two exposures.', a.chestXray()),
        draws('paperClassic', 'The classic augmentations of the paper.', a.paperClassic()),
        draws('trivialAugment', 'One transform of the safe list.', a.trivialAugment()),
        draws('randAugment', 'Two transforms of the safe list.', a.randAugment()),
      ],
    },
    {
      title: 'Geometry',
      rows: [
        range('rotate', 'degrees', [-15, 15], 'Degrees, counter-clockwise.', (degrees) =>
          a.rotate({ degrees }),
        ),
        range(
          'rotate',
          'degrees',
          [-15, 15],
          'Degrees; the result grows to hold the whole image.',
          (degrees) => a.rotate({ degrees, expand: true }),
          'expand: true',
        ),
        range('translate', 'x', [-0.2, 0.2], 'To the right, a fraction of the width.', (x) =>
          a.translate({ x }),
        ),
        range('scale', 'factor', [0.75, 1.25], '2 is twice as large.', (factor) => a.scale({ factor })),
        range('shear', 'x', [-15, 15], 'Degrees along x.', (x) => a.shear({ x })),
        draws(
          'affine',
          'Rotation, shift, scale and shear in one warp.',
          a.affine({ degrees: [-7, 7], scale: [0.9, 1.1], shear: [[-5, 5], 0] }),
          '{ degrees: [-7, 7], scale: [0.9, 1.1], shear: [[-5, 5], 0] }',
        ),
        listed(
          'perspective',
          'distortion',
          [0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
          'How far the corners may move inwards.',
          (distortion) => a.perspective({ distortion }),
          { value: '0.6' },
        ),
        range(
          'elastic',
          'displacement',
          [0, 0.05],
          'Root mean square, a fraction of the shorter side.',
          (displacement) => a.elastic({ displacement }),
        ),
        listed(
          'gridDistortion',
          'change',
          [0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
          'How much columns and rows may grow or shrink.',
          (reach) => a.gridDistortion({ change: [-reach, reach] }),
          { value: '[-0.6, 0.6]' },
        ),
        draws('crop', 'A part of this size, anywhere.', a.crop(part), `{ ${size} }`),
        single('centerCrop', 'The middle.', a.centerCrop(part), `{ ${size} }`),
        draws(
          'randomResizedCrop',
          'A part of any size, resized.',
          a.randomResizedCrop({ ...part, area: [0.4, 1] }),
          `{ ${size}, area: [0.4, 1] }`,
        ),
        single(
          'pad',
          'A border; here the mirrored image.',
          a.pad({ border: 16, fill: 'reflect' }),
          "{ border: 16, fill: 'reflect' }",
        ),
        single('resize', 'Another size.', a.resize({ height: 32, width: 32 }), '{ height: 32, width: 32 }'),
        single('horizontalFlip', 'A mirrored chest is a finding: see chestXray.', a.horizontalFlip()),
        single('verticalFlip', 'No radiograph is shown so.', a.verticalFlip()),
      ],
    },
    {
      title: 'Brightness and contrast',
      rows: [
        range('brightness', 'factor', [0.5, 1.5], 'Multiplies every value.', (factor) =>
          a.brightness({ factor }),
        ),
        range('contrast', 'factor', [0.5, 1.5], 'Stretches about the mean.', (factor) =>
          a.contrast({ factor }),
        ),
        range('gamma', 'gamma', [0.5, 2], 'Above 1 darkens.', (gamma) => a.gamma({ gamma })),
        range('toneCurve', 'shadows', [0.1, 0.55], 'Height of the curve for dark tones.', (shadows) =>
          a.toneCurve({ shadows, highlights: 2 / 3 }),
        ),
        range(
          'biasField',
          'coefficient',
          [-0.3, 0.3],
          'A slope, like the heel effect.',
          (coefficient) => a.biasField({ degree: 1, coefficient }),
          'degree: 1',
        ),
        draws(
          'biasField',
          'An uneven field.',
          a.biasField({ coefficient: [-0.2, 0.2] }),
          '{ coefficient: [-0.2, 0.2] }',
        ),
        listed(
          'windowLevel',
          'width',
          [0.4, 0.6, 0.8, 1, 1.2, 1.4].map((w) => w * white),
          "DICOM's window, in the image's units.",
          (window) => a.windowLevel({ center: white / 2, width: window }),
          { rest: `center: ${text(white / 2)}` },
        ),
        range('clahe', 'clipLimit', [1, 4], 'Local contrast; 1 changes little.', (clipLimit) =>
          a.clahe({ clipLimit }),
        ),
        single('equalize', 'A flat histogram.', a.equalize()),
        single('autoContrast', 'The darkest value to black, the brightest to white.', a.autoContrast()),
        single('invert', 'Bone becomes air: not for X-rays.', a.invert()),
        ...(channels === 3
          ? [
              range('saturation', 'factor', [0, 2], '0 is grey.', (factor) => a.saturation({ factor })),
              range('hue', 'shift', [-0.5, 0.5], 'Turns of the colour circle.', (shift) => a.hue({ shift })),
            ]
          : []),
      ],
    },
    {
      title: 'Sharpness and noise',
      rows: [
        range('gaussianBlur', 'sigma', [0.3, 3], 'Pixels.', (sigma) => a.gaussianBlur({ sigma })),
        listed(
          'motionBlur',
          'length',
          [3, 5, 7, 9, 13, 17],
          'Pixels that the patient moved; here by 30°.',
          (length) => a.motionBlur({ length, degrees: 30 }),
          { rest: 'degrees: 30' },
        ),
        range('sharpen', 'factor', [0, 5], '0 smooths, 1 changes nothing.', (factor) =>
          a.sharpen({ factor }),
        ),
        range('downscale', 'scale', [0.1, 0.6], 'Made so small and enlarged again.', (scale) =>
          a.downscale({ scale }),
        ),
        range('gaussianNoise', 'sigma', [0, 0.1], 'A fraction of white.', (sigma) =>
          a.gaussianNoise({ sigma }),
        ),
        listed(
          'poissonNoise',
          'photons',
          [20_000, 5000, 1500, 500, 150, 50],
          'Photons at white: the dose.',
          (photons) => a.poissonNoise({ photons }),
        ),
      ],
    },
    {
      title: 'Covered parts',
      rows: [
        listed(
          'cutout',
          'size',
          [0.05, 0.1, 0.15, 0.2, 0.3, 0.4],
          'Side of the rectangle, a fraction.',
          (side) => a.cutout({ size: side }),
        ),
        listed(
          'cutout',
          'holes',
          [1, 5, 10, 20, 40, 80],
          'Coarse dropout: many small holes.',
          (holes) => a.cutout({ holes, size: 0.05 }),
          { rest: 'size: 0.05' },
        ),
        draws(
          'collimation',
          "A collimator's border.",
          a.collimation({ margin: [0, 0.15] }),
          '{ margin: [0, 0.15] }',
        ),
        single('maskMarkers', 'Lead letters are painted over, if it finds any.', a.maskMarkers()),
      ],
    },
  ];
}
