import { CxrFileError, type Image, type ImageSet, type ValueRange } from '@cxr/image';
import type * as tfl from '@tensorflow/tfjs-layers';
import { resolveConfig, type TrainConfig, type TrainSettings } from '../config.js';
import { grid } from '../sampling/grid.js';
import { drawLatent, render } from '../sampling/sample.js';
import type { StepMetrics } from './step-metrics.js';
import type { TrainState } from './train-state.js';
import { Trainer } from './trainer.js';
import { collectTrainingSet, type TrainingSet } from './training-set.js';
import { createWatch, type Warning } from './watch.js';

/** Where checkpoints go; `@cxr/dcgan/node` has one that is a folder. */
export interface CheckpointStore {
  /** Keeps a state, all of it or nothing. @returns a name for it, such as its folder. */
  save(state: TrainState): Promise<string>;
}

/** Rates a generator, lower being better, such as a FID. `score` must not keep or dispose it. */
export type Scorer = (
  generator: tfl.LayersModel,
  context: { step: number; signal: AbortSignal | undefined },
) => Promise<number>;

/** The settings of the run (each `TrainConfig` key, the preset's where not given) and how it is driven. */
export interface TrainOptions extends TrainSettings {
  images: ImageSet;
  /** The values of black and white in float images. @default [0, 1] */
  range?: ValueRange | undefined;
  /** Train until so many steps are done, those of a resumed run included. */
  steps: number;
  /** Go on from here. Its config is used, and settings given beside it must agree with it. */
  resume?: TrainState | undefined;
  /** Begin with the layers that a run at a smaller size shares with this one; see `Trainer.growFrom`. */
  growFrom?: TrainState | undefined;
  checkpoints?: CheckpointStore | undefined;
  /** Steps between checkpoints; there is always one at the end. Default 100. */
  checkpointEvery?: number;
  /** Steps between samples from fixed latents (also before the first step); 0, the default: none. */
  sampleEvery?: number;
  /** How many samples. Default 64. */
  sampleCount?: number;
  score?: Scorer | undefined;
  /** Steps between scores; there is always one at the end. Default 500. */
  scoreEvery?: number;
  /** Keeps the state with the lowest score so far. */
  bestCheckpoints?: CheckpointStore | undefined;
  /**
   * What to do about trouble (divergence, collapse, a one-sided game): `warn` (default) yields an event, `stop` also
   * ends the run. A divergence always ends it, without a checkpoint: there is nothing left to train.
   */
  onTrouble?: 'warn' | 'stop';
  /** Ends the run after the step in hand, with a checkpoint. */
  signal?: AbortSignal | undefined;
}

export type TrainEvent =
  | { type: 'start'; config: TrainConfig; step: number; steps: number; images: number }
  | ({
      type: 'step';
      epoch: number;
      secondsPerStep: number;
      imagesPerSecond: number;
      secondsLeft: number;
    } & StepMetrics)
  | { type: 'epoch'; step: number; epoch: number }
  | { type: 'sample'; step: number; images: Image[]; grid: Image }
  | { type: 'checkpoint'; step: number; name: string; best: boolean }
  | { type: 'score'; step: number; score: number; best: boolean; seconds: number }
  | ({ type: 'warning'; step: number } & Warning)
  | EndEvent;

/** The last event. */
export interface EndEvent {
  type: 'end';
  step: number;
  reason: 'done' | 'aborted' | 'stopped';
  /** The trained (averaged, where `ema` is on) generator. It is the receiver's to dispose. */
  generator: tfl.LayersModel;
  best?: { step: number; score: number };
}

/** What drives a run, as opposed to what it computes. */
const RUN_DEFAULTS = {
  images: undefined,
  range: undefined,
  steps: undefined,
  resume: undefined,
  growFrom: undefined,
  checkpoints: undefined,
  checkpointEvery: 100,
  sampleEvery: 0,
  sampleCount: 64,
  score: undefined,
  scoreEvery: 500,
  bestCheckpoints: undefined,
  onTrouble: 'warn',
  signal: undefined,
} as const satisfies { [Key in Exclude<keyof TrainOptions, keyof TrainConfig>]-?: unknown };

