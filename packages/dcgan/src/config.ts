import type { KnownOptions } from '@cxr/image';
import {
  checkDiscriminator,
  DISCRIMINATOR_BLOCKS,
  DISCRIMINATOR_BLURS,
  DISCRIMINATOR_NORMS,
  type FullDiscriminatorOptions,
} from './networks/discriminator-options.js';
import { ARCHITECTURES, INITIALIZATIONS } from './networks/network-options.js';
import { UPSAMPLINGS } from './networks/upsampling.js';
import { AUGMENT_KINDS, type AugmentKind } from './training/diff-augment.js';
import { DECAYS, type LearningRateDecay } from './training/learning-rate.js';
import { LOSS_NAMES, type Loss } from './training/losses.js';
import { TRAINING_SETTINGS } from './training-settings.js';

const PRESET_NAMES = ['dcgan', 'paper', 'modern', 'xray', 'xray-residual'] as const;
const DRAWS = ['shuffled', 'replacement'] as const;
const RESAMPLE_FILTERS = ['nearest', 'bilinear', 'bicubic', 'lanczos'] as const;

/** Names of the presets. */
export type Preset = (typeof PRESET_NAMES)[number];

/** All settings that decide what a training run computes: plain JSON, saved with the run. The defaults are those of `PRESETS.dcgan`. */
export interface TrainConfig extends FullDiscriminatorOptions {
  /** The preset that gave the settings which were not given. @default 'dcgan' */
  preset: Preset;
  /**
   * Images of a generator step, and as many reals and fakes in a discriminator step (half as many with `halfBatch`). At least 2;
   * with `halfBatch` even and at least 4. @default 64
   */
  batchSize: number;
  /** True: a discriminator step has half a batch of reals and half a batch of fakes (the paper's loop). @default false */
  halfBatch: boolean;
  /** True: one discriminator update on reals, then one on fakes (the paper's loop); false: one update on both. @default false */
  separateUpdates: boolean;
  /** `shuffled`: each epoch sees every image once; `replacement`: each image is drawn independently. @default 'shuffled' */
  draw: (typeof DRAWS)[number];
  /** Pillow's filter of this name resizes the images to `size`. @default 'bicubic' */
  resample: (typeof RESAMPLE_FILTERS)[number];
  /** Loss on the logits. @default 'bce' */
  loss: Loss;
  /** Adam's learning rate for the generator; from 0. @default 2e-4 */
  learningRateG: number;
  /** Adam's learning rate for the discriminator; from 0. Different rates are TTUR (Heusel et al., 2017). @default 2e-4 */
  learningRateD: number;
  /**
   * How both learning rates fall from `decayStart` to `decayEnd`: `none`, `linear` or `cosine`. A run that is resumed may be given
   * other values of this and the next three settings. @default 'none'
   */
  learningRateDecay: LearningRateDecay;
  /** The step at which the learning rates begin to fall; from 0. @default 0 */
  decayStart: number;
  /** The step from which they stay; above `decayStart`, unless `learningRateDecay` is `none`. @default 0 */
  decayEnd: number;
  /** What is left of them then, as a share; 0 to 1. @default 0.1 */
  decayTo: number;
  /** Adam's decay of the first moment; 0 to below 1. @default 0.5 */
  beta1: number;
  /** Adam's decay of the second moment; 0 to below 1. @default 0.999 */
  beta2: number;
  /**
   * Weight γ of the R1 gradient penalty on reals, γ/2 · E‖∇D(x)‖² (Mescheder et al., 2018); 0: none. Needs a discriminator
   * without batch norm. @default 0
   */
  r1: number;
  /**
   * Steps between R1 penalties, at least 1; the weight is multiplied by as much (lazy regularisation, Karras et al., 2020).
   * @default 16
   */
  r1Every: number;
  /**
   * Weight of LeCam regularisation (Tseng et al., 2021), which keeps logits near moving averages of those on the other kind of images;
   * from 0, 0: none. Its authors use 0.3 with DiffAugment. @default 0
   */
  lecam: number;
  /**
   * Weight in the generator's loss of the difference between the power spectra of its images and of the reals, in windows of 32 pixels
   * (after Durall et al., 2020): against the lattice of transposed convolutions; from 0, 0: none. @default 0
   */
  spectrum: number;
  /** DiffAugment's changes to reals and fakes before the discriminator sees them; empty: none. @default [] */
  diffAugment: readonly AugmentKind[];
  /**
   * Target of adaptive augmentation (ADA: Karras et al., 2020): the probability of each of `diffAugment`'s changes begins at 0 and follows
   * the mean sign of the discriminator's logits on reals towards this; 0 to below 1, 0: every image gets every change. Their target is 0.6.
   * @default 0
   */
  ada: number;
  /**
   * Decay per step of the exponential moving average (EMA) of the generator's weights, which then makes the samples; 0 to below
   * 1, 0: no EMA. Until it reaches that, it is (1 + step) / (10 + step), so that the first weights are soon forgotten. @default 0
   */
  ema: number;
}

