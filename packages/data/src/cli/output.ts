/** Where a command writes: results to standard output, everything else to standard error. */
export interface Output {
  result(line: string): void;
  note(line: string): void;
  /** Replaces the last progress line on a terminal; elsewhere, a line every ten seconds. */
  progress(line: string): void;
}

/** How often progress is told where it cannot be overwritten, in milliseconds. */
const QUIET = 10_000;

export function createOutput(): Output {
  const terminal = process.stderr.isTTY === true;
  let open = false;
  let last = Number.NEGATIVE_INFINITY;
  const close = (): void => {
    if (open) process.stderr.write('\n');
    open = false;
  };
  return {
    result: (line) => {
      close();
      process.stdout.write(`${line}\n`);
    },
    note: (line) => {
      close();
      process.stderr.write(`${line}\n`);
    },
    progress: (line) => {
      if (terminal) {
        process.stderr.write(`\r${line}\u001b[K`);
        open = true;
      } else if (performance.now() - last > QUIET) {
        last = performance.now();
        process.stderr.write(`${line}\n`);
      }
    },
  };
}
