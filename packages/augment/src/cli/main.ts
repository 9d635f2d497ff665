import { CxrFileError } from '@cxr/image';
import { parseOptions, USAGE } from './options.js';
import { type RunProgress, type RunResult, run } from './run.js';
import { UsageError } from './usage-error.js';

/** Runs `cxr-augment` and gives its exit status: 0, 1 for a failure, 2 for wrong usage or unreadable input, 130 for Ctrl-C. */
export async function main(args: readonly string[]): Promise<number> {
  const abort = new AbortController();
  const interrupt = (): void => abort.abort(new Error('interrupted; run it again to go on'));
  process.once('SIGINT', interrupt);
  try {
    const options = parseOptions(args);
    if (options === null) {
      process.stdout.write(`${USAGE}\n`);
      return 0;
    }
    const result = await run(options, abort.signal, drawBar);
    report(result, options.output, options.json);
    return 0;
  } catch (error) {
    note(error instanceof Error ? error.message : String(error));
    if (abort.signal.aborted) return 130;
    return error instanceof UsageError || error instanceof CxrFileError ? 2 : 1;
  } finally {
    process.off('SIGINT', interrupt);
  }
}

function report(result: RunResult, output: string, json: boolean): void {
  for (const bad of result.bad) note(`left out ${bad}`);
  clearBar();
  if (json) {
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return;
  }
  const { written, kept, images, seconds, contactSheet } = result;
  const before = kept === 0 ? '' : `, ${kept} were there`;
  process.stdout.write(
    `${written} copies of ${images} images written to ${output} in ${seconds.toFixed(1)} s${before}. See ${contactSheet}\n`,
  );
}

function note(line: string): void {
  clearBar();
  process.stderr.write(`cxr-augment: ${line}\n`);
}

let drawn = false;

/** Draws the bar where standard error is a terminal. */
function drawBar({ done, total, secondsLeft }: RunProgress): void {
  if (!process.stderr.isTTY) return;
  const left = secondsLeft === undefined ? '' : `, ${Math.ceil(secondsLeft)} s left`;
  process.stderr.write(`\r\u001b[K${done} of ${total} copies${left}`);
  drawn = true;
}

function clearBar(): void {
  if (drawn) process.stderr.write('\r\u001b[K');
  drawn = false;
}
