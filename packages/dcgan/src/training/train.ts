import { contactSheet } from '@cxr/data';
import { CxrFileError, type Image } from '@cxr/image';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { TrainConfig } from '../config.js';
import { requireBackend } from '../networks/require-backend.js';
import { drawLatent, render } from '../sampling/sample.js';
import { divergedPart } from './saved-values.js';
import type { StepMetrics } from './step-metrics.js';
import { type CheckpointStore, checkTrainOptions, RUN_DEFAULTS, type TrainOptions } from './train-options.js';
import type { TrainState } from './train-state.js';
import { Trainer } from './trainer.js';
import { createTrainingMonitor, type Warning } from './training-monitor.js';
import { collectTrainingSet, type TrainingSet } from './training-set.js';

/** An event of `train`; `type` says which. Times are in seconds, `epoch` counts passes over the images. */
export type TrainEvent =
  | { type: 'start'; config: TrainConfig; step: number; steps: number; images: number }
  | ({
      type: 'step';
      epoch: number;
      secondsPerStep: number;
      imagesPerSecond: number;
      secondsLeft: number;
    } & StepMetrics)
  /** The end of an epoch; several after one step if the batch is larger than the set. */
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
  /** The trained generator: its EMA if `ema` is on. The receiver disposes it. */
  generator: tfl.LayersModel;
  /** The lowest score and its step; undefined if the run is not scored. */
  best?: { step: number; score: number } | undefined;
}

/**
 * Trains a DCGAN on the active TensorFlow.js backend and yields events. Each step starts when the caller asks for the next
 * event; leaving the loop early frees all memory.
 * @throws TypeError, RangeError for options that `checkTrainOptions` refuses, and for labels that do not fit `classes`; Error
 * if no backend is ready; CxrFileError if there are no images, or images or state belong to another run.
 */
