export { Argument, Command, Option } from 'commander';
export { duration } from './duration.js';
export { type Bounds, bitsFlag, choiceFlag, listFlag, numberFlag, wholeNumberFlag } from './flags.js';
export { createOutput, type Output, type Streams } from './output.js';
export { packageVersion } from './package-version.js';
export { type Progress, type ProgressLine, progressLine, type TextStream } from './progress-line.js';
export { type CliContext, type RunCliOptions, runCli } from './run-cli.js';
export { runProcess } from './run-process.js';
export { checkUsage, UsageError } from './usage-error.js';
