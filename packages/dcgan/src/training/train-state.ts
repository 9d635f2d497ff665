import { CxrFileError, describeValue, withFile } from '@cxr/image';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { TrainConfig } from '../config.js';
import type { Adam } from './adam.js';
import type { AnchorValues } from './lecam.js';

/** A weight or moment outside TensorFlow.js. */
export interface NamedArray {
  name: string;
  shape: number[];
  data: Float32Array;
}

/** A network: its topology as tfjs-layers writes it, and its weights in order. */
export interface ModelState {
  topology: unknown;
  weights: NamedArray[];
}

/** Everything a run needs to continue, on any machine; on the same backend the result is equal bit for bit. */
export interface TrainState {
  /** Steps done. The data order and all random numbers follow from it and the config's seed. */
  step: number;
  config: TrainConfig;
  /** Which images it was trained on. */
  images: { count: number; digest: string } | undefined;
  generator: ModelState;
  discriminator: ModelState;
  /** The EMA of the generator; undefined if `config.ema` is 0. */
  ema: ModelState | undefined;
  /** Adam's moments: for each trainable weight the first and the second, named `WEIGHT/first` and `WEIGHT/second`. */
  moments: { generator: NamedArray[]; discriminator: NamedArray[] };
  /** Moving averages of the discriminator's logits, for LeCam; undefined if `config.lecam` is 0. */
  anchors?: AnchorValues | undefined;
  /** Probability of each change of DiffAugment; undefined if `config.ada` is 0. */
  augmentProbability?: number | undefined;
  /** The lowest score so far; undefined if the run is not scored. */
  best?: { step: number; score: number } | undefined;
  /** Names of the classes, in the order of their numbers; undefined if the run was given none. */
  classNames?: readonly string[] | undefined;
  /** The folder that the state was read from, for error messages. */
  source?: string | undefined;
}

/** Checks that something looks like a state. @throws TypeError saying what it is in place of that. */
export function checkState(name: string, state: TrainState): void {
  const { config, generator, moments } = (state ?? {}) as Partial<TrainState>;
  if (config && Array.isArray(generator?.weights) && moments) return;
  throw new TypeError(`invalid ${name}: a state of loadCheckpoint is expected, not ${describeValue(state)}`);
}

/** Reads a model out of TensorFlow.js. */
export async function saveModel(model: tfl.LayersModel): Promise<ModelState> {
  const weights = await Promise.all(
    model.weights.map((weight) => toArray(weight.originalName, weight.read())),
  );
  return { topology: model.toJSON(null, false), weights };
}

/** Sets a model's weights. @throws CxrFileError `mismatch` if a name or shape differs. */
export function restoreModel(model: tfl.LayersModel, state: ModelState, what: string): void {
  const expected = model.weights.map(({ originalName, shape }) => ({
    name: originalName,
    shape: shape as number[],
  }));
  checkSame(expected, state.weights, what);
  tf.tidy(() => {
    for (const [i, weight] of model.weights.entries()) weight.write(toTensor(state.weights[i]!));
  });
}

/**
 * Copies the weights of every layer that the state has under the same name with the same shapes. @returns how many layers.
 */
export function copySharedLayers(model: tfl.LayersModel, state: ModelState): number {
  const known = new Map(state.weights.map((array) => [`${array.name} ${array.shape}`, array]));
  let copied = 0;
  tf.tidy(() => {
    for (const { weights } of model.layers) {
      const arrays = weights.map(({ originalName, shape }) => known.get(`${originalName} ${shape}`));
      if (weights.length === 0 || arrays.includes(undefined)) continue;
      for (const [i, weight] of weights.entries()) weight.write(toTensor(arrays[i]!));
      copied++;
    }
  });
  return copied;
}

/** Runs `restore`; a CxrFileError that it throws names the file of this part of the state. */
export function namingFile(state: TrainState, part: string, restore: () => void): void {
  try {
    restore();
  } catch (error) {
    throw withFile(error, state.source && `${state.source}/${part}`);
  }
}

/** Reads an optimiser's moments, named after the model's weights. */
export async function saveMoments(optimiser: Adam, model: tfl.LayersModel): Promise<NamedArray[]> {
  const arrays = optimiser.moments.map(async ({ first, second }, i) => {
    const name = model.trainableWeights[i]!.originalName;
    return [await toArray(`${name}/first`, first), await toArray(`${name}/second`, second)];
  });
  return (await Promise.all(arrays)).flat();
}

/** Sets an optimiser's moments. @throws CxrFileError `mismatch` if a name or shape differs. */
export function restoreMoments(
  optimiser: Adam,
  model: tfl.LayersModel,
  moments: readonly NamedArray[],
): void {
  const variables = optimiser.moments.flatMap(({ first, second }) => [first, second]);
  const expected = variables.map(({ shape }, i) => {
    const name = model.trainableWeights[Math.floor(i / 2)]!.originalName;
    return { name: `${name}/${i % 2 === 0 ? 'first' : 'second'}`, shape };
  });
  checkSame(expected, moments, `${model.name} optimiser`);
  tf.tidy(() => {
    for (const [i, variable] of variables.entries()) variable.assign(toTensor(moments[i]!));
  });
}

async function toArray(name: string, tensor: tf.Tensor): Promise<NamedArray> {
  return { name, shape: [...tensor.shape], data: Float32Array.from(await tensor.data()) };
}

function toTensor({ data, shape }: NamedArray): tf.Tensor {
  return tf.tensor(data, shape, 'float32');
}

type Layout = Pick<NamedArray, 'name' | 'shape'>;

function checkSame(expected: readonly Layout[], got: readonly Layout[], what: string): void {
  const show = (layout: Layout | undefined) => (layout ? `${layout.name} [${layout.shape}]` : 'nothing');
  for (let i = 0; i < Math.max(expected.length, got.length); i++) {
    const [should, is] = [show(expected[i]), show(got[i])];
    if (should !== is)
      throw new CxrFileError('mismatch', `${what}: another network: ${is} in place of ${should}`);
  }
}
