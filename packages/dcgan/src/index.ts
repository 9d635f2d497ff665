export { CONFIG_KEYS, PRESETS, type Preset, resolveConfig, type TrainConfig } from './config.js';
export { createDiscriminator, type DiscriminatorOptions } from './create-discriminator.js';
export { createGenerator } from './create-generator.js';
export { type AugmentKind, diffAugment } from './diff-augment.js';
export { exportOnnx } from './export-onnx.js';
export { findNearest, type Nearest } from './find-nearest.js';
export { type GridOptions, grid } from './grid.js';
export { type InterpolateOptions, interpolate, type SampleName } from './interpolate.js';
export { fakeLoss, generatorLoss, type Loss, realLoss } from './losses.js';
export type { NetworkOptions, Size } from './network-options.js';
export { drawLatent, render, type SampleOptions, sample } from './sample.js';
export type { StepMetrics } from './step-metrics.js';
export {
  type CheckpointStore,
  type EndEvent,
  type Scorer,
  type TrainEvent,
  type TrainOptions,
  train,
} from './train.js';
export type { ModelState, NamedArray, TrainState } from './train-state.js';
export { Trainer } from './trainer.js';
export {
  collectTrainingSet,
  type ImageSource,
  type TrainingImage,
  type TrainingSet,
} from './training-set.js';
export type { Warning } from './watch.js';
