export { createOnnxruntimeEngine, type OnnxruntimeEngineOptions } from './engines/onnxruntime-engine.js';
export { type CreateEngineOptions, createEngine, ENGINES, type EngineName } from './node/create-engine.js';
export { type FindWeightsOptions, findWeights } from './node/find-weights.js';
export type { ImageChange } from './node/image-change.js';
export { loadWeights } from './node/load-weights.js';
export { mergeStatistics } from './node/merge-statistics.js';
export type {
  PathStatistics,
  PathStatisticsOptions,
  PathsReport,
  SizedPath,
  StatisticsPart,
  StatisticsSettings,
} from './node/path-report.js';
export { pathStatistics } from './node/path-statistics.js';
export {
  type NamedChange,
  SENSITIVITY_CHANGES,
  type Sensitivity,
  type SensitivityOptions,
  type SensitivityRow,
  sensitivity,
} from './node/sensitivity.js';
export { readActivations, readStatistics, writeStatistics } from './node/statistics-file.js';
