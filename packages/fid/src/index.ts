export { readSafetensors, writeSafetensors } from '@cxr/data';
export type { Image, ImageItem, ImageSet, NamedImage, ValueRange } from '@cxr/image';
export type { ActivationRows } from './activation-rows.js';
export {
  type ActivationsBatch,
  type ActivationsOptions,
  type ActivationsProgress,
  activationBatches,
  activations,
  statistics,
} from './activations.js';
export { type Ceiling, type CeilingOptions, ceiling } from './ceiling.js';
export { type ComputeFidOptions, computeFid, type FidResult } from './compute-fid.js';
export type { EncoderInfo, ImageBatch, InceptionEngine } from './engines/engine.js';
export {
  createOnnxEngine,
  type OnnxEngineOptions,
  type OnnxOutput,
  type OnnxRuntime,
  type OnnxSession,
} from './engines/onnx-engine.js';
export { inceptionOnnx } from './engines/onnx-graph.js';
export {
  type FullPreprocessing,
  PREPROCESSINGS,
  type Preprocessing,
  type PreprocessingName,
  resolvePreprocessing,
} from './engines/preprocessing.js';
export { createTfjsEngine, type TfjsEngineOptions } from './engines/tfjs-engine.js';
export { type PreparedImage, prepareImages } from './image-set.js';
export type { InceptionWeights, WeightTensor } from './inception/inception-weights.js';
export { assertDims, DIMS, type Dims } from './inception/network.js';
export { BOOTSTRAP_METRICS, type Bootstrap, type BootstrapOptions, bootstrap } from './metrics/bootstrap.js';
export { type CmmdOptions, cmmd } from './metrics/cmmd.js';
export { type CompareOptions, type Comparison, compareActivations } from './metrics/compare-activations.js';
export {
  type ClassFid,
  type FidByClass,
  fidByClass,
  type LabelledActivations,
} from './metrics/fid-by-class.js';
export { type FidContribution, fidContributions } from './metrics/fid-contributions.js';
export { type FidInfinity, type FidInfinityOptions, fidInfinity } from './metrics/fid-infinity.js';
export {
  FRECHET_METHODS,
  type FrechetDistanceOptions,
  type FrechetMethod,
  type FrechetTerms,
  frechetDistance,
  frechetTerms,
} from './metrics/frechet-distance.js';
export {
  type InceptionScore,
  type InceptionScoreOptions,
  inceptionScore,
} from './metrics/inception-score.js';
export { type Kid, type KidOptions, kid } from './metrics/kid.js';
export { type Memorisation, memorisation, type NearestPair } from './metrics/memorisation.js';
export { type NoiseFloor, type NoiseFloorOptions, noiseFloor } from './metrics/noise-floor.js';
export { type Prdc, type PrdcOptions, prdc } from './metrics/prdc.js';
export { type RealismOptions, realism } from './metrics/realism.js';
export type { Interval } from './metrics/resamples.js';
export { vendiScore } from './metrics/vendi-score.js';
export { msSsim } from './ms-ssim/ms-ssim.js';
export { type MsSsimDiversity, type MsSsimOptions, msSsimDiversity } from './ms-ssim/ms-ssim-diversity.js';
export { assertResizeMode, prepareImage, RESIZE_MODES, type ResizeMode } from './prepare-image.js';
export { type Frd, type FrdOptions, frd } from './radiomics/frd.js';
export { type RadiomicFeaturesOptions, radiomicFeatures } from './radiomics/radiomic-features.js';
export { type LatticeEnergy, type Spectrum, type SpectrumOptions, spectrum } from './spectrum/spectrum.js';
export { type SpectrumSeries, spectrumSvg } from './spectrum/spectrum-svg.js';
export { Statistics } from './statistics.js';
export { randomWeights } from './weights/random-weights.js';
export { readTorch } from './weights/read-torch.js';
export { readWeights } from './weights/read-weights.js';
