import { stat } from 'node:fs/promises';
import { listImages } from '@cxr/data/node';
import { CxrFileError } from '@cxr/image';
import type { NdArray } from 'ndarray';
import type { ActivationRows } from '../activation-rows.js';
import { type ActivationsProgress, joinActivations, preparedBatches } from '../activations.js';
import type { InceptionEngine } from '../engines/engine.js';
import type { PreparedImage } from '../image-set.js';
import type { InceptionWeights } from '../inception/inception-weights.js';
import { assertDims, type Dims } from '../inception/network.js';
import { Reservoir } from '../metrics/reservoir.js';
import { assertResizeMode, type ResizeMode } from '../prepare-image.js';
import { Statistics } from '../statistics.js';
import { type CreateEngineOptions, createEngine } from './create-engine.js';
import { type FindWeightsOptions, findWeights } from './find-weights.js';
import { loadWeights } from './load-weights.js';
import { createPreparePool, prepareFiles } from './prepare-files.js';
import { readStatistics } from './statistics-file.js';

export interface GatherPathsOptions extends Omit<CreateEngineOptions, 'dims'> {
  /** Default 2048, as pytorch-fid has it. */
  dims?: Dims;
  /** Default `pil299`. */
  resize?: ResizeMode;
  /** Images a batch, default 50. */
  batchSize?: number;
  /** Threads that decode and resize; 0 for none. */
  workers?: number;
  /** Look into sub-folders, too. */
  recursive?: boolean;
  /** Called for each file that cannot be read, which is then left out; without it the first one is an error. */
  onBad?: (error: CxrFileError) => void;
  /** Weights already loaded, or where they are looked for. */
  weights?: InceptionWeights | FindWeightsOptions;
  /** Keep each image's activations, n × dims × 4 bytes, for metrics that need them. */
  keepActivations?: boolean;
  /** Keep a seeded random sample of that many activations a folder, for a noise floor. Default 0. */
  sampleSize?: number;
  signal?: AbortSignal;
  onProgress?: (progress: ActivationsProgress & { path: string }) => void;
}

/** What one path gave. */
export interface GatheredPath {
  path: string;
  statistics: Statistics;
  /** Files in the order of the activations; empty for a statistics file. */
  names: string[];
  /** `[n, dims]`, where `keepActivations` is set and the path is a folder. */
  activations?: NdArray<Float32Array>;
  /** `[m, dims]` of them, where `sampleSize` is set. */
  sample?: NdArray<Float32Array>;
}

/** What all paths gave, and how. */
export interface Gathered {
  dims: Dims;
  resize: ResizeMode;
  paths: GatheredPath[];
  /** Absent when all paths were statistics, so that no network was run. */
  engine?: Pick<InceptionEngine, 'name' | 'device'>;
  weights?: InceptionWeights;
  /** Files left out as unreadable. */
  skipped: number;
  /** Of the whole, and the part in which the engine computed. */
  seconds: { features: number; engine: number };
}

/**
 * Statistics of each path, a folder of images or an .npz of pytorch-fid's kind. Images are decoded and resized in
 * worker threads while the engine computes.
 *
 * @throws CxrFileError for what cannot be read, a folder with fewer than two images (`empty`) and statistics of other
 * dims (`mismatch`); RangeError for wrong options.
 */
export async function gatherPaths(
  paths: readonly string[],
  options: GatherPathsOptions = {},
): Promise<Gathered> {
  const { dims = 2048, resize = 'pil299', recursive = false } = options;
  assertDims(dims);
  assertResizeMode(resize);
  const start = performance.now();
  const sources: Source[] = [];
  for (const path of paths) sources.push(await openSource(path, dims, recursive));
  const gathered: Gathered = { dims, resize, paths: [], skipped: 0, seconds: { features: 0, engine: 0 } };
  if (sources.every((source) => 'statistics' in source)) {
    gathered.paths = sources.map(({ path, statistics }) => ({ path, statistics, names: [] }));
  } else {
    await gatherImages(sources, gathered, options);
  }
  gathered.seconds.features = (performance.now() - start) / 1000;
  return gathered;
}

