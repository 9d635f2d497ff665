import { readSafetensors, readSafetensorsMetadata, writeSafetensors } from '@cxr/data';
import { CxrFileError, checkOptions, describeValue, withFile } from '@cxr/image';
import type * as tfl from '@tensorflow/tfjs-layers';
import { resolveConfig, type TrainConfig } from '../config.js';
import { checkGenerator } from '../sampling/check-generator.js';
import { areNames, checkFinite, findNotFinite, isCount, savedConfig } from '../training/saved-values.js';
import { restoreModel, saveModel } from '../training/train-state.js';
import { countGenerator } from './count-parameters.js';
import { createGenerator } from './create-generator.js';
import { requireBackend } from './require-backend.js';

/** What a generator file says about its generator. */
export interface GeneratorInfo {
  /** The settings of its run; those of the network say what it takes and makes. */
  config: TrainConfig;
  /** Training steps done. */
  step: number;
  /** Names of the classes, in the order of their numbers; undefined where there are none. */
  classNames?: readonly string[] | undefined;
}

/** Options of `writeGenerator`. */
export interface WriteGeneratorOptions {
  /** How each weight is stored: `F16` takes half the bytes, and its images differ by a grey level here and there. @default 'F32' */
  type?: 'F32' | 'F16' | undefined;
}

const FORMAT = 'cxr-dcgan-generator';

/**
 * Encodes a generator as one safetensors file: its weights by name, and `info` as JSON in the metadata `config`, `step` and
 * `classNames`. `readGenerator` reads it, and so does any reader of safetensors.
 * @throws TypeError if it is no generator; RangeError for an invalid or unknown option, a config of another network, an invalid step or class names, or
 * a weight that is not finite, or too large for a float16.
 */
export async function writeGenerator(
  generator: tfl.LayersModel,
  info: GeneratorInfo,
  options: WriteGeneratorOptions = {},
): Promise<Uint8Array> {
  checkGenerator('writeGenerator', generator);
  checkOptions<WriteGeneratorOptions>('writeGenerator', options, { type: true });
  const { config, step, classNames } = info ?? {};
  if (typeof config !== 'object' || config === null) {
    throw new TypeError(`writeGenerator takes { config, step }, not ${describeValue(info)}`);
  }
  const full = resolveConfig(config);
  if (!isCount(step)) throw new RangeError(`invalid step: ${String(step)}`);
  if (classNames !== undefined && !areNames(classNames, full.classes)) {
    throw new RangeError(`invalid classNames: not the names of ${full.classes} classes`);
  }
  if (generator.countParams() !== countGenerator(full))
    throw new RangeError('invalid config: the generator is not of this config');
  const { weights } = await saveModel(generator);
  const bad = findNotFinite(weights);
  if (bad) throw new RangeError(`invalid generator: not all numbers of ${bad.name} are finite`);
  const metadata = {
    format: FORMAT,
    config: JSON.stringify(full),
    step: String(step),
    ...(classNames && { classNames: JSON.stringify(classNames) }),
  };
  const tensors = new Map(weights.map(({ name, shape, data }) => [name, { shape, data }]));
  return writeSafetensors(tensors, { type: options.type, metadata });
}

/** Options of `readGenerator`. */
export interface ReadGeneratorOptions {
  /** The file's name, for errors. @default undefined: errors name no file */
  file?: string | undefined;
}

/**
 * Reads a generator of `writeGenerator`, in Node and browsers alike. The caller disposes the model.
 * @throws CxrFileError `corrupt`, `truncated`, `unsupported`, `mismatch` or `too-large`; TypeError unless `bytes` is a Uint8Array; Error if no
 * backend is ready.
 */
export function readGenerator(
  bytes: Uint8Array,
  options: ReadGeneratorOptions = {},
): GeneratorInfo & { generator: tfl.LayersModel } {
  requireBackend();
  checkOptions<ReadGeneratorOptions>('readGenerator', options, { file: true });
  try {
    const info = readInfo(bytes);
    // Counted before anything is built, so that a small file cannot make us build a large network.
    const count = countGenerator(info.config);
    const tensors = readSafetensors(bytes, { maxValues: count });
    checkCount(tensors, count);
    const weights = Array.from(tensors, ([name, { shape, data }]) => ({ name, shape: [...shape], data }));
    checkFinite(weights);
    const generator = createGenerator(info.config);
    // Other writers of safetensors put the tensors in an order of their own.
    const order = new Map(generator.weights.map(({ originalName }, i) => [originalName, i]));
    weights.sort((a, b) => (order.get(a.name) ?? order.size) - (order.get(b.name) ?? order.size));
    try {
      restoreModel(generator, { topology: undefined, weights }, 'generator');
    } catch (error) {
      generator.dispose();
      throw error;
    }
    return { ...info, generator };
  } catch (error) {
    throw withFile(error, options.file);
  }
}

function checkCount(tensors: ReturnType<typeof readSafetensors>, expected: number): void {
  const got = [...tensors.values()].reduce((total, { data }) => total + data.length, 0);
  if (got !== expected)
    throw new CxrFileError('mismatch', `generator: another network: ${got} weights in place of ${expected}`);
}

/** Reads only what a generator file says about itself. @throws as `readGenerator`. */
export function readGeneratorInfo(bytes: Uint8Array, options: ReadGeneratorOptions = {}): GeneratorInfo {
  checkOptions<ReadGeneratorOptions>('readGeneratorInfo', options, { file: true });
  try {
    return readInfo(bytes);
  } catch (error) {
    throw withFile(error, options.file);
  }
}

function readInfo(bytes: Uint8Array): GeneratorInfo {
  const { format, config, step, classNames } = readSafetensorsMetadata(bytes);
  if (format !== FORMAT)
    throw new CxrFileError('unsupported', 'a safetensors file, but not of a generator of ours');
  const info = { config: savedConfig(parse(config)), step: Number(step) };
  if (step === undefined || !isCount(info.step))
    throw new CxrFileError('corrupt', `step: ${step} is not a number of steps`);
  if (classNames === undefined) return info;
  const names = parse(classNames);
  if (areNames(names, info.config.classes)) return { ...info, classNames: names };
  throw new CxrFileError('corrupt', `classNames: not the names of ${info.config.classes} classes`);
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
