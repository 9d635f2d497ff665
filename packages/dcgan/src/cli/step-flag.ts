import { statSync } from 'node:fs';
import { UsageError } from '@cxr/cli';

/** @throws UsageError for a `--step` of a generator file, which has one alone. */
export function checkStep(checkpoint: string, step: number | undefined): void {
  if (step === undefined || !statSync(checkpoint, { throwIfNoEntry: false })?.isFile()) return;
  throw new UsageError(`--step is for the checkpoints of a run: ${checkpoint} is a file`);
}
