import { checkOptions, describeValue, type Image, image, type KnownOptions } from '@cxr/image';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { oneHot } from '../networks/one-hot.js';
import { keyedRng, normals } from '../random.js';
import { checkGenerator, classCount, latentLength } from './check-generator.js';
import { labelOf } from './label-of.js';
import { stretchToBytes } from './stretch-contrast.js';

/** Options of `sample`. */
export interface SampleOptions {
  /** How many images; from 0. */
  count: number;
  /** Sample i follows from the seed and i alone, whatever the batch size and the count. @default 0 */
  seed?: number | undefined;
  /** Images made at a time; at least 1. @default 64 */
  batchSize?: number | undefined;
  /**
   * Latent numbers further from 0 than this are drawn again (Brock et al., 2019): fewer odd images, less variety. At least
   * 0.01. @default none
   */
  truncation?: number | undefined;
  /** Class of all samples, for a conditional generator; `labelOf` finds it by its name. @default the classes in turn */
  label?: number | undefined;
  /**
   * Stretches each image's own darkest and brightest number to 0 and 255, before it is rounded, as the paper's authors' writer did
   * (see `stretchContrast`). It changes the score. @default false
   */
  stretch?: boolean | undefined;
  /** Aborting it ends the sampling before the next batch, with the signal's reason. @default undefined */
  signal?: AbortSignal | undefined;
}

const OPTIONS: KnownOptions<SampleOptions> = {
  count: true,
  seed: true,
  batchSize: true,
  truncation: true,
  label: true,
  stretch: true,
  signal: true,
};

/**
 * Draws images from a generator, as uint8 `[size, size, channels]`, one after another.
 * @throws RangeError for an unknown option, for a count, seed, batch size, truncation or label out of range, or a label where
 * there are no classes; TypeError if it is no generator.
 */
export async function* sample(
  generator: tfl.LayersModel,
  options: SampleOptions,
): AsyncGenerator<Image, void, undefined> {
  checkGenerator('sample', generator);
  checkOptions('sample', options, OPTIONS);
  const { count, seed = 0, batchSize = 64, truncation, label, stretch, signal } = options;
  if (!(Number.isInteger(count) && count >= 0)) throw new RangeError(`invalid count: ${count}`);
  if (!(Number.isInteger(batchSize) && batchSize > 0))
    throw new RangeError(`invalid batchSize: ${batchSize}`);
  const latentDim = latentLength(generator);
  const classes = classCount(generator);
  if (truncation !== undefined) checkTruncation(truncation);
  const fixed = label === undefined ? undefined : labelOf(label, classes);
  for (let first = 0; first < count; first += batchSize) {
    signal?.throwIfAborted();
    const n = Math.min(batchSize, count - first);
    const latents = new Float32Array(n * latentDim);
    for (let i = 0; i < n; i++)
      latents.set(drawLatent(seed, first + i, latentDim, truncation), i * latentDim);
    const labels = Array.from({ length: n }, (_, i) => fixed ?? (first + i) % classes);
    yield* await draw(generator, latents, classes > 0 ? labels : undefined, stretch);
  }
}

/**
 * The latent vector of sample `index`: `latentDim` numbers, N(0, 1).
 * @param truncation numbers further from 0 are drawn again; at least 0.01. @default none
 * @throws RangeError naming the argument that is out of its range.
 */
export function drawLatent(
  seed: number,
  index: number,
  latentDim: number,
  truncation?: number,
): Float32Array {
  for (const [name, value, min] of [
    ['seed', seed, Number.MIN_SAFE_INTEGER],
    ['index', index, 0],
    ['latentDim', latentDim, 1],
  ] as const) {
    if (!(Number.isSafeInteger(value) && value >= min)) throw new RangeError(`invalid ${name}: ${value}`);
  }
  const random = keyedRng(seed, 'sample', index);
  if (truncation === undefined) return normals(random, latentDim);
  checkTruncation(truncation);
  return Float32Array.from({ length: latentDim }, () => {
    let value = random.normal();
    while (Math.abs(value) > truncation) value = random.normal();
    return value;
  });
}

/** A bound nearer to 0 would be drawn for ever. */
function checkTruncation(truncation: number): void {
  if (!(truncation >= 0.01)) throw new RangeError(`invalid truncation: ${truncation} (at least 0.01)`);
}

/**
 * Runs a generator on latents (`n × latentDim` numbers) and, where it is conditional, n labels.
 * @returns n uint8 images `[size, size, channels]`: −1 … 1 becomes 0 … 255, rounded.
 * @throws RangeError for latents that are no whole number of vectors, and for labels that are not n, out of range, or given to
 * an unconditional generator; TypeError if it is no generator, or latents or labels are of another type.
 */
export async function render(
  generator: tfl.LayersModel,
  latents: Float32Array,
  labels?: readonly number[],
): Promise<Image[]> {
  checkGenerator('render', generator);
  if (!(latents instanceof Float32Array)) {
    throw new TypeError(`render takes latents as a Float32Array, not ${describeValue(latents)}`);
  }
  if (labels !== undefined && !Array.isArray(labels)) {
    throw new TypeError(`render takes labels as an array of numbers, not ${describeValue(labels)}`);
  }
  const n = latents.length / latentLength(generator);
  const classes = classCount(generator);
  if (!Number.isInteger(n)) throw new RangeError(`invalid latents length: ${latents.length}`);
  for (const label of labels ?? []) labelOf(label, classes);
  if (classes > 0 && labels?.length !== n) {
    throw new RangeError(`invalid labels: ${labels?.length ?? 'none'} for ${n} latents`);
  }
  return draw(generator, latents, labels);
}

/** Runs the generator, and turns the numbers of each image, −1 … 1, into 8 bits; with `stretch` its own range. */
export async function draw(
  generator: tfl.LayersModel,
  latents: Float32Array,
  labels: readonly number[] | undefined,
  stretch = false,
): Promise<Image[]> {
  const n = latents.length / latentLength(generator);
  const pixels = tf.tidy(() => {
    const input = tf.tensor2d(latents, [n, latentLength(generator)]);
    const encoded = oneHot(labels ?? [], classCount(generator));
    return generator.apply(encoded ? [input, encoded] : input) as tf.Tensor4D;
  });
  const [, height, width, channels] = pixels.shape;
  const values = await pixels.data();
  pixels.dispose();
  const size = height * width * channels;
  const convert = stretch ? toStretched : toBytes;
  return Array.from({ length: n }, (_, i) =>
    image(convert(values.subarray(i * size, (i + 1) * size) as Float32Array), height, width, channels),
  );
}

function toBytes(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.length);
  for (let i = 0; i < bytes.length; i++)
    bytes[i] = Math.min(255, Math.max(0, Math.round((values[i]! + 1) * 127.5)));
  return bytes;
}

function toStretched(values: Float32Array): Uint8Array {
  return stretchToBytes(values) ?? toBytes(values);
}
