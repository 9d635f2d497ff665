import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Progress } from '@cxr/cli';
import { encodePng } from '@cxr/data';
import { type JsonLines, makeFolder, openJsonLines, writeFileAtomic } from '@cxr/data/node';
import { type EndEvent, type Scorer, type TrainConfig, train } from '@cxr/dcgan';
import { checkpointFolder, loadCheckpoint } from '@cxr/dcgan/node';
import type { Options } from './options.js';
import type { Reals } from './reals.js';

/** A line of `log.jsonl`. */
export interface LogLine {
  readonly step: number;
  readonly lossD: number;
  readonly lossG: number;
  readonly secondsPerStep: number;
}

/** A line of `scores.jsonl`. */
interface ScoreLine {
  readonly step: number;
  readonly fid: number;
}

export interface Trained {
  readonly end: EndEvent;
  /** Of the whole run, earlier parts of a resumed one included. */
  readonly log: readonly LogLine[];
  readonly scores: readonly ScoreLine[];
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

/**
 * Opens a log of a run to continue after step `upTo`: lines of later steps are dropped, since these steps run again.
 */
function openLog<T extends { readonly step: number }>(file: string, upTo: number): Promise<JsonLines<T>> {
  return openJsonLines<T>(file, ({ step }) => typeof step === 'number' && step <= upTo);
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
 * Trains, or continues a run, and writes `log.jsonl`, `grids/` and `checkpoint/` in the run's folder; with
 * scores while training also `scores.jsonl` and `best/`.
 * An abort ends it after the current step, with a checkpoint.
 */
export async function runTraining(
  options: Options,
  out: string,
  reals: Reals,
  score: Scorer,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Trained> {
  const store = join(out, 'checkpoint');
  const resume = options.resume ? await loadCheckpoint(store) : undefined;
  const growFrom =
    options.growFrom === undefined || resume ? undefined : await loadCheckpoint(options.growFrom);
  await makeFolder(join(out, 'grids'));
  const log = await openLog<LogLine>(join(out, 'log.jsonl'), resume?.step ?? 0);
  const scores = await openLog<ScoreLine>(join(out, 'scores.jsonl'), resume?.step ?? 0);

  const steps = totalSteps(options, reals.train.count);
  const warnings: string[] = [];
  const events = train({
    ...trainConfig(options),
    images: reals.train.read(),
    steps,
    checkpoints: checkpointFolder(store),
    checkpointEvery: 100,
    sampleEvery: Math.max(1, Math.round(steps / 12)),
    ...(options.scoreEvery > 0
      ? {
          score,
          scoreEvery: options.scoreEvery,
          bestCheckpoints: checkpointFolder(join(out, 'best'), { keep: 1 }),
        }
      : {}),
    signal,
    resume,
    growFrom,
  });
  for await (const event of events) {
    switch (event.type) {
      case 'step': {
        const { type: _, ...line } = event;
        await log.append(line);
        const detail = `loss D ${event.lossD.toFixed(2)}, G ${event.lossG.toFixed(2)}`;
        onProgress({ phase: 'training', done: event.step, total: steps, unit: 'steps', detail });
        break;
      }
      case 'sample': {
        const name = `step-${String(event.step).padStart(6, '0')}.png`;
        await writeFileAtomic(join(out, 'grids', name), encodePng(event.grid));
        break;
      }
      case 'score': {
        await scores.append({ step: event.step, fid: event.score });
        break;
      }
      case 'warning':
        warnings.push(event.message);
        break;
      case 'start':
        onProgress({ phase: 'training', done: event.step, total: steps, unit: 'steps' });
        break;
      case 'end':
        return { end: event, log: log.lines, scores: scores.lines, warnings };
    }
  }
  throw new Error('training ended without an end event');
}
