/**
 * Runs a command line as the process's own job: its status becomes the process's, and standard output that was closed
 * (`| head -1`) or is full ends it with one line on standard error and status 1.
 */
export async function runProcess(main: (args: readonly string[]) => Promise<number>): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    const reason = error.code === 'EPIPE' ? 'it was closed' : error.message;
    process.stderr.write(`cannot write to standard output: ${reason}\n`, () => process.exit(1));
  });
  process.stderr.on('error', () => process.exit(1));
  process.exitCode = await main(process.argv.slice(2));
}
