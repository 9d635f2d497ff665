export { BitsMonitor, bitsWarning, checkBits, scaleBits, usedBits } from './bits.js';
export { checkFunction, checkList, checkText, checkWholeNumber } from './check-arguments.js';
export { checkOptions, type KnownOptions } from './check-options.js';
export { checkPixels } from './check-pixels.js';
export { CxrFileError, type CxrFileErrorCode, type CxrFileErrorOptions, withFile } from './cxr-file-error.js';
export { DEFAULT_MAX_PIXELS } from './default-max-pixels.js';
export { describeValue } from './describe-value.js';
export { escapeControls } from './escape-controls.js';
export { checkFit, FIT_OPTIONS, type FitOptions, fitImage } from './fit-image.js';
export { fromImageData, type ImageDataLike } from './from-image-data.js';
export {
  checkSize,
  dimensions,
  type Image,
  type IntegerImage,
  image,
  type NamedImage,
  type Pixels,
  pixels,
  samples,
} from './image.js';
export {
  assertImageSet,
  type BatchLike,
  type ImageItem,
  type ImageSet,
  type ImageSetOptions,
  imagesOf,
  type TensorLike,
} from './image-set.js';
export { ndarray } from './ndarray.js';
export { resizeBilinearTorch } from './resize/resize-bilinear-torch.js';
export type { ResizeFilter } from './resize/resize-filter.js';
export { resizePillow } from './resize/resize-pillow.js';
export { resizePillow13 } from './resize/resize-pillow-13.js';
export { resizePillowFloat } from './resize/resize-pillow-float.js';
export { checkRng, createRng, hashKeys, type Rng, rngFromState } from './rng.js';
export { shuffle } from './shuffle.js';
export { type Claim, type Claimer, type Pointer, simdModule } from './simd/simd-module.js';
export { checkFractions, split, splitHalves } from './split.js';
export { toBytes } from './to-bytes.js';
export { toGrey8 } from './to-grey8.js';
export { toRgb8 } from './to-rgb8.js';
export { UnavailableError, type UnavailableErrorOptions } from './unavailable-error.js';
export { checkSamples, UNIT_RANGE, type ValueRange } from './value-range.js';
