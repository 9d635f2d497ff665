import type { ImageSet, ValueRange } from '@cxr/image';
import type * as tfl from '@tensorflow/tfjs-layers';
import { resolveConfig, type TrainConfig, type TrainSettings } from '../config.js';
import type { TrainState } from './train-state.js';

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
  /** With `classes`, each image has a `label`, 0 to classes − 1; without, none has. */
  images: ImageSet;
  /** The values of black and white in float images. @default [0, 1] */
  range?: ValueRange | undefined;
  /** Names of the classes, in the order of their numbers: saved with the run. */
  classNames?: readonly string[] | undefined;
  /** Train until so many steps are done, those of a resumed run included. */
  steps: number;
  /** Go on from here. Its config is used, and settings given beside it must agree with it. */
  resume?: TrainState | undefined;
  /** Begin with the layers that a run at a smaller size shares with this one; see `Trainer.growFrom`. */
  growFrom?: TrainState | undefined;
  checkpoints?: CheckpointStore | undefined;
  /** Steps between checkpoints, 0: none but the one at the end. @default 100 */
  checkpointEvery?: number | undefined;
  /** Steps between samples from fixed latents (also before the first step); 0: none. @default 0 */
  sampleEvery?: number | undefined;
  /** How many samples. @default 64 */
  sampleCount?: number | undefined;
  score?: Scorer | undefined;
  /** Steps between scores, 0: none but the one at the end. @default 500 */
  scoreEvery?: number | undefined;
  /** Keeps the state with the lowest score so far. */
  bestCheckpoints?: CheckpointStore | undefined;
  /**
   * What to do after a warning (see `WarningKind`): `continue`, or `stop` the run after the step. A divergence always
   * stops it, without a checkpoint: there is nothing left to train. @default 'continue'
   */
  onWarning?: 'continue' | 'stop' | undefined;
  /** Ends the run after the current step, with a checkpoint. */
  signal?: AbortSignal | undefined;
}

/** The options that drive a run, as opposed to those that decide what it computes. */
type RunOptions = { [Key in Exclude<keyof TrainOptions, keyof TrainConfig>]-?: unknown };

/** Their defaults. */
export const RUN_DEFAULTS = {
  images: undefined,
  range: undefined,
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
 * Checks everything about the options that can be known before the images are read. `train` does so first; a program that
 * tells wrong usage from failures calls it by itself.
 * @returns the run's config: the resumed one's, or the preset's with what is given.
 * @throws TypeError, RangeError naming the option; nothing else.
 */
export function checkTrainOptions(options: TrainOptions): TrainConfig {
  if (typeof options !== 'object' || options === null) throw new TypeError(`invalid options: ${options}`);
  const { images, steps, classNames, score, onWarning, checkpoints, bestCheckpoints } = options;
  if (images === undefined) throw new TypeError('images are missing');
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
  const config = configOf(options);
  checkClassNames(classNames, config, options.resume);
  return config;
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
  const config = resolveConfig(options.resume.config);
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
