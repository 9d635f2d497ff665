import { CxrFileError } from '@cxr/image';
import { convert } from './convert.js';
import { merge } from './merge.js';
import { score } from './score.js';
import { UsageError } from './usage-error.js';

/** Runs `cxr-fid` and gives its exit status: 0, 1 for a failed computation, 2 for wrong usage or unreadable input. */
export async function main(args: readonly string[]): Promise<number> {
  const abort = new AbortController();
  const interrupt = (): void => abort.abort(new Error('interrupted'));
  process.once('SIGINT', interrupt);
  try {
    const [command, ...rest] = args;
    if (command === 'merge') await merge(rest);
    else if (command === 'convert') await convert(rest);
    else await score(args, abort.signal);
    return 0;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`cxr-fid: ${message}\n`);
    if (process.env.CXR_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    if (abort.signal.aborted) return 130;
    return error instanceof UsageError || error instanceof CxrFileError ? 2 : 1;
  } finally {
    process.off('SIGINT', interrupt);
  }
}
