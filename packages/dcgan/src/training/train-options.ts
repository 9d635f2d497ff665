import {
  assertImageSet,
  checkBits,
  checkSamples,
  describeValue,
  type ImageSet,
  type ValueRange,
} from '@cxr/image';
import type * as tfl from '@tensorflow/tfjs-layers';
import { resolveConfig, type TrainConfig, type TrainSettings } from '../config.js';
import { checkState, type TrainState } from './train-state.js';

/** Keeps checkpoints; `checkpointFolder` of `@cxr/dcgan/node` keeps them in a folder. */
export interface CheckpointStore {
  /** Saves a state completely or not at all. @returns a name for it, such as its folder. */
  save(state: TrainState): Promise<string>;
}

/** Scores a generator, such as by its FID; lower is better. It must not keep or dispose the generator. */
export type Scorer = (
  generator: tfl.LayersModel,
  context: { step: number; signal: AbortSignal | undefined },
) => Promise<number>;

/** Options of `train`: the settings of a `TrainConfig` (default: those of the preset), and how the run proceeds. */
export interface TrainOptions extends TrainSettings {
  /** The training images. With `classes`, each has a `label`, 0 to classes − 1; without, a label is an error. */
  images: ImageSet;
  /** Values of black and white in float images. @default [0, 1] */
  range?: ValueRange | undefined;
  /** Bits that the samples of Uint16 images really use, 1 to 16, see `imagesOf`. @default 16 */
  bits?: number | undefined;
  /** Names of the classes, in the order of their numbers; saved in checkpoints. @default undefined: no names */
  classNames?: readonly string[] | undefined;
  /** Total number of steps, including those of a resumed run; from 0. */
  steps: number;
  /**
   * Continue from this state, with its config. Other settings given must be equal to it, but for those of the learning rates'
   * decay. @default undefined
   */
  resume?: TrainState | undefined;
  /** Start with the layers that a run at a smaller size shares with this one; see `Trainer.growFrom`. @default undefined */
  growFrom?: TrainState | undefined;
  /** Where to keep checkpoints. @default undefined: nowhere */
  checkpoints?: CheckpointStore | undefined;
  /** Steps between checkpoints; 0: only one at the end. @default 100 */
  checkpointEvery?: number | undefined;
  /** Steps between samples from fixed latents, the first before training; 0: no samples. @default 0 */
  sampleEvery?: number | undefined;
  /** Images of a sample; at least 1. @default 64 */
  sampleCount?: number | undefined;
  /** Scores the generator during training and at the end. @default undefined: no scores */
  score?: Scorer | undefined;
  /** Steps between scores; 0: only one at the end. @default 500 */
  scoreEvery?: number | undefined;
  /** Where to keep the state with the lowest score. @default undefined: nowhere */
  bestCheckpoints?: CheckpointStore | undefined;
  /**
   * What to do after a warning (see `WarningKind`): `continue`, or `stop` the run after the step. A divergence always
   * stops it, without a checkpoint, since its weights are of no use. @default 'continue'
   */
  onWarning?: 'continue' | 'stop' | undefined;
  /** Aborting it ends the run after the current step, with a checkpoint. @default undefined */
  signal?: AbortSignal | undefined;
}

/** Settings that a resumed run may change: they say only what comes next. */
const SCHEDULE: ReadonlySet<string> = new Set(['learningRateDecay', 'decayStart', 'decayEnd', 'decayTo']);

/** The options that are not settings of a `TrainConfig`. */
type RunOptions = { [Key in Exclude<keyof TrainOptions, keyof TrainConfig>]-?: unknown };

/** Their defaults. */
export const RUN_DEFAULTS = {
  images: undefined,
  range: undefined,
  bits: undefined,
  classNames: undefined,
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
  onWarning: 'continue',
  signal: undefined,
} as const satisfies RunOptions as {
  readonly checkpointEvery: 100;
  readonly sampleEvery: 0;
  readonly sampleCount: 64;
  readonly scoreEvery: 500;
};

