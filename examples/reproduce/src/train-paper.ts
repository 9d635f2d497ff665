import { join } from 'node:path';
import type { Progress } from '@cxr/cli';
import { type JsonLines, openJsonLines } from '@cxr/data/node';
import { type Scorer, type TrainEvent, train } from '@cxr/dcgan';
import {
  type CheckpointInfo,
  checkpointFolder,
  listCheckpoints,
  loadCheckpoint,
  loadGenerator,
  readCheckpointInfo,
} from '@cxr/dcgan/node';
import { CxrFileError } from '@cxr/image';
import type { ImageSource } from './image-source.js';
import { type Options, trainSettings } from './options.js';

/** A line of `log.jsonl`. */
export interface LogLine {
  readonly step: number;
  readonly lossD: number;
  readonly lossG: number;
  readonly seconds: number;
}

/** A line of `scores.jsonl`: the FID of the fakes of a step, by the choices of the final table. */
export interface ScoreLine {
  readonly step: number;
  readonly fid: number;
  readonly stretch: boolean;
  readonly resize: string;
}

/** What training gave. */
export interface TrainedPaper {
  readonly generator: Awaited<ReturnType<typeof loadGenerator>>;
  readonly step: number;
  /** Of all runs in this folder. */
  readonly log: readonly LogLine[];
  readonly scores: readonly ScoreLine[];
  readonly warnings: readonly string[];
}

/** What a run reports, and how it is stopped. */
export interface TrainHooks {
  readonly onProgress: (progress: Progress) => void;
  readonly signal: AbortSignal;
}

/** A checkpoint has 420 MB at the paper's size; this many iterations are lost at most when the process is killed. */
const CHECKPOINT_EVERY = 25;

/**
 * The generator of a run that was trained elsewhere.
 * @throws CxrFileError `mismatch` where it is of another preset; and as `loadGenerator`.
 */
export async function trainedElsewhere(path: string): Promise<TrainedPaper> {
  const { step } = await readPaperInfo(path);
  return { generator: await loadGenerator(path), step, log: [], scores: [], warnings: [] };
}

/** What a generator of the preset `paper` says of its run. @throws as `trainedElsewhere`. */
export async function readPaperInfo(path: string): Promise<CheckpointInfo> {
  const info = await readCheckpointInfo(path);
  const { preset } = info.config;
  if (preset === 'paper') return info;
  throw new CxrFileError('mismatch', `a generator of the preset ${preset}, not of paper`, { file: path });
}

/**
 * Trains the preset `paper`, or goes on from the run's last checkpoint, until the minutes or the iterations are used up.
 * @throws the signal's reason when aborted, after a checkpoint; Error where training diverges before its first checkpoint.
 */
export async function trainPaper(
  options: Options,
  images: ImageSource,
  score: Scorer,
  hooks: TrainHooks,
): Promise<TrainedPaper> {
  const folder = join(options.out, 'checkpoint');
  const resume = (await listCheckpoints(folder)).length > 0 ? await loadCheckpoint(folder) : undefined;
  const record = await openRecord(options, resume?.step ?? 0);
  const budget = new AbortController();
  const left = (): number => (options.minutes ?? Number.POSITIVE_INFINITY) * 60 - record.seconds();
  if (resume) {
    const { step } = resume;
    const isOver = step >= options.steps || left() <= 0;
    // A run that was interrupted has a checkpoint of its last step, but no score.
    if (isOver || step % options.scoreEvery === 0) {
      const generator = await loadGenerator(folder);
      await scoreOnce(generator, step, score, record, hooks);
      if (isOver) return { generator, step, ...record };
      generator.dispose();
    }
  }
  const events = train({
    ...trainSettings(options),
    images: images.read(),
    steps: options.steps,
    score,
    scoreEvery: options.scoreEvery,
    checkpoints: checkpointFolder(folder, { keep: 2 }),
    checkpointEvery: CHECKPOINT_EVERY,
    signal: AbortSignal.any([hooks.signal, budget.signal]),
    resume,
  });
  let began = performance.now();
  for await (const event of events) {
    // A step begins when its event is asked for, so this is the step alone, without scores and checkpoints.
    await record.write(event, (performance.now() - began) / 1000);
    if (event.type === 'start' || event.type === 'step') hooks.onProgress(progressOf(event, options, left()));
    if (event.type === 'step' && left() <= 0) budget.abort();
    if (event.type === 'end') {
      if (event.reason === 'aborted' && hooks.signal.aborted) {
        event.generator.dispose();
        hooks.signal.throwIfAborted();
      }
      const { generator, step } = event;
      if (event.reason !== 'stopped') {
        await scoreOnce(generator, step, score, record, hooks);
        return { generator, step, ...record };
      }
      generator.dispose();
      return lastGood(folder, step, record);
    }
    began = performance.now();
  }
  throw new Error('training ended without an end event');
}

