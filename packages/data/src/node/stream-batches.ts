import { pathToFileURL } from 'node:url';
import {
  BitsMonitor,
  type CxrFileError,
  checkBits,
  checkFit,
  checkOptions,
  checkWholeNumber,
  createRng,
  FIT_OPTIONS,
  type FitOptions,
  shuffle,
} from '@cxr/image';
import type { Batch } from '../batches/batches.js';
import { GAN_RANGE, scaleInto } from '../batches/to-batch.js';
import { checkLimit } from '../check-limit.js';
import { checkWindow } from '../codecs/dicom/check-window.js';
import { checkFiles } from './check-files.js';
import type { FitFileJob, FittedFile } from './fit-file.js';
import type { ReadImageOptions } from './read-image.js';
import { checkShard, inShard, type Shard } from './shard.js';
import { WorkerPool, type WorkerPoolOptions } from './worker-pool.js';

/** Batch and image size, order, threads and errors of `streamBatches`. */
export interface StreamBatchesOptions extends FitOptions, WorkerPoolOptions {
  /** Images in a batch, from 1 on; the last one of an epoch may have fewer. */
  batchSize: number;
  /** Shuffles each epoch, keyed by (seed, epoch). @default the order given */
  seed?: number | undefined;
  /** @default 1 */
  epochs?: number | undefined;
  /** Leaves out the last batch of an epoch if it is not full. @default false */
  dropLast?: boolean | undefined;
  /** A module whose default export is an `Augment`: run in the threads, on the resized image. */
  augment?: URL | string | undefined;
  /** Passed on to it: what can be cloned between threads. */
  augmentParameter?: unknown;
  /** The largest width × height of a file, as for `readImage`. @default 50 million */
  maxPixels?: number | undefined;
  /** Bits that the samples of 16-bit PNG and TIFF really use, 1 to 16, see `decodeImage`. @default 16 */
  bits?: number | undefined;
  /** Values shown of DICOM, and of grey TIFF with signed, floating-point or 32-bit samples, see `decodeImage`. @default 'file', as the file says */
  window?: ReadImageOptions['window'];
  /** Called once, at the end of the first epoch, where the 16-bit images use so few bits that `bits` is missing. */
  onWarning?: ((message: string) => void) | undefined;
  /** Goes on after a file that cannot be read, calling `onBad`. @default false: it throws */
  skipBad?: boolean | undefined;
  /** Called with each bad file's error where `skipBad` is set. @default none */
  onBad?: ((error: CxrFileError) => void) | undefined;
  /**
   * `[index, count]`: of each epoch's order, every `count`-th image from `index` on, so that `count` machines with the same seed
   * read each image once. `indices` still count in `files`. @default [0, 1], all
   */
  shard?: Shard | undefined;
  /** Aborts the work: its reason is thrown. @default none */
  signal?: AbortSignal | undefined;
}

/** A batch of `streamBatches`. */
export interface FileBatch extends Batch {
  epoch: number;
  /** Where in `files` these are, `[n]`. */
  indices: number[];
}

/**
 * Streams image files as batches `[n, size, size, channels]` in [−1, 1]: list, decode, resize, augment, batch. Threads
 * work ahead of the reader, `ahead` images at most, so memory does not grow with the number of files; the order, and so
 * every batch, is the same for any number of threads.
 * @throws RangeError for unknown or invalid options, TypeError unless `files` is an array: both at once. While reading: CxrFileError of the
 * first bad file, unless `skipBad`; the signal's reason.
 */
export function streamBatches(
  files: readonly string[],
  options: StreamBatchesOptions,
): AsyncGenerator<FileBatch, void, void> {
  checkFiles('streamBatches', files);
  checkOptions<StreamBatchesOptions>('streamBatches', options, {
    batchSize: true,
    ...FIT_OPTIONS,
    seed: true,
    epochs: true,
    dropLast: true,
    workers: true,
    ahead: true,
    augment: true,
    augmentParameter: true,
    maxPixels: true,
    bits: true,
    window: true,
    onWarning: true,
    skipBad: true,
    onBad: true,
    shard: true,
    signal: true,
  });
  const { batchSize, epochs = 1, seed, maxPixels, bits, workers, ahead, shard } = options;
  if (shard !== undefined) checkShard(shard);
  if (maxPixels !== undefined) checkLimit('maxPixels', maxPixels);
  if (bits !== undefined) checkBits(bits);
  checkWindow('window', options.window, 'LINEAR_EXACT');
  if (seed !== undefined) createRng(seed);
  checkFit(options);
  checkWholeNumber('batchSize', batchSize);
  checkWholeNumber('epochs', epochs);
  checkWholeNumber('workers', workers ?? 0, 0);
  checkWholeNumber('ahead', ahead ?? 1);
  return readBatches(files, options);
}

async function* readBatches(
  files: readonly string[],
  options: StreamBatchesOptions,
): AsyncGenerator<FileBatch, void, void> {
  const { batchSize, size, channels = 1, epochs = 1, dropLast = false, skipBad = false } = options;
  const { onBad, onWarning, signal, workers, ahead } = options;
  const length = size * size * channels;
  // Threads start here, at the first batch: a stream that is never read must not start any.
  const pool = new WorkerPool<FitFileJob, FittedFile>(moduleBeside('fit-file'), { workers, ahead });
  const bitsMonitor = new BitsMonitor(onWarning);
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      let data = new Float32Array(batchSize * length);
      let indices: number[] = [];
      const jobs = jobsOf(files, epoch, options);
      for await (const result of pool.map(jobs, { signal })) {
        if ('error' in result) {
          if (!skipBad) throw result.error;
          onBad?.(result.error);
          continue;
        }
        if (epoch === 0 && result.value.usedBits !== undefined) bitsMonitor.add(result.value.usedBits);
        scaleInto(data, indices.length * length, result.value.data);
        indices.push(result.item.index);
        if (indices.length === batchSize) {
          yield { data, shape: [batchSize, size, size, channels], range: GAN_RANGE, epoch, indices };
          data = new Float32Array(batchSize * length);
          indices = [];
        }
      }
      bitsMonitor.finish();
      const rest = indices.length;
      if (rest > 0 && !dropLast) {
        yield {
          data: data.slice(0, rest * length),
          shape: [rest, size, size, channels],
          range: GAN_RANGE,
          epoch,
          indices,
        };
      }
    }
  } finally {
    await pool.close();
  }
}

function* jobsOf(
  files: readonly string[],
  epoch: number,
  options: StreamBatchesOptions,
): Generator<FitFileJob, void, void> {
  const {
    size,
    channels = 1,
    filter,
    seed,
    augment,
    augmentParameter: parameter,
    maxPixels,
    bits,
    window,
  } = options;
  const fit: FitOptions = { size, channels, filter };
  const module = typeof augment === 'string' ? pathToFileURL(augment).href : augment?.href;
  const order = Uint32Array.from(files.keys());
  const indices = seed === undefined ? order : shuffle([...order], createRng(seed, epoch));
  for (const index of inShard(indices, options.shard)) {
    yield { file: files[index]!, epoch, index, fit, maxPixels, bits, window, augment: module, parameter };
  }
}

function moduleBeside(name: string): URL {
  return new URL(import.meta.url.replace(/stream-batches(\.[jt]s)/, `${name}$1`));
}
