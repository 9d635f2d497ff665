import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkUsage, type Progress } from '@cxr/cli';
import { encodePng } from '@cxr/data';
import { type JsonLines, makeFolder, openJsonLines, writeFileAtomic } from '@cxr/data/node';
import {
  checkTrainOptions,
  type EndEvent,
  resolveConfig,
  type Scorer,
  stepsForEpochs,
  type TrainEvent,
  type TrainOptions,
  train,
} from '@cxr/dcgan';
import { checkpointFolder, listCheckpoints, loadCheckpoint } from '@cxr/dcgan/node';
import { type Options, trainSettings } from './options.js';
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

/** What a run's training gave. */
export interface Trained {
  /** The last event, with the trained generator. */
  readonly end: EndEvent;
  /** Of the whole run, earlier parts of a resumed one included. */
  readonly log: readonly LogLine[];
  readonly scores: readonly ScoreLine[];
  readonly warnings: readonly string[];
}

const GRID = /^step-(\d+)\.png$/;

/**
 * Opens a log of a run to continue after step `upTo`: lines of later steps are dropped, since these steps run again.
 */
function openLog<T extends { readonly step: number }>(file: string, upTo: number): Promise<JsonLines<T>> {
  return openJsonLines<T>(file, ({ step }) => typeof step === 'number' && step <= upTo);
}

/** The grids that a run has drawn so far, in the order of their steps. */
export async function readGrids(out: string): Promise<{ step: number; png: Uint8Array }[]> {
  return Promise.all(
    (await listGrids(out)).map(async ({ step, file }) => ({ step, png: await readFile(file) })),
  );
}

async function listGrids(out: string): Promise<{ step: number; file: string }[]> {
  const names = (await readdir(join(out, 'grids')).catch(() => [])).filter((name) => GRID.test(name)).sort();
  return names.map((name) => ({ step: Number(GRID.exec(name)![1]), file: join(out, 'grids', name) }));
}

/** Removes the grids and the best state of steps after `upTo`: these steps run again. */
async function removeLater(out: string, upTo: number): Promise<void> {
  for (const { step, file } of await listGrids(out)) if (step > upTo) await rm(file);
  const best = join(out, 'best');
  if ((await listCheckpoints(best)).some((step) => step > upTo)) await rm(best, { recursive: true });
}

/** What a run reports while it trains, and how it is stopped. */
interface TrainHooks {
  /** Called when options and images are known to be good, before the first step. */
  readonly onStart: () => Promise<void>;
  readonly onProgress: (progress: Progress) => void;
  readonly onMessage: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Trains, or continues a run, and writes `log.jsonl`, `grids/` and `checkpoint/` in the run's folder; with
 * scores while training also `scores.jsonl` and `best/`.
 * An abort ends it after the current step, with a checkpoint. A run to resume that has no checkpoint begins anew.
 * @throws UsageError for options that do not go with each other, or with the run to resume.
 */
export async function runTraining(
  options: Options,
  out: string,
  reals: Reals,
  score: Scorer,
  { onStart, onProgress, onMessage, signal }: TrainHooks,
): Promise<Trained> {
  const checkpoints = await listCheckpoints(join(out, 'checkpoint'));
  const resume = options.resume && checkpoints.length > 0 ? await loadCheckpoint(out) : undefined;
  if (options.resume && !resume) onMessage(`${out} has no checkpoint yet: the run begins anew`);
  const growFrom = options.growFrom && !resume ? await loadCheckpoint(options.growFrom) : undefined;
  const settings = trainSettings(options);
  const steps = options.steps ?? stepsForEpochs(options.epochs!, reals.train.count, resolveConfig(settings));
  const scored = options.scoreEvery > 0;
  const trainOptions: TrainOptions = {
    ...settings,
    images: reals.train.read(),
    steps,
    checkpoints: checkpointFolder(join(out, 'checkpoint')),
    checkpointEvery: 100,
    sampleEvery: Math.max(1, Math.round(steps / 12)),
    score: scored ? score : undefined,
    scoreEvery: options.scoreEvery,
    bestCheckpoints: scored ? checkpointFolder(join(out, 'best'), { keep: 1 }) : undefined,
    signal,
    resume,
    growFrom,
  };
  checkUsage(() => checkTrainOptions(trainOptions));
  if (options.resume) await removeLater(out, resume?.step ?? 0);
  const record = await openRecord(out, resume?.step ?? 0);
  for await (const event of train(trainOptions)) {
    if (event.type === 'start') await onStart();
    await record.write(event);
    if (event.type === 'start' || event.type === 'step') onProgress(progressOf(event, steps));
    if (event.type === 'end') return { end: event, ...record };
  }
  throw new Error('training ended without an end event');
}

/** The files in a run's folder that training fills, from step `upTo` on. */
async function openRecord(
  out: string,
  upTo: number,
): Promise<Omit<Trained, 'end'> & { write(event: TrainEvent): Promise<void> }> {
  await makeFolder(join(out, 'grids'));
  const log = await openLog<LogLine>(join(out, 'log.jsonl'), upTo);
  const scores = await openLog<ScoreLine>(join(out, 'scores.jsonl'), upTo);
  const warnings: string[] = [];
  return {
    log: log.lines,
    scores: scores.lines,
    warnings,
    async write(event) {
      if (event.type === 'step') {
        const { type: _, ...line } = event;
        await log.append(line);
      } else if (event.type === 'sample') {
        const name = `step-${String(event.step).padStart(6, '0')}.png`;
        await writeFileAtomic(join(out, 'grids', name), encodePng(event.grid));
      } else if (event.type === 'score') {
        await scores.append({ step: event.step, fid: event.score });
      } else if (event.type === 'warning') warnings.push(event.message);
    },
  };
}

function progressOf(event: TrainEvent & { type: 'start' | 'step' }, steps: number): Progress {
  const progress = { phase: 'training', done: event.step, total: steps, unit: 'steps' };
  if (event.type === 'start') return progress;
  const { lossD, lossG } = event;
  return { ...progress, detail: `loss D ${lossD.toFixed(2)}, G ${lossG.toFixed(2)}` };
}