/**
 * Trains a DCGAN on the active TensorFlow.js backend and says how it goes, event by event. An event is acted on before
 * the next step starts, so a slow reader slows the run. Leaving the loop early frees everything.
 * @throws RangeError for a setting out of range or unknown; CxrFileError where the images or the state do not fit.
 */
export async function* train(options: TrainOptions): AsyncGenerator<TrainEvent, void, undefined> {
  const config = configOf(options);
  checkRun(options);
  const set = await collectTrainingSet(options.images, config, options);
  const trainer = new Trainer(config);
  let handedOver = false;
  try {
    if (options.resume) {
      checkImages(options.resume, set);
      trainer.restore(options.resume);
    } else if (options.growFrom) trainer.growFrom(options.growFrom);
    const run = new Run(options, trainer, set);
    yield* run.events();
    handedOver = true;
    yield run.end();
  } finally {
    trainer.dispose({ keepSampler: handedOver });
  }
}

/** The loop of `train`: what happens when, around the steps of a `Trainer`. */
class Run {
  private readonly options: TrainOptions;
  private readonly trainer: Trainer;
  private readonly set: TrainingSet;
  private readonly watch = createWatch();
  private best: { step: number; score: number } | undefined;
  private stopped = false;
  private savedAt = -1;

  constructor(options: TrainOptions, trainer: Trainer, set: TrainingSet) {
    this.options = options;
    this.trainer = trainer;
    this.set = set;
    this.best = options.resume?.best;
  }

  async *events(): AsyncGenerator<TrainEvent, void, undefined> {
    const { trainer, options, set } = this;
    const { config, step } = trainer;
    yield { type: 'start', config, step, steps: options.steps, images: set.count };
    if (this.due('sampleEvery')) yield await this.sample();
    const pace = createPace();
    while (!this.over) {
      const started = performance.now();
      const metrics = await trainer.trainStep(set);
      yield this.describe(metrics, pace((performance.now() - started) / 1000));
      const epoch = Math.floor(this.epoch(trainer.step));
      if (epoch > Math.floor(this.epoch(trainer.step - 1)))
        yield { type: 'epoch', step: trainer.step, epoch };
      const warning = this.watch(metrics);
      if (warning) yield { type: 'warning', step: trainer.step, ...warning };
      if (warning?.kind === 'divergence') {
        this.stopped = true;
        return;
      }
      this.stopped = warning !== undefined && options.onTrouble === 'stop';
      if (this.due('sampleEvery')) yield await this.sample();
      if (this.due('scoreEvery') || this.over) yield* this.score();
      if (this.due('checkpointEvery') || this.over) yield* this.checkpoint();
    }
    // Asked to end while an event was being handled, or before the first step: nothing may be saved yet.
    yield* this.checkpoint();
  }

  end(): EndEvent {
    const { step, sampler } = this.trainer;
    const reason = this.stopped ? 'stopped' : step < this.options.steps ? 'aborted' : 'done';
    return { type: 'end', step, reason, generator: sampler, ...(this.best && { best: this.best }) };
  }

  private get over(): boolean {
    return this.stopped || this.trainer.step >= this.options.steps || this.options.signal?.aborted === true;
  }

  private due(key: 'sampleEvery' | 'scoreEvery' | 'checkpointEvery'): boolean {
    const every = this.options[key] ?? RUN_DEFAULTS[key];
    return every > 0 && this.trainer.step % every === 0;
  }

  /** Passes over the images at a step, in fractions. */
  private epoch(step: number): number {
    return (step * this.trainer.discriminatorBatch) / this.set.count;
  }

