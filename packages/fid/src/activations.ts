import {
  assertImageSet,
  checkOptions,
  type ImageSet,
  type ImageSetOptions,
  type KnownOptions,
  ndarray,
} from '@cxr/image';
import type { NdArray } from 'ndarray';
import { type ActivationRows, activationRows } from './activation-rows.js';
import { assertEngine, type InceptionEngine } from './engines/engine.js';
import { type PreparedImage, prepareAll } from './image-set.js';
import { type Preparation, preparationOf, type ResizeMode, toImageBatch } from './prepare-image.js';
import { Statistics } from './statistics.js';

/** Progress through a set of images. */
export interface ActivationsProgress {
  /** Images done. */
  done: number;
  /** Images in all; undefined if unknown. */
  total: number | undefined;
  /** Images a second since the start. */
  imagesPerSecond: number;
  /** Undefined if the total is unknown. */
  secondsLeft: number | undefined;
  /** Time that the engine computed; the rest of `seconds` it waited for images. */
  engineSeconds: number;
  /** Time since the start. */
  seconds: number;
}

/** Options of `activations`, `activationBatches` and `statistics`. */
export interface ActivationsOptions extends ImageSetOptions {
  /** How images become 299 × 299; only for the Inception. @default 'pil299' */
  resize?: ResizeMode | undefined;
  /** Images a batch, at least 1; it changes no result. @default 50 */
  batchSize?: number | undefined;
  /** Stops the work; its reason is then thrown. */
  signal?: AbortSignal | undefined;
  /** Called after each batch. */
  onProgress?: ((progress: ActivationsProgress) => void) | undefined;
  /** Number of images, from which `onProgress` computes the time left. */
  total?: number | undefined;
}

/** The options of `activations`, for `checkOptions`. */
export const ACTIVATIONS_OPTIONS: KnownOptions<ActivationsOptions> = {
  resize: true,
  batchSize: true,
  range: true,
  bits: true,
  onWarning: true,
  signal: true,
  onProgress: true,
  total: true,
};

/** One batch's activations `[n, dims]` and its images' names. */
export interface ActivationsBatch {
  names: string[];
  activations: NdArray<Float32Array>;
}

/**
 * Activations of a set of images, batch by batch: memory does not grow with the set.
 *
 * @throws TypeError for an argument that is not a set of images or not an engine; RangeError for wrong or unknown options, or an
 * activation that is not finite, naming the image; the signal's reason when aborted.
 */
export async function* activationBatches(
  set: ImageSet,
  engine: InceptionEngine,
  options: ActivationsOptions = {},
): AsyncGenerator<ActivationsBatch> {
  checkOptions('activationBatches', options, ACTIVATIONS_OPTIONS);
  yield* checkedBatches(set, engine, options);
}

/** As `activationBatches`, without a check of the options' names. */
async function* checkedBatches(
  set: ImageSet,
  engine: InceptionEngine,
  options: ActivationsOptions,
): AsyncGenerator<CheckedBatch> {
  const { resize, range, bits, onWarning } = options;
  assertImageSet(set);
  assertEngine(engine);
  const preparation = preparationOf(engine, resize);
  const images = prepareAll(set, preparation, { range, bits, onWarning });
  yield* preparedBatches(images, engine, { ...options, preparation });
}

/** With the activations also as checked rows. */
export interface CheckedBatch extends ActivationsBatch {
  rows: ActivationRows;
}

/** As `activationBatches`, for images that are already prepared as said. */
export async function* preparedBatches(
  images: AsyncIterable<PreparedImage>,
  engine: InceptionEngine,
  options: Omit<ActivationsOptions, 'resize'> & { preparation: Preparation },
): AsyncGenerator<CheckedBatch> {
  const { preparation, batchSize = 50, signal, onProgress, total } = options;
  if (!(Number.isSafeInteger(batchSize) && batchSize > 0))
    throw new RangeError(`invalid batch size: ${batchSize}`);
  const start = performance.now();
  let done = 0;
  let busy = 0;
  for await (const batch of chunks(images, batchSize)) {
    signal?.throwIfAborted();
    const names = batch.map((image) => image.name);
    const begin = performance.now();
    const activations = await engine.activations(
      toImageBatch(
        batch.map((image) => image.pixels),
        preparation,
      ),
      { signal },
    );
    busy += performance.now() - begin;
    const rows = activationRows(activations, names);
    if (rows.n !== names.length || rows.dims !== engine.dims) {
      throw new RangeError(
        `the engine ${engine.name} gave activations [${activations.shape}] for ${names.length} images, not [${names.length},${engine.dims}]`,
      );
    }
    done += batch.length;
    yield { names, activations, rows };
    const seconds = (performance.now() - start) / 1000;
    const imagesPerSecond = done / seconds;
    const secondsLeft = total === undefined ? undefined : (total - done) / imagesPerSecond;
    onProgress?.({ done, total, imagesPerSecond, secondsLeft, engineSeconds: busy / 1000, seconds });
  }
}

/** All activations of a set, `[n, dims]`: n × dims × 4 bytes. @throws as `activationBatches`. */
export async function activations(
  set: ImageSet,
  engine: InceptionEngine,
  options: ActivationsOptions = {},
): Promise<NdArray<Float32Array>> {
  checkOptions('activations', options, ACTIVATIONS_OPTIONS);
  assertEngine(engine);
  const parts: ActivationRows[] = [];
  for await (const { rows } of checkedBatches(set, engine, options)) parts.push(rows);
  return joinActivations(parts, engine.dims);
}

/** The rows of all batches in one array, `[n, dims]`. */
export function joinActivations(parts: readonly ActivationRows[], dims: number): NdArray<Float32Array> {
  const count = parts.reduce((sum, part) => sum + part.n, 0);
  const all = new Float32Array(count * dims);
  let at = 0;
  for (const { data } of parts) {
    all.set(data, at);
    at += data.length;
  }
  return ndarray(all, [count, dims]);
}

/** Mean and covariance of a set's activations, in memory that does not grow with it. @throws as `activationBatches`. */
export async function statistics(
  set: ImageSet,
  engine: InceptionEngine,
  options: ActivationsOptions = {},
): Promise<Statistics> {
  checkOptions('statistics', options, ACTIVATIONS_OPTIONS);
  assertEngine(engine);
  return statisticsOf(set, engine, options);
}

/** As `statistics`, without a check of the options' names. */
export async function statisticsOf(
  set: ImageSet,
  engine: InceptionEngine,
  options: ActivationsOptions,
): Promise<Statistics> {
  const all = Statistics.empty(engine.dims);
  for await (const { rows } of checkedBatches(set, engine, options)) all.add(rows);
  return all;
}

async function* chunks<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let chunk: T[] = [];
  for await (const item of items) {
    chunk.push(item);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