/** Scores a generator, unless its step has a score by the same choices. */
async function scoreOnce(
  generator: TrainedPaper['generator'],
  step: number,
  score: Scorer,
  record: RunRecord,
  { signal }: TrainHooks,
): Promise<void> {
  if (!record.isScored(step)) await record.addScore(step, await score(generator, { step, signal }));
}

/** After a divergence: the generator of the last checkpoint. */
async function lastGood(folder: string, step: number, record: RunRecord): Promise<TrainedPaper> {
  const good = (await listCheckpoints(folder)).at(-1);
  if (good === undefined)
    throw new Error(`training diverged at iteration ${step}, before the first checkpoint`);
  const warning = `Training diverged at iteration ${step}: the fakes are those of iteration ${good}.`;
  return {
    generator: await loadGenerator(folder),
    step: good,
    ...record,
    warnings: [...record.warnings, warning],
  };
}

interface RunRecord extends Pick<TrainedPaper, 'log' | 'scores' | 'warnings'> {
  /** Of training, in all runs in this folder. */
  seconds(): number;
  /** Whether there is a score of this step by the choices of the final table. */
  isScored(step: number): boolean;
  addScore(step: number, fid: number): Promise<void>;
  write(event: TrainEvent, seconds: number): Promise<void>;
}

/** The logs of a run to go on with after step `upTo`: lines of later steps are dropped, since these steps run again. */
async function openRecord({ out, stretch, resize }: Options, upTo: number): Promise<RunRecord> {
  const open = <T extends { readonly step: number }>(name: string): Promise<JsonLines<T>> =>
    openJsonLines<T>(join(out, name), ({ step }) => typeof step === 'number' && step <= upTo);
  const log = await open<LogLine>('log.jsonl');
  const scores = await open<ScoreLine>('scores.jsonl');
  const warnings: string[] = [];
  let total = log.lines.reduce((sum, { seconds }) => sum + seconds, 0);
  const choices = { stretch: stretch[0]!, resize: resize[0]! };
  const addScore = (step: number, fid: number) => scores.append({ step, fid, ...choices });
  return {
    log: log.lines,
    scores: scores.lines,
    warnings,
    seconds: () => total,
    addScore,
    isScored: (step) =>
      scores.lines.some(
        (line) => line.step === step && line.stretch === choices.stretch && line.resize === choices.resize,
      ),
    async write(event, seconds) {
      if (event.type === 'step') {
        const { step, lossD, lossG } = event;
        total += seconds;
        await log.append({ step, lossD, lossG, seconds });
      } else if (event.type === 'score') {
        await addScore(event.step, event.score);
      } else if (event.type === 'warning') warnings.push(`Iteration ${event.step}: ${event.message}`);
    },
  };
}

function progressOf(
  event: TrainEvent & { type: 'start' | 'step' },
  { steps }: Options,
  left: number,
): Progress {
  const { step } = event;
  if (event.type === 'start') return { phase: 'training', done: step, unit: 'iterations' };
  const total = Math.min(steps, step + Math.max(0, Math.floor(left / event.secondsPerStep)));
  const detail = `loss D ${event.lossD.toFixed(2)}, G ${event.lossG.toFixed(2)}`;
  return { phase: 'training', done: step, total, unit: 'iterations', detail };
}
