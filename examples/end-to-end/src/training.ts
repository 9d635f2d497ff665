import { existsSync } from 'node:fs';
import { appendFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodePng } from '@cxr/data';
import { writeFileAtomic } from '@cxr/data/node';
import { type EndEvent, type TrainConfig, train } from '@cxr/dcgan';
import { checkpointFolder, loadCheckpoint } from '@cxr/dcgan/node';
import type { Options } from './options.js';
import type { Progress } from './progress.js';
import type { Reals } from './reals.js';

/** A line of `log.jsonl`. */
export interface LogLine {
  readonly step: number;
  readonly lossD: number;
  readonly lossG: number;
  readonly secondsPerStep: number;
}

export interface Trained {
  readonly end: EndEvent;
  /** Of the whole run, earlier parts of a resumed one included. */
  readonly log: readonly LogLine[];
  readonly warnings: readonly string[];
}

const GRID = /^step-(\d+)\.png$/;

/** The settings of the networks and their training that follow from the options. */
export function trainConfig(options: Options): Partial<TrainConfig> {
  const { preset, size, width, batchSize, seed, diffAugment, ema } = options;
  return {
    preset: preset as TrainConfig['preset'],
    size: size as TrainConfig['size'],
    width,
    batchSize,
    seed,
    ...(diffAugment ? { diffAugment: ['brightness', 'contrast', 'translation', 'cutout'] as const } : {}),
    ...(ema === undefined ? {} : { ema }),
  };
}

async function readLog(file: string, upTo: number): Promise<LogLine[]> {
  if (!existsSync(file)) return [];
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line.endsWith('}'));
  return lines.map((line) => JSON.parse(line) as LogLine).filter((line) => line.step <= upTo);
}

/** The grids that a run has drawn so far, in the order of their steps. */
export async function readGrids(out: string): Promise<{ step: number; png: Uint8Array }[]> {
  const names = (await readdir(join(out, 'grids')).catch(() => [])).filter((name) => GRID.test(name)).sort();
  return Promise.all(
    names.map(async (name) => ({
      step: Number(GRID.exec(name)![1]),
      png: await readFile(join(out, 'grids', name)),
    })),
  );
}

function totalSteps(options: Options, images: number): number {
  return options.steps ?? Math.ceil((options.epochs! * images) / options.batchSize);
}

/**
 * Trains, or goes on training, and leaves `log.jsonl`, `grids/` and `checkpoint/` in the run's folder.
 * An abort ends it after the step in hand, with a checkpoint of that step.
 */
export async function runTraining(
  options: Options,
  out: string,
  reals: Reals,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Trained> {
  const store = join(out, 'checkpoint');
  const logFile = join(out, 'log.jsonl');
  const resume = options.resume ? await loadCheckpoint(store) : undefined;
  await mkdir(join(out, 'grids'), { recursive: true });
  const log = await readLog(logFile, resume?.step ?? 0);
  // Steps after the checkpoint will be done again: their lines would stand there twice.
  await writeFileAtomic(logFile, Buffer.from(log.map((line) => `${JSON.stringify(line)}\n`).join('')));

  const steps = totalSteps(options, reals.train.count);
  const warnings: string[] = [];
  const events = train({
    ...trainConfig(options),
    images: reals.train.read(),
    steps,
    checkpoints: checkpointFolder(store),
    checkpointEvery: 100,
    sampleEvery: Math.max(1, Math.round(steps / 12)),
    signal,
    ...(resume ? { resume } : {}),
  });
  for await (const event of events) {
    switch (event.type) {
      case 'step': {
        const { type: _, ...line } = event;
        log.push(line);
        await appendFile(logFile, `${JSON.stringify(line)}\n`);
        const detail = `loss D ${event.lossD.toFixed(2)}, G ${event.lossG.toFixed(2)}`;
        onProgress({ phase: 'training', done: event.step, total: steps, unit: 'steps', detail });
        break;
      }
      case 'sample': {
        const name = `step-${String(event.step).padStart(6, '0')}.png`;
        await writeFileAtomic(join(out, 'grids', name), encodePng(event.grid));
        break;
      }
      case 'warning':
        warnings.push(event.message);
        break;
      case 'start':
        onProgress({ phase: 'training', done: event.step, total: steps, unit: 'steps' });
        break;
      case 'end':
        return { end: event, log, warnings };
    }
  }
  throw new Error('training ended without saying so');
}
