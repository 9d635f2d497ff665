import { CxrFileError } from '@cxr/image';
import { fetchCommand } from './fetch.js';
import { inspectCommand } from './inspect.js';
import type { Output } from './output.js';

const USAGE = `usage: cxr-data inspect DIR | FILE.csv [--sheet FILE.png] [--json] [--workers N]
       cxr-data fetch kermany DIR [--sha256 HEX] [--url URL] [--json]

inspect   class balance, sizes, brightness, exact and near duplicates, persons in two parts, files that cannot be
          read; --sheet draws some images of each class
fetch     the Kermany chest X-rays (1.2 GB): resumes what was cut off, unpacks into DIR

Exit status: 0, 1 for a failed computation, 2 for wrong usage or unreadable input, 130 when interrupted.`;

const COMMANDS = { inspect: inspectCommand, fetch: fetchCommand };

/** The command line without the process around it. @returns the exit status. */
export async function main(args: readonly string[], output: Output): Promise<number> {
  const [name = '', ...rest] = args;
  if (['help', '--help', '-h'].includes(name)) {
    output.result(USAGE);
    return 0;
  }
  if (!Object.hasOwn(COMMANDS, name)) {
    output.note(name === '' ? USAGE : `unknown command: ${name}\n${USAGE}`);
    return 2;
  }
  const stop = new AbortController();
  const interrupt = (): void => stop.abort(new Error('interrupted'));
  process.once('SIGINT', interrupt);
  try {
    return await COMMANDS[name as keyof typeof COMMANDS](rest, output, stop.signal);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const usage = error instanceof TypeError || error instanceof RangeError || error instanceof CxrFileError;
    output.note(`cxr-data: ${process.env.DEBUG === undefined ? error.message : error.stack}`);
    return stop.signal.aborted ? 130 : usage ? 2 : 1;
  } finally {
    process.off('SIGINT', interrupt);
  }
}
