/** The transforms that the page offers. */
export type TransformName =
  | 'affine'
  | 'autoContrast'
  | 'biasField'
  | 'brightness'
  | 'centerCrop'
  | 'clahe'
  | 'collimation'
  | 'contrast'
  | 'crop'
  | 'cutout'
  | 'downscale'
  | 'elastic'
  | 'equalize'
  | 'fourierAdaptation'
  | 'gamma'
  | 'gaussianBlur'
  | 'gaussianNoise'
  | 'gridDistortion'
  | 'histogramMatching'
  | 'horizontalFlip'
  | 'hue'
  | 'invert'
  | 'maskMarkers'
  | 'motionBlur'
  | 'pad'
  | 'perspective'
  | 'poissonNoise'
  | 'randomResizedCrop'
  | 'resize'
  | 'rotate'
  | 'saturation'
  | 'scale'
  | 'sharpen'
  | 'shear'
  | 'toneCurve'
  | 'translate'
  | 'verticalFlip'
  | 'windowLevel';

/** A slider: the limits and the value at which a transform begins. */
interface Slider {
  min: number;
  max: number;
  step: number;
  value: number;
  /** True: the option is drawn anew each time, from −value to value. */
  around?: true;
}

/** A transform of @cxr/augment as the page offers it: a slider for each of its numbers. */
interface Offer {
  title: string;
  sliders: Readonly<Record<string, Slider>>;
  /** True: it takes the second image as `references`. */
  reference?: true;
}

const slider = (min: number, max: number, step: number, value: number): Slider => ({ min, max, step, value });

const PIXELS = slider(16, 1024, 1, 224);

/** Every transform, in the order in which they are applied: first what moves pixels, then what recolours, then noise. */
export const OFFERS: Readonly<Record<TransformName, Offer>> = {
  maskMarkers: {
    title: 'Mask lead letters',
    sliders: {
      threshold: slider(0, 1, 0.01, 0.9),
      border: slider(0, 0.5, 0.01, 0.25),
      maxArea: slider(0, 0.1, 0.001, 0.01),
    },
  },
  horizontalFlip: { title: 'Flip left and right', sliders: {} },
  verticalFlip: { title: 'Flip top and bottom', sliders: {} },
  rotate: { title: 'Rotate', sliders: { degrees: slider(-45, 45, 0.5, 7) } },
  translate: {
    title: 'Translate',
    sliders: { x: slider(-0.5, 0.5, 0.01, 0.05), y: slider(-0.5, 0.5, 0.01, 0) },
  },
  scale: { title: 'Scale', sliders: { factor: slider(0.5, 2, 0.01, 1.1) } },
  shear: { title: 'Shear', sliders: { x: slider(-30, 30, 0.5, 5), y: slider(-30, 30, 0.5, 0) } },
  affine: {
    title: 'Rotate and scale at once',
    sliders: { degrees: slider(-45, 45, 0.5, 5), scale: slider(0.5, 2, 0.01, 1.05) },
  },
  perspective: { title: 'Perspective', sliders: { distortion: slider(0, 1, 0.01, 0.2) } },
  elastic: {
    title: 'Elastic',
    sliders: { displacement: slider(0, 0.1, 0.002, 0.01), grid: slider(1, 16, 1, 4) },
  },
  gridDistortion: {
    title: 'Grid distortion',
    sliders: { cells: slider(1, 16, 1, 5), change: { ...slider(0, 0.9, 0.01, 0.3), around: true } },
  },
  crop: { title: 'Crop at random', sliders: { width: PIXELS, height: PIXELS } },
  centerCrop: { title: 'Crop the middle', sliders: { width: PIXELS, height: PIXELS } },
  randomResizedCrop: {
    title: 'Crop at random and resize',
    sliders: {
      width: PIXELS,
      height: PIXELS,
      area: slider(0.08, 1, 0.01, 0.8),
      aspect: slider(0.5, 2, 0.01, 1),
    },
  },
  pad: { title: 'Pad', sliders: { border: slider(0, 200, 1, 16) } },
  resize: { title: 'Resize', sliders: { width: PIXELS, height: PIXELS } },
  collimation: {
    title: 'Collimation',
    sliders: {
      margin: slider(0, 0.49, 0.01, 0.05),
      degrees: slider(-45, 45, 0.5, 2),
      level: slider(0, 1, 0.01, 0),
    },
  },
  histogramMatching: {
    title: 'Tones of the second image',
    sliders: { blend: slider(0, 1, 0.01, 0.8) },
    reference: true,
  },
  fourierAdaptation: {
    title: 'Low frequencies of the second image',
    sliders: { beta: slider(0, 0.3, 0.005, 0.05) },
    reference: true,
  },
  windowLevel: {
    title: 'Window and level (8 bits)',
    sliders: { center: slider(0, 255, 1, 128), width: slider(1, 512, 1, 180) },
  },
  brightness: { title: 'Brightness', sliders: { factor: slider(0, 3, 0.01, 1.15) } },
  contrast: { title: 'Contrast', sliders: { factor: slider(0, 3, 0.01, 1.2) } },
  saturation: { title: 'Saturation (colour images)', sliders: { factor: slider(0, 3, 0.01, 1.2) } },
  hue: { title: 'Hue (colour images)', sliders: { shift: slider(-0.5, 0.5, 0.01, 0.1) } },
  gamma: { title: 'Gamma', sliders: { gamma: slider(0.2, 5, 0.01, 1.2) } },
  toneCurve: {
    title: 'Tone curve',
    sliders: { shadows: slider(0, 1, 0.01, 0.25), highlights: slider(0, 1, 0.01, 0.75) },
  },
  biasField: {
    title: 'Bias field',
    sliders: { degree: slider(1, 8, 1, 3), coefficient: { ...slider(0, 2, 0.01, 0.2), around: true } },
  },
  invert: { title: 'Invert', sliders: {} },
  autoContrast: { title: 'Automatic contrast', sliders: { cutoff: slider(0, 0.2, 0.005, 0.01) } },
  equalize: { title: 'Equalise', sliders: {} },
  clahe: {
    title: 'CLAHE',
    sliders: { clipLimit: slider(0, 10, 0.1, 2), tiles: slider(1, 32, 1, 8) },
  },
  downscale: { title: 'Downscale and enlarge', sliders: { scale: slider(0.05, 1, 0.01, 0.5) } },
  sharpen: { title: 'Sharpen', sliders: { factor: slider(0, 5, 0.1, 2) } },
  motionBlur: {
    title: 'Motion blur',
    sliders: { length: slider(3, 31, 2, 7), degrees: slider(0, 180, 1, 30) },
  },
  gaussianBlur: { title: 'Gaussian blur', sliders: { sigma: slider(0.1, 10, 0.1, 1) } },
  gaussianNoise: { title: 'Gaussian noise', sliders: { sigma: slider(0, 0.3, 0.005, 0.03) } },
  poissonNoise: { title: 'Poisson noise', sliders: { photons: slider(10, 20_000, 10, 1000) } },
  cutout: {
    title: 'Cutout',
    sliders: { holes: slider(1, 20, 1, 1), size: slider(0, 1, 0.01, 0.2), fill: slider(0, 255, 1, 0) },
  },
};
