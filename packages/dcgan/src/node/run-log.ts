import { join } from 'node:path';
import { openJsonLines } from '@cxr/data/node';
import type { TrainEvent } from '../training/train.js';
import { checkFolder } from './check-folder.js';
import { createEventFile } from './event-file.js';

/** Writes a run's events down. */
export interface RunLog {
  /** Appends an event; images are left out. @throws CxrFileError naming the file that cannot be written. */
  write(event: TrainEvent): Promise<void>;
}

const SCALARS = [
  'lossD',
  'lossG',
  'accuracyReal',
  'accuracyFake',
  'gradientNormD',
  'gradientNormG',
  'diversity',
  'secondsPerStep',
] as const;

/**
 * Starts or goes on with a run's log in a folder, which must exist: `log.jsonl`, an event a line (without images), and
 * an event file for TensorBoard. What a run that was killed has left, lines of steps after `fromStep` and a torn line, is
 * dropped, and TensorBoard no longer shows it.
 * @param fromStep steps of the run so far: 0 for a new one.
 * @throws CxrFileError naming the file that cannot be read or written; RangeError for a `fromStep` that is no step.
 */
export async function createRunLog(folder: string, fromStep: number): Promise<RunLog> {
  checkFolder('createRunLog', folder);
  if (!(Number.isSafeInteger(fromStep) && fromStep >= 0))
    throw new RangeError(`invalid fromStep: ${fromStep}`);
  const log = await openJsonLines<{ step: number }>(
    join(folder, 'log.jsonl'),
    ({ step }) => typeof step === 'number' && step <= fromStep,
  );
  const board = await createEventFile(folder, fromStep + 1);
  return {
    async write(event) {
      if (event.type === 'sample') return;
      const { generator, ...plain } = event as TrainEvent & { generator?: unknown };
      void generator;
      await log.append(plain);
      if (event.type === 'step') {
        await board.scalars(event.step, Object.fromEntries(SCALARS.map((name) => [name, event[name]])));
      }
      if (event.type === 'score') await board.scalars(event.step, { score: event.score });
    },
  };
}
