export { createRng, type Rng } from '@cxr/image';
export {
  type AugmentedSample,
  type AugmentKey,
  type AugmentOptions,
  type AugmentRecord,
  augment,
  replay,
} from './augment.js';
export {
  type BatchMix,
  type CutMixParams,
  cutMix,
  type MixOptions,
  type MixUpParams,
  mixUp,
} from './batch-mix.js';
export type { Box, Point } from './boxes.js';
export { compose, type Step } from './compose.js';
export type { Image, Pixels, Size } from './image.js';
export type { Json } from './json.js';
export type { MaskKind } from './masks.js';
export { recycle } from './memory.js';
export { type OneOfOptions, oneOf } from './one-of.js';
export type { NumberRange } from './options.js';
export { type ChestXrayOptions, chestXray } from './presets/chest-xray.js';
export { type PaperClassicOptions, paperClassic } from './presets/paper-classic.js';
export {
  type RandAugmentOptions,
  randAugment,
  type TrivialAugmentOptions,
  trivialAugment,
} from './presets/random-policies.js';
export type { Sample } from './sample.js';
export { type SomeOfOptions, someOf } from './some-of.js';
export { sometimes } from './sometimes.js';
export type { NoParams, Transform, TransformOptions } from './transform.js';
export { type AffineOptions, type AffineParams, affine } from './transforms/affine.js';
export { type AutoContrastOptions, autoContrast } from './transforms/auto-contrast.js';
export { type BiasFieldOptions, type BiasFieldParams, biasField } from './transforms/bias-field.js';
export { type BrightnessOptions, type BrightnessParams, brightness } from './transforms/brightness.js';
export { centerCrop } from './transforms/center-crop.js';
export { type ClaheOptions, type ClaheParams, clahe } from './transforms/clahe.js';
export { type CollimationOptions, type CollimationParams, collimation } from './transforms/collimation.js';
export { type ContrastOptions, type ContrastParams, contrast } from './transforms/contrast.js';
export { type CropOptions, type CropParams, crop } from './transforms/crop.js';
export { type CutoutOptions, type CutoutParams, cutout } from './transforms/cutout.js';
export { type DownscaleOptions, type DownscaleParams, downscale } from './transforms/downscale.js';
export { type ElasticOptions, type ElasticParams, elastic } from './transforms/elastic.js';
export { equalize } from './transforms/equalize.js';
export {
  type FourierAdaptationOptions,
  type FourierAdaptationParams,
  fourierAdaptation,
} from './transforms/fourier-adaptation.js';
export { type GammaOptions, type GammaParams, gamma } from './transforms/gamma.js';
export {
  type GaussianBlurOptions,
  type GaussianBlurParams,
  gaussianBlur,
} from './transforms/gaussian-blur.js';
export {
  type GaussianNoiseOptions,
  type GaussianNoiseParams,
  gaussianNoise,
} from './transforms/gaussian-noise.js';
export {
  type GridDistortionOptions,
  type GridDistortionParams,
  gridDistortion,
} from './transforms/grid-distortion.js';
export {
  type HistogramMatchingOptions,
  type HistogramMatchingParams,
  histogramMatching,
} from './transforms/histogram-matching.js';
export { horizontalFlip } from './transforms/horizontal-flip.js';
export { type HueOptions, type HueParams, hue } from './transforms/hue.js';
export { invert } from './transforms/invert.js';
export { type MaskMarkersOptions, maskMarkers } from './transforms/mask-markers.js';
export { type MotionBlurOptions, type MotionBlurParams, motionBlur } from './transforms/motion-blur.js';
export { type PadOptions, pad } from './transforms/pad.js';
export { type PerspectiveOptions, type PerspectiveParams, perspective } from './transforms/perspective.js';
export {
  type PoissonNoiseOptions,
  type PoissonNoiseParams,
  poissonNoise,
} from './transforms/poisson-noise.js';
export {
  type RandomResizedCropOptions,
  type RandomResizedCropParams,
  randomResizedCrop,
} from './transforms/random-resized-crop.js';
export { type ResizeOptions, resize } from './transforms/resize.js';
export { type RotateOptions, type RotateParams, rotate } from './transforms/rotate.js';
export { type SaturationOptions, type SaturationParams, saturation } from './transforms/saturation.js';
export { type ScaleOptions, type ScaleParams, scale } from './transforms/scale.js';
export { type SharpenOptions, type SharpenParams, sharpen } from './transforms/sharpen.js';
export { type ShearOptions, type ShearParams, shear } from './transforms/shear.js';
export { type ToneCurveOptions, type ToneCurveParams, toneCurve } from './transforms/tone-curve.js';
export { type TranslateOptions, type TranslateParams, translate } from './transforms/translate.js';
export { verticalFlip } from './transforms/vertical-flip.js';
export { type WindowLevelOptions, type WindowLevelParams, windowLevel } from './transforms/window-level.js';
export { type View, type ViewsOptions, views } from './views.js';
export {
  type AffineMatrix,
  invertAffine,
  multiplyAffine,
  transformPoint,
} from './warp/affine-map.js';
export { type AffineParts, affineMatrix, rotationMatrix, warpAffine } from './warp/affine-matrix.js';
export type { Fill, FillOptions, Interpolation, Sampling, SamplingOptions } from './warp/sampling.js';
