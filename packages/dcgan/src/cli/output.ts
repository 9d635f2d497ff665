/** Where a command writes: results to standard output, everything else to standard error. */
export interface Output {
  result(line: string): void;
  note(line: string): void;
  /** Replaces the last progress line on a terminal; elsewhere it is not shown. */
  progress(line: string): void;
}

export function createOutput(): Output {
  const terminal = process.stderr.isTTY === true;
  let open = false;
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
      if (!terminal) return;
      process.stderr.write(`\r${line}\u001b[K`);
      open = true;
    },
  };
}
