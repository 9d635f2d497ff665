/**
 * Runs a command line as the main program: its status becomes the exit status of the process. If standard output was closed
 * (`| head -1`) or is full, the process ends with one line on standard error and status 1.
 */
export async function runProcess(main: (args: readonly string[]) => Promise<number>): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    const reason = error.code === 'EPIPE' ? 'it was closed' : error.message;
    process.stderr.write(`cannot write to standard output: ${reason}\n`, () => process.exit(1));
  });
  process.stderr.on('error', () => process.exit(1));
  process.exitCode = await main(process.argv.slice(2));
}
