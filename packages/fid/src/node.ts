export { createNativeEngine, type NativeEngineOptions } from './engines/native-engine.js';
export { type CreateEngineOptions, createEngine, ENGINES, type EngineName } from './node/create-engine.js';
export { type FindWeightsOptions, findWeights } from './node/find-weights.js';
export {
  type Gathered,
  type GatheredPath,
  type GatherPathsOptions,
  gatherPaths,
} from './node/gather-paths.js';
export { loadWeights } from './node/load-weights.js';
export { readStatistics, writeStatistics } from './node/statistics-file.js';
