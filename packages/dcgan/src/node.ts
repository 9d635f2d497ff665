export { hashWeights } from './node/checkpoint-files.js';
export { type CheckpointFolderOptions, checkpointFolder, listCheckpoints } from './node/checkpoint-folder.js';
export {
  type CheckpointInfo,
  type LoadCheckpointOptions,
  loadCheckpoint,
  loadGenerator,
  readCheckpointInfo,
} from './node/load-checkpoint.js';
export { PRETRAINED, type Pretrained, pretrained } from './node/pretrained.js';
export { type RunSummary, readRun } from './node/read-run.js';
export { createRunLog, type RunLog } from './node/run-log.js';
export { type SaveSamplesOptions, saveSamples } from './node/save-samples.js';
