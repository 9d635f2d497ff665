import { CxrFileError } from '@cxr/image';
import { parseOptions, USAGE, UsageError } from './options.js';
import { progressLine } from './progress.js';
import { inWords } from './report.js';
import { run } from './run.js';

/** Runs the command line. @returns the exit status: 0, 1 failed, 2 wrong usage or input, 130 interrupted. */
async function main(args: readonly string[]): Promise<number> {
  const line = progressLine(process.stderr);
  const abort = new AbortController();
  const say = (text: string) => {
    line.end();
    console.error(text);
  };
  try {
    const options = parseOptions(args);
    if (!options) {
      console.log(USAGE);
      return 0;
    }
    process.once('SIGINT', () => {
      say('interrupted: finishing the step in hand, then a checkpoint and a report (again to stop at once)');
      abort.abort();
      process.once('SIGINT', () => process.exit(130));
    });
    const result = await run(options, {
      onProgress: (progress) => line.update(progress),
      onMessage: say,
      signal: abort.signal,
    });
    line.end();
    console.log(inWords(result.metrics));
    for (const note of result.metrics.notes) console.log(note);
    console.log(`report: ${result.report}\nsample grid: ${result.grid}`);
    return abort.signal.aborted ? 130 : 0;
  } catch (error) {
    const { message } = error as Error;
    say(error instanceof UsageError ? `${message} (--help shows the flags)` : message);
    const input = error instanceof UsageError || error instanceof CxrFileError || error instanceof RangeError;
    return input ? 2 : 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
