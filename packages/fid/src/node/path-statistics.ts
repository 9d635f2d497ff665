import { checkOptions, type KnownOptions } from '@cxr/image';
import { assertEngine, type InceptionEngine } from '../engines/engine.js';
import type { InceptionWeights } from '../inception/inception-weights.js';
import { assertDims } from '../inception/network.js';
import { assertResizeMode } from '../prepare-image.js';
import { createEngine, type EngineRequest } from './create-engine.js';
import { findWeights } from './find-weights.js';
import { folderStatistics } from './folder-statistics.js';
import { loadWeights } from './load-weights.js';
import type { PathStatisticsOptions, PathsReport } from './path-report.js';
import { type FolderSource, openPath } from './path-source.js';

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
