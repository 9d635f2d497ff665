import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '@cxr/data/node';
import type { TrainEvent } from '../training/train.js';
import { createEventFile } from './event-file.js';

/** Writes a run's events down. */
export interface RunLog {
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
 * an event file for TensorBoard. Lines of steps after `fromStep`, left by a run that was killed, are dropped.
 */
export async function createRunLog(folder: string, fromStep: number): Promise<RunLog> {
  const file = join(folder, 'log.jsonl');
  await dropLater(file, fromStep);
  const board = await createEventFile(folder);
  return {
    async write(event) {
      if (event.type === 'sample') return;
      const { generator, ...plain } = event as TrainEvent & { generator?: unknown };
      void generator;
      await appendFile(file, `${JSON.stringify(plain)}\n`);
      if (event.type === 'step') {
        await board.scalars(event.step, Object.fromEntries(SCALARS.map((name) => [name, event[name]])));
      }
      if (event.type === 'score') await board.scalars(event.step, { score: event.score });
    },
  };
}

async function dropLater(file: string, fromStep: number): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return;
  const kept = text.split('\n').filter((line) => {
    try {
      return (JSON.parse(line) as { step: number }).step <= fromStep;
    } catch {
      return false; // the line in writing when the run was killed
    }
  });
  await writeFileAtomic(file, kept.map((line) => `${line}\n`).join(''));
}