/** Some settings of a `TrainConfig`; the preset gives the others. */
export type TrainSettings = { [Key in keyof TrainConfig]?: TrainConfig[Key] | undefined };

const DCGAN: TrainConfig = {
  preset: 'dcgan',
  architecture: 'dcgan',
  size: 64,
  width: 64,
  latentDim: 100,
  channels: 1,
  classes: 0,
  seed: 0,
  initialization: 'normal',
  upsampling: 'transposed',
  outputSkips: false,
  skipExcitation: false,
  fullSizeFeatures: 0,
  medianFilter: false,
  discriminatorBlocks: 'plain',
  discriminatorWidth: 0,
  discriminatorNorm: 'batch',
  discriminatorBlur: 'none',
  highPass: false,
  minibatchStd: 0,
  reconstruction: 0,
  batchSize: 64,
  halfBatch: false,
  separateUpdates: false,
  draw: 'shuffled',
  resample: 'bicubic',
  loss: 'bce',
  learningRateG: 2e-4,
  learningRateD: 2e-4,
  learningRateDecay: 'none',
  decayStart: 0,
  decayEnd: 0,
  decayTo: 0.1,
  beta1: 0.5,
  beta2: 0.999,
  r1: 0,
  r1Every: 16,
  lecam: 0,
  spectrum: 0,
  diffAugment: [],
  ada: 0,
  ema: 0,
};

/** What `xray` changes of `dcgan`: every choice that an ablation may overturn is a line here. */
const XRAY: TrainSettings = {
  size: 128,
  width: 16,
  batchSize: 32,
  medianFilter: true,
  spectrum: 5,
  diffAugment: ['translation', 'cutout'],
  ema: 0.999,
  learningRateDecay: 'cosine',
  decayStart: 15_000,
  decayEnd: 25_000,
};

/** What `xray-residual` changes of `dcgan`. */
const XRAY_RESIDUAL: TrainSettings = {
  size: 128,
  width: 32,
  initialization: 'he',
  upsampling: 'bilinear',
  outputSkips: true,
  fullSizeFeatures: 32,
  discriminatorBlocks: 'residual',
  discriminatorWidth: 16,
  discriminatorNorm: 'none',
  minibatchStd: 4,
  draw: 'replacement',
  r1: 0.1,
  diffAugment: ['brightness', 'contrast', 'translation', 'cutout'],
  ema: 0.9995,
};

/**
 * Presets: complete settings by name. `dcgan`: Radford et al., 2016. `paper`: the model of Kora Venu and Ravula, 2021. `modern`:
 * the `dcgan` networks with techniques for limited data, each of which is a setting of its own. `xray`: the `dcgan` networks for about a
 * thousand grey X-rays and 25,000 steps; grow it from a run of the same with `size: 64, width: 32`. `xray-residual`: the recipe of the generator that comes with the package, whose stronger discriminator wants a
 * GPU or a long time: on two CPU cores with other work a step took 23 seconds, and one with R1 51.
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
  xray: { ...DCGAN, ...(XRAY as Partial<TrainConfig>), preset: 'xray' },
  'xray-residual': { ...DCGAN, ...(XRAY_RESIDUAL as Partial<TrainConfig>), preset: 'xray-residual' },
};

/** The allowed values of the settings that take one of a list of names. */
export const CHOICES: Readonly<Partial<Record<keyof TrainConfig, readonly string[]>>> = {
  preset: PRESET_NAMES,
  architecture: ARCHITECTURES,
  draw: DRAWS,
  resample: RESAMPLE_FILTERS,
  loss: LOSS_NAMES,
  discriminatorBlocks: DISCRIMINATOR_BLOCKS,
  discriminatorNorm: DISCRIMINATOR_NORMS,
  discriminatorBlur: DISCRIMINATOR_BLURS,
  initialization: INITIALIZATIONS,
  upsampling: UPSAMPLINGS,
  learningRateDecay: DECAYS,
};

TRAINING_SETTINGS satisfies KnownOptions<Omit<TrainConfig, keyof FullDiscriminatorOptions>>;

/** The names of a config's settings. */
export const CONFIG_KEYS: readonly (keyof TrainConfig)[] = Object.keys(DCGAN) as (keyof TrainConfig)[];

/**
 * Fills in the settings that were not given from the preset (default `dcgan`) and checks all of them.
 * @throws TypeError if `partial` is not an object; RangeError naming an unknown key or a value out of range.
 */
export function resolveConfig(partial: TrainSettings): TrainConfig {
  if (typeof partial !== 'object' || partial === null || Array.isArray(partial)) {
    throw new TypeError(`a config is an object of settings, not ${JSON.stringify(partial)}`);
  }
  const unknown = Object.keys(partial).find((key) => !Object.hasOwn(DCGAN, key));
  if (unknown !== undefined) {
    throw new RangeError(`unknown config key: ${unknown} (known: ${CONFIG_KEYS.join(', ')})`);
  }
  const { preset = 'dcgan' } = partial;
  checkChoice('preset', preset);
  const given = Object.fromEntries(Object.entries(partial).filter(([, value]) => value !== undefined));
  const config: TrainConfig = { ...PRESETS[preset], ...given };
  for (const key of CONFIG_KEYS) checkType(key, config[key]);
  checkDiscriminator(config);
  checkRanges(config);
  return config;
}

