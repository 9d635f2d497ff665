import {
  affine,
  autoContrast,
  brightness,
  centerCrop,
  clahe,
  collimation,
  compose,
  contrast,
  crop,
  cutout,
  elastic,
  equalize,
  gamma,
  gaussianBlur,
  gaussianNoise,
  horizontalFlip,
  hue,
  invert,
  maskMarkers,
  pad,
  perspective,
  poissonNoise,
  randomResizedCrop,
  resize,
  rotate,
  saturation,
  scale,
  shear,
  type Transform,
  translate,
  verticalFlip,
  windowLevel,
} from '@cxr/augment';
import type { TransformName } from './offers.js';

/** Which of them takes which options is in the sliders of `OFFERS`. */
const TRANSFORMS: Readonly<Record<TransformName, (options: never) => Transform>> = {
  affine,
  autoContrast,
  brightness,
  centerCrop,
  clahe,
  collimation,
  contrast,
  crop,
  cutout,
  elastic,
  equalize,
  gamma,
  gaussianBlur,
  gaussianNoise,
  horizontalFlip,
  hue,
  invert,
  maskMarkers,
  pad,
  perspective,
  poissonNoise,
  randomResizedCrop,
  resize,
  rotate,
  saturation,
  scale,
  shear,
  translate,
  verticalFlip,
  windowLevel,
};

/** A transform that is switched on, with the values of its sliders. */
export interface Choice {
  name: TransformName;
  options: Readonly<Record<string, number>>;
}

/** The pipeline of what is switched on. */
export function pipelineOf(choices: readonly Choice[]): Transform {
  return compose(
    choices.map(({ name, options }) => (TRANSFORMS[name] as (options: object) => Transform)(options)),
  );
}
