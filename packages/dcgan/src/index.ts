export {
  CONFIG_KEYS,
  PRESETS,
  type Preset,
  resolveConfig,
  stepsForEpochs,
  type TrainConfig,
  type TrainSettings,
} from './config.js';
export { createDiscriminator } from './networks/create-discriminator.js';
export { createGenerator } from './networks/create-generator.js';
export type { DiscriminatorOptions } from './networks/discriminator-options.js';
export { exportOnnx } from './networks/export-onnx.js';
export {
  type GeneratorInfo,
  type ReadGeneratorOptions,
  readGenerator,
  readGeneratorInfo,
  type WriteGeneratorOptions,
  writeGenerator,
} from './networks/generator-file.js';
export type { NetworkOptions, Size } from './networks/network-options.js';
export { type FindNearestOptions, findNearest, type Nearest } from './sampling/find-nearest.js';
export { type InterpolateOptions, interpolate, type SampleName } from './sampling/interpolate.js';
export { labelOf } from './sampling/label-of.js';
export { drawLatent, render, type SampleOptions, sample } from './sampling/sample.js';
export { stretchContrast } from './sampling/stretch-contrast.js';
export { type AugmentKind, diffAugment } from './training/diff-augment.js';
export { fakeLoss, generatorLoss, type Loss, realLoss } from './training/losses.js';
export type { StepMetrics } from './training/step-metrics.js';
export { type EndEvent, type TrainEvent, train } from './training/train.js';
export {
  type CheckpointStore,
  checkTrainOptions,
  type Scorer,
  type TrainOptions,
} from './training/train-options.js';
export type { ModelState, NamedArray, TrainState } from './training/train-state.js';
export { Trainer } from './training/trainer.js';
export type { Warning, WarningKind } from './training/training-monitor.js';
export {
  collectTrainingSet,
  type TrainingSet,
} from './training/training-set.js';
