import type { DiscriminatorOptions } from './networks/create-discriminator.js';
import { checkNetwork } from './networks/network-options.js';
import { AUGMENT_KINDS, type AugmentKind } from './training/diff-augment.js';
import type { Loss } from './training/losses.js';

/** Names of the ready-made settings. */
export type Preset = 'dcgan' | 'paper' | 'modern';

/** Everything that decides what a training run computes; plain JSON, saved with the run. */
export interface TrainConfig extends Required<DiscriminatorOptions> {
  /** Where the values not given came from. */
  preset: Preset;
  /** Images of a generator step, and of each half (real, fake) of a discriminator step unless `halfBatch`. */
  batchSize: number;
  /** True: a discriminator step has half a batch of reals and half a batch of fakes (the paper's loop). */
  halfBatch: boolean;
  /** True: reals and fakes each have a discriminator update of their own (the paper's loop); false: one for both. */
  separateUpdates: boolean;
  /** `shuffled`: each epoch sees every image once; `replacement`: each image is drawn independently. */
  draw: 'shuffled' | 'replacement';
  /** How images are brought to `size`: Pillow's filter of that name. */
  resample: 'nearest' | 'bilinear' | 'bicubic' | 'lanczos';
  loss: Loss;
  /** Adam's rate for the generator. */
  learningRateG: number;
  /** Adam's rate for the discriminator; unequal rates are TTUR (Heusel et al., 2017). */
  learningRateD: number;
  beta1: number;
  beta2: number;
  /** Weight γ of the R1 gradient penalty on reals, γ/2 · E‖∇D(x)‖² (Mescheder et al., 2018); 0: none. */
  r1: number;
  /** R1 is computed every so many steps, and weighs that much more (lazy regularisation, Karras et al., 2020). */
  r1Every: number;
  /** What DiffAugment does to reals and fakes before the discriminator; empty: nothing. */
  diffAugment: readonly AugmentKind[];
  /** Decay a step of the generator's averaged copy, which then makes the samples; 0: none. */
  ema: number;
}

const DCGAN: TrainConfig = {
  preset: 'dcgan',
  architecture: 'dcgan',
  size: 64,
  width: 64,
  latentDim: 100,
  channels: 1,
  classes: 0,
  seed: 0,
  discriminatorNorm: 'batch',
  batchSize: 64,
  halfBatch: false,
  separateUpdates: false,
  draw: 'shuffled',
  resample: 'bicubic',
  loss: 'bce',
  learningRateG: 2e-4,
  learningRateD: 2e-4,
  beta1: 0.5,
  beta2: 0.999,
  r1: 0,
  r1Every: 16,
  diffAugment: [],
  ema: 0,
};

/**
 * Ready-made settings. `dcgan`: Radford et al., 2016. `paper`: what Kora Venu and Ravula trained, 2021. `modern`:
 * the `dcgan` networks with what limited data needs; each part is an option of its own.
 */
export const PRESETS: Readonly<Record<Preset, TrainConfig>> = {
  dcgan: DCGAN,
  paper: {
    ...DCGAN,
    preset: 'paper',
    architecture: 'paper',
    size: 128,
    width: 64,
    channels: 3,
    discriminatorNorm: 'none',
    batchSize: 128,
    halfBatch: true,
    separateUpdates: true,
    draw: 'replacement',
    resample: 'nearest',
    learningRateG: 1e-4,
    learningRateD: 2e-5,
  },
  modern: {
    ...DCGAN,
    preset: 'modern',
    discriminatorNorm: 'spectral',
    loss: 'hinge',
    learningRateD: 4e-4,
    diffAugment: ['brightness', 'contrast', 'translation', 'cutout'],
    ema: 0.998,
  },
};

/** The values of the settings that take a word. */
export const CHOICES: Readonly<Partial<Record<keyof TrainConfig, readonly string[]>>> = {
  architecture: ['dcgan', 'paper'],
  preset: ['dcgan', 'paper', 'modern'],
  draw: ['shuffled', 'replacement'],
  resample: ['nearest', 'bilinear', 'bicubic', 'lanczos'],
  loss: ['bce', 'hinge'],
  discriminatorNorm: ['batch', 'spectral', 'none'],
};

/** The names of a config's settings. */
export const CONFIG_KEYS: readonly (keyof TrainConfig)[] = Object.keys(DCGAN) as (keyof TrainConfig)[];

/**
 * Completes a partial config from its preset (default `dcgan`).
 * @throws RangeError naming an unknown key or a value out of range.
 */
export function resolveConfig(partial: Partial<TrainConfig>): TrainConfig {
  for (const key of Object.keys(partial)) {
    if (!(key in DCGAN))
      throw new RangeError(`unknown config key: ${key} (known: ${CONFIG_KEYS.join(', ')})`);
  }
  const preset = partial.preset ?? 'dcgan';
  if (!Object.hasOwn(PRESETS, preset))
    throw new RangeError(`invalid preset: ${preset} (dcgan, paper or modern)`);
  const given = Object.fromEntries(Object.entries(partial).filter(([, value]) => value !== undefined));
  const config: TrainConfig = { ...PRESETS[preset], ...given };
  checkNetwork(config);
  checkTypes(config);
  checkRanges(config);
  return config;
}

function checkTypes(config: TrainConfig): void {
  for (const key of CONFIG_KEYS) {
    const value = config[key];
    if (typeof value !== typeof DCGAN[key] || Array.isArray(value) !== Array.isArray(DCGAN[key])) {
      throw new RangeError(`invalid ${key}: ${JSON.stringify(value)}`);
    }
    const choices = CHOICES[key];
    if (choices && !choices.includes(value as string)) {
      throw new RangeError(`invalid ${key}: ${value} (${choices.join(', ')})`);
    }
  }
  const unknown = config.diffAugment.find((kind) => !AUGMENT_KINDS.includes(kind));
  if (unknown !== undefined) {
    throw new RangeError(`invalid diffAugment: ${unknown} (${AUGMENT_KINDS.join(', ')})`);
  }
}

function checkRanges(config: TrainConfig): void {
  const inRange = (
    key: 'learningRateG' | 'learningRateD' | 'beta1' | 'beta2' | 'ema' | 'r1',
    end: number,
  ): void => {
    if (!(config[key] >= 0 && config[key] < end)) throw new RangeError(`invalid ${key}: ${config[key]}`);
  };
  for (const key of ['beta1', 'beta2', 'ema'] as const) inRange(key, 1);
  for (const key of ['learningRateG', 'learningRateD', 'r1'] as const) inRange(key, Number.POSITIVE_INFINITY);
  const least = config.halfBatch ? 4 : 2;
  if (!(Number.isInteger(config.batchSize) && config.batchSize >= least)) {
    throw new RangeError(`invalid batchSize: ${config.batchSize} (a whole number, at least ${least})`);
  }
  if (config.halfBatch && config.batchSize % 2 !== 0) {
    throw new RangeError(`invalid batchSize: ${config.batchSize} (even, with halfBatch)`);
  }
  if (!(Number.isInteger(config.r1Every) && config.r1Every > 0)) {
    throw new RangeError(`invalid r1Every: ${config.r1Every}`);
  }
  if (config.r1 > 0 && config.architecture === 'dcgan' && config.discriminatorNorm === 'batch') {
    throw new RangeError(`invalid r1: ${config.r1} (needs discriminatorNorm spectral or none)`);
  }
}
