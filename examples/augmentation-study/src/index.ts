export { ARMS, type Arm, armOf, classWeights, fakeCounts } from './arms.js';
export {
  type ConvnetOptions,
  createConvnet,
  predictConvnet,
  type TrainedConvnet,
  trainConvnet,
} from './classifiers/convnet.js';
export {
  fitLogistic,
  type LogisticModel,
  type LogisticOptions,
  predictLogistic,
  type Rows,
} from './classifiers/logistic-regression.js';
export { fitProbe, type Probe } from './classifiers/probe.js';
export { type LabelledBatch, type TrainingImages, trainingBatches } from './classifiers/training-batches.js';
export { type DataOptions, openData, type Separation, type StudyData } from './data/open-data.js';
export { type Scarcity, type Subset, type SubsetOptions, scarceSubset } from './data/scarce-subset.js';
export type { StudyItem } from './data/study-item.js';
export type { Generated } from './generators/generated.js';
export type { GivenGeneratorInfo } from './generators/given-generators.js';
export { type GeneratorOptions, generatedImages } from './generators/train-generator.js';
export { type Options, optionsOf } from './options.js';
export type { Cell, Difference, StudyMetrics } from './results.js';
export { runStudy, type StudyResult } from './run-study.js';
export * from './statistics/index.js';
export type { StudyHooks } from './study-types.js';
export { type FileTrait, fileTraits } from './traps/file-traits.js';
export { type LetterTrap, leadLetters } from './traps/lead-letters.js';
