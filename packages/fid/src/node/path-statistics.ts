import { type CxrFileError, checkOptions, type KnownOptions } from '@cxr/image';
import type { NdArray } from 'ndarray';
import type { ActivationsProgress } from '../activations.js';
import { assertEngine, type InceptionEngine } from '../engines/engine.js';
import type { InceptionWeights } from '../inception/inception-weights.js';
import { assertDims } from '../inception/network.js';
import { assertResizeMode, type ResizeMode } from '../prepare-image.js';
import type { Statistics } from '../statistics.js';
import { type CreateEngineOptions, createEngine, type EngineRequest } from './create-engine.js';
import { type FindWeightsOptions, findWeights } from './find-weights.js';
import { folderStatistics } from './folder-statistics.js';
import { loadWeights } from './load-weights.js';
import { type FolderSource, openPath } from './path-source.js';

/** Options of `pathStatistics`. */
export interface PathStatisticsOptions extends Omit<CreateEngineOptions, 'dims' | 'engine'> {
  /** An engine, or the name of one of ours, which is then made for this call. @default 'auto' */
  engine?: EngineRequest | InceptionEngine | undefined;
  /** Length of an image's activations. @default that of a given engine, else 2048, as in pytorch-fid */
  dims?: number | undefined;
  /** How images become 299 × 299. @default 'pil299' */
  resize?: ResizeMode | undefined;
  /** Images a batch, at least 1; it changes no result. @default 50 */
  batchSize?: number | undefined;
  /** Threads that decode and resize; 0 for none. @default one a core, at most 8 */
  workers?: number | undefined;
  /** Look into sub-folders, too. @default false */
  recursive?: boolean | undefined;
  /**
   * Bits that 16-bit files really use, 1 to 16, if their format does not say: 12 for 0..4095. See `readImage`.
   * @default 16
   */
  bits?: number | undefined;
  /** Called once a folder, after its last image, if its 16-bit images use so few bits that `bits` seems to be missing. */
  onWarning?: ((message: string) => void) | undefined;
  /** Called for each file that cannot be read, which is then left out; without it the first one is an error. */
  onBad?: ((error: CxrFileError) => void) | undefined;
  /** Loaded weights, or where to look for them. Not used with a given engine, which has its own. @default those of `findWeights` */
  weights?: InceptionWeights | FindWeightsOptions | undefined;
  /** Keep each image's activations, n × dims × 4 bytes, for metrics that need them. @default false */
  keepActivations?: boolean | undefined;
  /** Keep a random sample of so many activations a folder, for a noise floor; the same in each run. @default 0 */
  sampleSize?: number | undefined;
  /** Stops the work; its reason is then thrown. */
  signal?: AbortSignal | undefined;
  /** Called after each batch. */
  onProgress?: ((progress: ActivationsProgress & { path: string }) => void) | undefined;
}

const OPTIONS: KnownOptions<PathStatisticsOptions> = {
  engine: true,
  dims: true,
  resize: true,
  batchSize: true,
  workers: true,
  recursive: true,
  bits: true,
  onWarning: true,
  onBad: true,
  weights: true,
  keepActivations: true,
  sampleSize: true,
  backend: true,
  threads: true,
  signal: true,
  onProgress: true,
};

/** The result of one path. */
export interface PathStatistics {
  /** As given. */
  path: string;
  /** Of its images. */
  statistics: Statistics;
  /** Files in the order of the activations; empty for a statistics file. */
  names: string[];
  /** `[n, dims]`, if `keepActivations` is set and the path is a folder. */
  activations?: NdArray<Float32Array> | undefined;
  /** `[m, dims]` of them, if `sampleSize` is set. */
  sample?: NdArray<Float32Array> | undefined;
}

/** The results of all paths. */
export interface PathsReport {
  /** Length of the activations. */
  dims: number;
  /** How the images became 299 × 299. */
  resize: ResizeMode;
  /** In the order of the paths. */
  paths: PathStatistics[];
  /** Absent if all paths were statistics files, so that no network was run. */
  engine?: Pick<InceptionEngine, 'name' | 'device'> | undefined;
  /** The weights loaded for this call; absent with a given engine. */
  weights?: InceptionWeights | undefined;
  /** Files left out because they cannot be read. */
  skipped: number;
  /** Time of the whole, and the part of it that the engine computed. */
  seconds: { features: number; engine: number };
}

/**
 * Statistics of each path, a folder of images or an .npz in pytorch-fid's format. Images are decoded and resized in
 * worker threads while the engine computes.
 *
 * @throws CxrFileError for a path that cannot be read, a folder with fewer than two images (`empty`) and statistics of other
 * dims (`mismatch`); TypeError and RangeError for wrong or unknown options.
 */
export async function pathStatistics(
  paths: readonly string[],
  options: PathStatisticsOptions = {},
): Promise<PathsReport> {
  if (!Array.isArray(paths)) throw new TypeError(`expected a list of paths, not ${typeof paths} ${paths}`);
  checkOptions('pathStatistics', options, OPTIONS);
  const { engine, resize = 'pil299', recursive = false } = options;
  const dims = dimsOf(options);
  assertResizeMode(resize);
  const start = performance.now();
  const sources = await inTurn(paths, (path) => openPath(path, { dims, recursive }));
  const folders = sources.filter((source): source is FolderSource => 'files' in source);
  const lent = typeof engine === 'object' ? { engine, dispose: () => {} } : undefined;
  let used: OpenEngine | undefined;
  try {
    const open = async (): Promise<InceptionEngine> => {
      used = lent ?? (await openEngine(options));
      return used.engine;
    };
    const none = { folders: new Map(), skipped: 0, engineSeconds: 0 };
    const computed =
      folders.length === 0 ? none : await folderStatistics(folders, open, { ...options, resize });
    return {
      dims,
      resize,
      paths: sources.map((source) =>
        'files' in source ? computed.folders.get(source)! : { ...source, names: [] },
      ),
      engine: used && { name: used.engine.name, device: used.engine.device },
      weights: used?.weights,
      skipped: computed.skipped,
      seconds: { features: (performance.now() - start) / 1000, engine: computed.engineSeconds },
    };
  } finally {
    used?.dispose();
  }
}

async function inTurn<T, U>(items: readonly T[], convert: (item: T) => Promise<U>): Promise<U[]> {
  const results: U[] = [];
  for (const item of items) results.push(await convert(item));
  return results;
}

function dimsOf({ engine, dims }: PathStatisticsOptions): number {
  if (typeof engine !== 'object') {
    assertDims(dims ?? 2048);
    return dims ?? 2048;
  }
  assertEngine(engine);
  if (dims !== undefined && dims !== engine.dims)
    throw new RangeError(`the engine ${engine.name} gives ${engine.dims} dims, not ${dims}`);
  return engine.dims;
}

interface OpenEngine {
  engine: InceptionEngine;
  weights?: InceptionWeights;
  dispose(): void;
}

async function openEngine(options: PathStatisticsOptions): Promise<OpenEngine> {
  const { weights: given, dims = 2048, signal, backend, threads } = options;
  assertDims(dims);
  const weights =
    given && 'tensors' in given
      ? given
      : await loadWeights(await findWeights({ ...given, signal: signal ?? given?.signal }));
  signal?.throwIfAborted();
  const name = options.engine as EngineRequest | undefined;
  const engine = await createEngine(weights, { dims, engine: name, backend, threads });
  return { engine, weights, dispose: () => engine.dispose() };
}
