export {
  CONFIG_KEYS,
  PRESETS,
  type Preset,
  resolveConfig,
  type TrainConfig,
  type TrainSettings,
} from './config.js';
export { createDiscriminator, type DiscriminatorOptions } from './networks/create-discriminator.js';
export { createGenerator } from './networks/create-generator.js';
export { exportOnnx } from './networks/export-onnx.js';
export type { NetworkOptions, Size } from './networks/network-options.js';
export { findNearest, type Nearest } from './sampling/find-nearest.js';
export { type GridOptions, grid } from './sampling/grid.js';
export { type InterpolateOptions, interpolate, type SampleName } from './sampling/interpolate.js';
export { drawLatent, render, type SampleOptions, sample } from './sampling/sample.js';
export { type AugmentKind, diffAugment } from './training/diff-augment.js';
export { fakeLoss, generatorLoss, type Loss, realLoss } from './training/losses.js';
export type { StepMetrics } from './training/step-metrics.js';
export {
  type CheckpointStore,
  type EndEvent,
  type Scorer,
  type TrainEvent,
  type TrainOptions,
  train,
} from './training/train.js';
export type { ModelState, NamedArray, TrainState } from './training/train-state.js';
export { Trainer } from './training/trainer.js';
export {
  collectTrainingSet,
  type TrainingSet,
} from './training/training-set.js';
export type { Warning } from './training/watch.js';
