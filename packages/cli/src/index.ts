export { Argument, Command, InvalidArgumentError, Option } from 'commander';
export { downloadProgress } from './download-progress.js';
export { duration } from './duration.js';
export { fileNames } from './file-names.js';
export {
  type Bounds,
  backendFlag,
  bitsFlag,
  choiceFlag,
  listFlag,
  numberFlag,
  shardFlag,
  threadsFlag,
  type WindowChoice,
  wholeNumberFlag,
  windowFlag,
} from './flags.js';
export { createOutput, type Output, type Streams } from './output.js';
export { packageVersion, versionsOf } from './package-version.js';
export { type Progress, type ProgressLine, progressLine, type TextStream } from './progress-line.js';
export { type CliContext, type RunCliOptions, runCli } from './run-cli.js';
export { runProcess } from './run-process.js';
export { type Reading, savedReading, windowText } from './saved-reading.js';
export { checkUsage, UsageError } from './usage-error.js';