/**
 * The steps that `epochs` passes over `images` images take: a step sees `batchSize` reals, or half as many with `halfBatch`.
 * @throws RangeError unless epochs is a number from 0 and images a whole number from 1.
 */
export function stepsForEpochs(
  epochs: number,
  images: number,
  config: Pick<TrainConfig, 'batchSize' | 'halfBatch'>,
): number {
  if (!(epochs >= 0 && Number.isFinite(epochs))) throw new RangeError(`invalid epochs: ${epochs}`);
  if (!(Number.isSafeInteger(images) && images > 0)) throw new RangeError(`invalid images: ${images}`);
  const batch = config.halfBatch ? config.batchSize / 2 : config.batchSize;
  return Math.ceil((epochs * images) / batch);
}

function checkType(key: keyof TrainConfig, value: unknown): void {
  if (typeof value !== typeof DCGAN[key] || Array.isArray(value) !== Array.isArray(DCGAN[key])) {
    throw new RangeError(`invalid ${key}: ${JSON.stringify(value)}`);
  }
  if (key === 'diffAugment') {
    for (const kind of value as unknown[]) checkChoice(key, kind, AUGMENT_KINDS);
  } else checkChoice(key, value);
}

function checkChoice(key: keyof TrainConfig, value: unknown, choices = CHOICES[key]): void {
  if (choices && !choices.includes(value as string)) {
    throw new RangeError(`invalid ${key}: ${value} (${choices.join(', ')})`);
  }
}

/** Values of a batch: 2 GiB in floats. More is a slip of the keyboard. */
const MAX_VALUES = 2 ** 29;

function checkRanges(config: TrainConfig): void {
  const inRange = (
    key: 'learningRateG' | 'learningRateD' | 'beta1' | 'beta2' | 'ema' | 'ada' | 'r1' | 'lecam' | 'spectrum',
    end: number,
  ): void => {
    if (!(config[key] >= 0 && config[key] < end)) throw new RangeError(`invalid ${key}: ${config[key]}`);
  };
  for (const key of ['beta1', 'beta2', 'ema', 'ada'] as const) inRange(key, 1);
  for (const key of ['learningRateG', 'learningRateD', 'r1', 'lecam', 'spectrum'] as const)
    inRange(key, Number.POSITIVE_INFINITY);
  checkDecay(config);
  if (config.ada > 0 && config.diffAugment.length === 0) {
    throw new RangeError(`invalid ada: ${config.ada} (needs diffAugment)`);
  }
  const min = config.halfBatch ? 4 : 2;
  if (!(Number.isSafeInteger(config.batchSize) && config.batchSize >= min)) {
    throw new RangeError(`invalid batchSize: ${config.batchSize} (a whole number, at least ${min})`);
  }
  const { size, channels, batchSize } = config;
  if (batchSize * channels * size ** 2 > MAX_VALUES) {
    throw new RangeError(
      `invalid batchSize: ${batchSize} (a batch of ${size} × ${size} pixels is too large)`,
    );
  }
  if (config.halfBatch && config.batchSize % 2 !== 0) {
    throw new RangeError(`invalid batchSize: ${config.batchSize} (even, with halfBatch)`);
  }
  const batch = config.halfBatch ? config.batchSize / 2 : config.batchSize;
  const { minibatchStd: group } = config;
  if (group > 0 && (batch % group !== 0 || config.batchSize % group !== 0)) {
    throw new RangeError(
      `invalid minibatchStd: ${group} (batches of ${batch} are no whole number of groups)`,
    );
  }
  if (!(Number.isSafeInteger(config.r1Every) && config.r1Every > 0)) {
    throw new RangeError(`invalid r1Every: ${config.r1Every}`);
  }
  if (config.r1 > 0 && config.architecture === 'dcgan' && config.discriminatorNorm === 'batch') {
    throw new RangeError(`invalid r1: ${config.r1} (needs discriminatorNorm spectral or none)`);
  }
}

function checkDecay({ learningRateDecay, decayStart, decayEnd, decayTo }: TrainConfig): void {
  for (const [key, value] of Object.entries({ decayStart, decayEnd })) {
    if (!(Number.isSafeInteger(value) && value >= 0)) throw new RangeError(`invalid ${key}: ${value}`);
  }
  if (!(decayTo >= 0 && decayTo <= 1)) throw new RangeError(`invalid decayTo: ${decayTo} (0 to 1)`);
  if (learningRateDecay !== 'none' && decayEnd <= decayStart) {
    throw new RangeError(`invalid decayEnd: ${decayEnd} (a step after decayStart, ${decayStart})`);
  }
}
