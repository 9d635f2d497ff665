import { type Command, choiceFlag, listFlag, numberFlag, Option, UsageError } from '@cxr/cli';
import { readWholeFile } from '@cxr/data/node';
import { CxrFileError } from '@cxr/image';
import { CHOICES, CONFIG_KEYS, PRESETS, type TrainConfig } from '../config.js';
import { isObject, parseJsonObject } from '../node/json-object.js';
import { AUGMENT_KINDS } from '../training/diff-augment.js';

const DESCRIPTIONS: Record<keyof TrainConfig, string> = {
  preset: 'ready-made settings',
  architecture: 'networks',
  size: 'height and width of the images: 32, 64, 128 or 256',
  width: 'features of the layer at full size',
  latentDim: 'length of a latent vector',
  channels: '1 grey, 3 RGB',
  classes: 'class labels; 0: unconditional',
  seed: 'of weights, latents and the order of images',
  initialization: 'initial kernels',
  upsampling: 'how the generator doubles its images',
  outputSkips: 'an image at every resolution of the generator, summed',
  fullSizeFeatures: 'features of the generator at full size; 0: none, its last enlargement makes the image',
  medianFilter: 'a 3 × 3 median as the last layer of the generator',
  skipExcitation: 'features of the generator scaled by earlier, smaller ones',
  discriminatorBlocks: 'what halves the images of the discriminator',
  discriminatorWidth: 'width of the discriminator; 0: that of the generator',
  discriminatorNorm: 'normalisation in the discriminator',
  discriminatorBlur: 'fixed blur before the strides of the discriminator',
  highPass: 'the discriminator also sees the high frequencies',
  minibatchStd: 'images of a group for the minibatch standard deviation; 0: none',
  reconstruction: 'weight of the discriminator’s reconstruction of the reals; 0: none',
  batchSize: 'images of a step',
  halfBatch: 'half a batch of reals and half of fakes a discriminator step',
  separateUpdates: 'one discriminator update on reals, one on fakes',
  draw: 'order of the images',
  resample: 'filter that brings images to size',
  loss: 'the game played on the logits',
  learningRateG: 'of the generator',
  learningRateD: 'of the discriminator',
  learningRateDecay: 'how the learning rates fall',
  decayStart: 'the step at which they begin to fall',
  decayEnd: 'the step from which they stay',
  decayTo: 'what is left of them then, as a share',
  beta1: 'of Adam',
  beta2: 'of Adam',
  r1: 'weight of the R1 penalty; 0: none',
  r1Every: 'steps between R1 penalties',
  lecam: 'weight of LeCam regularisation; 0: none',
  spectrum: 'weight of the difference of power spectra in the generator’s loss; 0: none',
  diffAugment: 'parts of DiffAugment, with commas between',
  ada: 'target of adaptive augmentation; 0: every change always',
  ema: 'decay of the averaged generator; 0: none',
};

/** Adds a flag for each setting of `TrainConfig`: learningRateG is --learning-rate-g. */
export function addConfigFlags(command: Command): Command {
  command.optionsGroup('Settings of the run (default: those of the preset, here of dcgan):');
  for (const key of CONFIG_KEYS) command.addOption(configFlag(key));
  return command;
}

/** The flag of a setting: --learning-rate-g of learningRateG. */
export function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function configFlag(key: keyof TrainConfig): Option {
  const name = flagOf(key);
  const fallback = PRESETS.dcgan[key];
  const description = `${DESCRIPTIONS[key]} (${fallbackText(fallback)})`;
  const choices = CHOICES[key];
  if (choices) return choiceFlag(`${name} <name>`, description, choices);
  if (typeof fallback === 'number') return numberFlag(`${name} <n>`, description);
  if (typeof fallback === 'boolean') {
    return new Option(`${name} <bool>`, description).choices(['true', 'false']).argParser((text) => {
      if (text === 'true' || text === 'false') return text === 'true';
      throw new UsageError(`invalid ${name}: ${text} (true or false)`);
    });
  }
  return listFlag(`${name} <list>`, description, AUGMENT_KINDS);
}

function fallbackText(value: TrainConfig[keyof TrainConfig]): string {
  return Array.isArray(value) && value.length === 0 ? 'none' : String(value);
}

/** The settings among a command's options. */
export function configOf(options: Record<string, unknown>): Partial<TrainConfig> {
  return Object.fromEntries(
    CONFIG_KEYS.filter((key) => options[key] !== undefined).map((key) => [key, options[key]]),
  );
}

const MAX_CONFIG_BYTES = 2 ** 20;

/** A JSON file of settings. @throws CxrFileError where it cannot be read or holds no object. */
export async function readConfigFile(file: string): Promise<Record<string, unknown>> {
  return parseJsonObject(await readWholeFile(file, MAX_CONFIG_BYTES), file);
}

/**
 * The settings in a JSON file: a run's own config.json, which holds them under "config", or a file of settings alone.
 * @throws CxrFileError where it cannot be read or is not such a file; UsageError for an unknown setting.
 */
export async function readConfig(file: string): Promise<Partial<TrainConfig>> {
  const read = await readConfigFile(file);
  const settings = Object.hasOwn(read, 'config') ? read.config : read;
  if (!isObject(settings)) throw new CxrFileError('corrupt', 'its "config" is not a JSON object', { file });
  const unknown = Object.keys(settings).find((key) => !(CONFIG_KEYS as readonly string[]).includes(key));
  if (unknown !== undefined) {
    throw new UsageError(`${file}: unknown config key: ${unknown} (known: ${CONFIG_KEYS.join(', ')})`);
  }
  return settings as Partial<TrainConfig>;
}