export async function* train(options: TrainOptions): AsyncGenerator<TrainEvent, void, undefined> {
  const config = checkTrainOptions(options);
  requireBackend();
  const { images, signal, range, bits } = options;
  const set = await collectTrainingSet(images, config, { signal, range, bits });
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

const ONE_IMAGE: Warning = {
  kind: 'few-images',
  message: 'there is only one training image: the generator can learn nothing but that image',
};

/** The loop of `train`: calls a `Trainer` and yields the events. */
class Run {
  readonly #options: TrainOptions;
  readonly #trainer: Trainer;
  readonly #set: TrainingSet;
  readonly #monitor = createTrainingMonitor();
  #best: { step: number; score: number } | undefined;
  #stopped = false;
  #diverged = false;
  /** The last step whose state is saved. */
  #savedAt: number;

  constructor(options: TrainOptions, trainer: Trainer, set: TrainingSet) {
    this.#options = options;
    this.#trainer = trainer;
    this.#set = set;
    this.#best = options.resume?.best;
    this.#savedAt = options.resume?.step ?? -1;
  }

  async *events(): AsyncGenerator<TrainEvent, void, undefined> {
    const trainer = this.#trainer;
    const options = this.#options;
    const set = this.#set;
    const { config, step } = trainer;
    yield { type: 'start', config, step, steps: options.steps, images: set.count };
    if (set.count === 1) {
      yield { type: 'warning', step, ...ONE_IMAGE };
      this.#stopped = options.onWarning === 'stop';
    }
    if (set.warning !== undefined) {
      yield { type: 'warning', step, kind: 'few-bits', message: set.warning };
      this.#stopped ||= options.onWarning === 'stop';
    }
    if (this.#due('sampleEvery')) yield await this.#sample();
    const pace = createPace();
    while (!this.#over) {
      const started = performance.now();
      const metrics = await trainer.trainStep(set);
      yield this.#describe(metrics, pace((performance.now() - started) / 1000));
      const finished = Math.floor(this.#epoch(trainer.step));
      for (let epoch = Math.floor(this.#epoch(trainer.step - 1)) + 1; epoch <= finished; epoch++) {
        yield { type: 'epoch', step: trainer.step, epoch };
      }
      const warning = this.#monitor(metrics);
      if (warning) yield { type: 'warning', step: trainer.step, ...warning };
      if (warning?.kind === 'divergence') {
        this.#stopped = true;
        return;
      }
      this.#stopped = warning !== undefined && options.onWarning === 'stop';
      if (this.#due('sampleEvery')) yield await this.#sample();
      if (this.#due('scoreEvery') || this.#over) yield* this.#score();
      if (this.#due('checkpointEvery') || this.#over) yield* this.#checkpoint();
    }
    // If the run was aborted while the caller handled an event, or before the first step of a new one, the last state is not saved yet.
    yield* this.#checkpoint();
  }

  end(): EndEvent {
    const { step, sampler } = this.#trainer;
    const reason = this.#stopped ? 'stopped' : step < this.#options.steps ? 'aborted' : 'done';
    return { type: 'end', step, reason, generator: sampler, best: this.#best };
  }

  get #over(): boolean {
    return (
      this.#stopped || this.#trainer.step >= this.#options.steps || this.#options.signal?.aborted === true
    );
  }

  #due(key: 'sampleEvery' | 'scoreEvery' | 'checkpointEvery'): boolean {
    const every = this.#options[key] ?? RUN_DEFAULTS[key];
    return every > 0 && this.#trainer.step % every === 0;
  }

  /** Passes over the images after `step` steps, with a fraction. */
  #epoch(step: number): number {
    return (step * this.#trainer.discriminatorBatch) / this.#set.count;
  }

  #describe(metrics: StepMetrics, secondsPerStep: number): TrainEvent {
    return {
      type: 'step',
      ...metrics,
      epoch: this.#epoch(metrics.step),
      secondsPerStep,
      imagesPerSecond: this.#trainer.discriminatorBatch / secondsPerStep,
      secondsLeft: secondsPerStep * (this.#options.steps - metrics.step),
    };
  }

  async #sample(): Promise<TrainEvent> {
    const trainer = this.#trainer;
    const options = this.#options;
    const { seed, latentDim, classes } = trainer.config;
    const count = options.sampleCount ?? RUN_DEFAULTS.sampleCount;
    const latents = new Float32Array(count * latentDim);
    for (let i = 0; i < count; i++) latents.set(drawLatent(seed, i, latentDim), i * latentDim);
    const labels = classes > 0 ? Array.from({ length: count }, (_, i) => i % classes) : undefined;
    const images = await render(trainer.sampler, latents, labels);
    return { type: 'sample', step: trainer.step, images, grid: contactSheet(images, { background: 255 }) };
  }

  async *#score(): AsyncGenerator<TrainEvent, void, undefined> {
    const { score, signal, bestCheckpoints } = this.#options;
    if (!score || signal?.aborted) return;
    const { step, sampler } = this.#trainer;
    const started = performance.now();
    const value = await score(sampler, { step, signal }).catch((error: unknown) => {
      if (this.#options.signal?.aborted) return undefined;
      throw error;
    });
    if (value === undefined) return;
    const seconds = (performance.now() - started) / 1000;
    const best = Number.isFinite(value) && value < (this.#best?.score ?? Number.POSITIVE_INFINITY);
    if (best) this.#best = { step, score: value };
    yield { type: 'score', step, score: value, best, seconds };
    if (best && bestCheckpoints) yield* this.#save(bestCheckpoints, true);
  }

  async *#checkpoint(): AsyncGenerator<TrainEvent, void, undefined> {
    const { step } = this.#trainer;
    if (!this.#options.checkpoints || this.#savedAt === step) return;
    yield* this.#save(this.#options.checkpoints, false);
    this.#savedAt = step;
  }

  /** Saves the state; one that nothing could go on from ends the run in place of that. */
  async *#save(store: CheckpointStore, best: boolean): AsyncGenerator<TrainEvent, void, undefined> {
    if (this.#diverged) return;
    const { step } = this.#trainer;
    const state = await this.#state();
    const diverged = divergedPart(state);
    if (diverged === undefined) {
      yield { type: 'checkpoint', step, name: await store.save(state), best };
      return;
    }
    this.#diverged = true;
    this.#stopped = true;
    const message = `diverged at step ${step}: ${diverged} is not finite, so nothing was saved; earlier checkpoints stay`;
    yield { type: 'warning', step, kind: 'divergence', message };
  }

  async #state(): Promise<TrainState> {
    const classNames = this.#options.classNames ?? this.#options.resume?.classNames;
    return { ...(await this.#trainer.state(this.#set)), best: this.#best, classNames };
  }
}

function checkImages({ images }: TrainState, set: TrainingSet): void {
  if (!images || (images.count === set.count && images.digest === set.digest)) return;
  const show = ({ count, digest }: { count: number; digest: string }) => `${count} images, digest ${digest}`;
  throw new CxrFileError('mismatch', `the run was trained on ${show(images)}; these are ${show(set)}`);
}

/** A function that takes the seconds of each step and returns their mean over about the last ten steps. */
function createPace(): (seconds: number) => number {
  let mean: number | undefined;
  return (seconds) => {
    mean = mean === undefined ? seconds : mean + (seconds - mean) / 10;
    return mean;
  };
}