/**
 * Checks all options before any image is read. `train` calls it first; call it yourself to report wrong usage differently from
 * failures.
 * @returns the config of the run: that of `resume`, or the preset with the settings given.
 * @throws TypeError, RangeError naming the option; nothing else.
 */
export function checkTrainOptions(options: TrainOptions): TrainConfig {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new TypeError(`train takes one object, { images, steps, … }, not ${describeValue(options)}`);
  const { images, steps, classNames, score, onWarning, checkpoints, bestCheckpoints } = options;
  if (images === undefined) throw new TypeError('images are missing');
  assertImageSet(images);
  checkCounts(options);
  if (!(Number.isSafeInteger(steps) && steps >= 0)) throw new RangeError(`invalid steps: ${steps}`);
  if (onWarning !== undefined && onWarning !== 'continue' && onWarning !== 'stop') {
    throw new RangeError(`invalid onWarning: ${onWarning} (continue or stop)`);
  }
  if (score !== undefined && typeof score !== 'function') throw new TypeError(`invalid score: ${score}`);
  for (const [name, store] of Object.entries({ checkpoints, bestCheckpoints })) {
    if (store !== undefined && typeof store?.save !== 'function') {
      throw new TypeError(`invalid ${name}: an object with a function save(state) is expected`);
    }
  }
  checkInputs(options);
  const config = configOf(options);
  checkClassNames(classNames, config, options.resume);
  return config;
}

function checkInputs({ range, bits, resume, growFrom, signal }: TrainOptions): void {
  if (range !== undefined) checkSamples(new Float32Array(), range);
  if (bits !== undefined) checkBits(bits);
  if (resume !== undefined) checkState('resume', resume);
  if (growFrom !== undefined) checkState('growFrom', growFrom);
  if (signal !== undefined && typeof signal?.aborted !== 'boolean') {
    throw new TypeError(`invalid signal: an AbortSignal is expected, not ${describeValue(signal)}`);
  }
}

function checkCounts(options: TrainOptions): void {
  const min = { checkpointEvery: 0, sampleEvery: 0, scoreEvery: 0, sampleCount: 1 };
  for (const key of ['checkpointEvery', 'sampleEvery', 'scoreEvery', 'sampleCount'] as const) {
    const value = options[key] ?? RUN_DEFAULTS[key];
    if (!(Number.isSafeInteger(value) && value >= min[key])) throw new RangeError(`invalid ${key}: ${value}`);
  }
}

function configOf(options: TrainOptions): TrainConfig {
  const given = Object.entries(options).filter(
    ([key, value]) => !Object.hasOwn(RUN_DEFAULTS, key) && value !== undefined,
  );
  if (!options.resume) return resolveConfig(Object.fromEntries(given));
  const schedule = Object.fromEntries(given.filter(([key]) => SCHEDULE.has(key)));
  const config = resolveConfig({ ...options.resume.config, ...schedule });
  for (const [key, value] of given) {
    if (!Object.hasOwn(config, key)) throw new RangeError(`unknown config key: ${key}`);
    const was = config[key as keyof TrainConfig];
    if (JSON.stringify(value) !== JSON.stringify(was)) {
      throw new RangeError(`invalid ${key}: ${value} (the run to resume has ${was})`);
    }
  }
  return config;
}

function checkClassNames(
  names: readonly string[] | undefined,
  { classes }: TrainConfig,
  resume: TrainState | undefined,
): void {
  if (names === undefined) return;
  if (!Array.isArray(names) || names.length !== classes || new Set(names).size !== classes) {
    throw new RangeError(`invalid classNames: ${names} (${classes} different names, as many as classes)`);
  }
  if (resume?.classNames && String(resume.classNames) !== String(names)) {
    throw new RangeError(`invalid classNames: ${names} (the run to resume has ${resume.classNames})`);
  }
}