type Source = { path: string; files: string[] } | { path: string; statistics: Statistics };

async function openSource(path: string, dims: Dims, recursive: boolean): Promise<Source> {
  if (await isFolder(path)) {
    const files = await listImages(path, { recursive });
    if (files.length < 2) throw tooFew(path, files.length);
    return { path, files };
  }
  const statistics = await readStatistics(path);
  if (statistics.dims !== dims) {
    throw new CxrFileError('mismatch', `statistics have ${statistics.dims} dims, not ${dims}`, {
      file: path,
    });
  }
  return { path, statistics };
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new CxrFileError('not-found', 'there is no such file or folder', { file: path, cause });
  }
}

function tooFew(path: string, count: number): CxrFileError {
  return new CxrFileError('empty', `a FID needs at least two images a set: ${count} here`, { file: path });
}

async function gatherImages(
  sources: readonly Source[],
  gathered: Gathered,
  options: GatherPathsOptions,
): Promise<void> {
  const { dims, resize } = gathered;
  const { onBad, signal, batchSize = 50, workers } = options;
  const pool = createPreparePool({
    ahead: 2 * batchSize,
    ...(workers === undefined ? {} : { workers }),
  });
  try {
    const skip = (error: CxrFileError): void => {
      gathered.skipped++;
      onBad?.(error);
    };
    const prepareOptions = { resize, onBad: onBad && skip, signal };
    // The first files are read while the weights are, and those of the next folder before the last one's end.
    const streams = sources.map((source) =>
      'files' in source ? prepareFiles(pool, source.files, prepareOptions) : undefined,
    );
    gathered.weights = await resolveWeights(options.weights, signal);
    signal?.throwIfAborted();
    const engine = await createEngine(gathered.weights, { ...options, dims });
    gathered.engine = { name: engine.name, device: engine.device };
    try {
      for (const [i, source] of sources.entries()) {
        const images = streams[i];
        if (!images) {
          const { path, statistics } = source as { path: string; statistics: Statistics };
          gathered.paths.push({ path, statistics, names: [] });
          continue;
        }
        const total = (source as { files: string[] }).files.length;
        gathered.paths.push(await gatherFolder(source.path, images, total, engine, gathered, options));
      }
    } finally {
      engine.dispose();
    }
  } finally {
    await pool.close();
  }
}

async function gatherFolder(
  path: string,
  images: AsyncIterable<PreparedImage>,
  total: number,
  engine: InceptionEngine,
  gathered: Gathered,
  options: GatherPathsOptions,
): Promise<GatheredPath> {
  const { keepActivations = false, sampleSize = 0, batchSize, signal, onProgress } = options;
  const reservoir = new Reservoir(gathered.dims, { capacity: sampleSize });
  const statistics = Statistics.empty(gathered.dims);
  const names: string[] = [];
  const kept: ActivationRows[] = [];
  let busy = 0;
  const batches = preparedBatches(images, engine, {
    resize: gathered.resize,
    total,
    ...(batchSize === undefined ? {} : { batchSize }),
    ...(signal ? { signal } : {}),
    onProgress(progress) {
      busy = progress.engineSeconds;
      onProgress?.({ ...progress, path });
    },
  });
  for await (const batch of batches) {
    statistics.add(batch.rows);
    names.push(...batch.names);
    if (keepActivations) kept.push(batch.rows);
    if (sampleSize > 0) reservoir.add(batch.activations);
  }
  gathered.seconds.engine += busy;
  if (names.length < 2) throw tooFew(path, names.length);
  return {
    path,
    statistics,
    names,
    ...(keepActivations ? { activations: joinActivations(kept, gathered.dims) } : {}),
    ...(sampleSize > 0 ? { sample: reservoir.activations() } : {}),
  };
}

async function resolveWeights(
  weights: InceptionWeights | FindWeightsOptions | undefined,
  signal: AbortSignal | undefined,
): Promise<InceptionWeights> {
  if (weights && 'tensors' in weights) return weights;
  return loadWeights(await findWeights({ ...weights, ...(signal ? { signal } : {}) }));
}