  private describe(metrics: StepMetrics, secondsPerStep: number): TrainEvent {
    return {
      type: 'step',
      ...metrics,
      epoch: this.epoch(metrics.step),
      secondsPerStep,
      imagesPerSecond: this.trainer.discriminatorBatch / secondsPerStep,
      secondsLeft: secondsPerStep * (this.options.steps - metrics.step),
    };
  }

  private async sample(): Promise<TrainEvent> {
    const { trainer, options } = this;
    const { seed, latentDim, classes } = trainer.config;
    const count = options.sampleCount ?? RUN_DEFAULTS.sampleCount;
    const latents = new Float32Array(count * latentDim);
    for (let i = 0; i < count; i++) latents.set(drawLatent(seed, i, latentDim), i * latentDim);
    const labels = Array.from({ length: count }, (_, i) => i % Math.max(1, classes));
    const images = await render(trainer.sampler, latents, labels);
    return { type: 'sample', step: trainer.step, images, grid: grid(images) };
  }

  private async *score(): AsyncGenerator<TrainEvent, void, undefined> {
    const { score, signal, bestCheckpoints } = this.options;
    if (!score || signal?.aborted) return;
    const { step, sampler } = this.trainer;
    const started = performance.now();
    const value = await score(sampler, { step, signal }).catch((error: unknown) => {
      if (this.options.signal?.aborted) return undefined;
      throw error;
    });
    if (value === undefined) return;
    const seconds = (performance.now() - started) / 1000;
    const best = value < (this.best?.score ?? Number.POSITIVE_INFINITY);
    if (best) this.best = { step, score: value };
    yield { type: 'score', step, score: value, best, seconds };
    if (best && bestCheckpoints) {
      const name = await bestCheckpoints.save(await this.state());
      yield { type: 'checkpoint', step, name, best: true };
    }
  }

  private async *checkpoint(): AsyncGenerator<TrainEvent, void, undefined> {
    const { step } = this.trainer;
    if (!this.options.checkpoints || this.savedAt === step) return;
    const name = await this.options.checkpoints.save(await this.state());
    this.savedAt = step;
    yield { type: 'checkpoint', step, name, best: false };
  }

  private async state(): Promise<TrainState> {
    return { ...(await this.trainer.state(this.set)), best: this.best };
  }
}

/** The config of a run: the resumed one's, which what is given must agree with, or the preset's. */
function configOf(options: TrainOptions): TrainConfig {
  const given = Object.entries(options).filter(
    ([key, value]) => !(key in RUN_DEFAULTS) && value !== undefined,
  );
  if (!options.resume) return resolveConfig(Object.fromEntries(given));
  const config = resolveConfig(options.resume.config);
  for (const [key, value] of given) {
    const was = (config as unknown as Record<string, unknown>)[key];
    if (JSON.stringify(value) !== JSON.stringify(was)) {
      throw new RangeError(`invalid ${key}: ${value} (the run to resume has ${was})`);
    }
  }
  return config;
}

function checkRun(options: TrainOptions): void {
  const { steps } = options;
  if (!(Number.isInteger(steps) && steps >= 0)) throw new RangeError(`invalid steps: ${steps}`);
  for (const key of ['checkpointEvery', 'sampleEvery', 'scoreEvery', 'sampleCount'] as const) {
    const value = options[key] ?? RUN_DEFAULTS[key];
    if (!(Number.isInteger(value) && value >= 0)) throw new RangeError(`invalid ${key}: ${value}`);
  }
}

function checkImages({ images }: TrainState, set: TrainingSet): void {
  if (!images || (images.count === set.count && images.digest === set.digest)) return;
  const show = ({ count, digest }: { count: number; digest: string }) => `${count} images, digest ${digest}`;
  throw new CxrFileError('mismatch', `the run was trained on ${show(images)}; these are ${show(set)}`);
}

/** Smooths the seconds a step takes: the mean over about the last ten. */
function createPace(): (seconds: number) => number {
  let mean: number | undefined;
  return (seconds) => {
    mean = mean === undefined ? seconds : mean + (seconds - mean) / 10;
    return mean;
  };
}
