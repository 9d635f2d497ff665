import { type CxrFileError, fitImage } from '@cxr/image';
import type { ActivationRows } from '../activation-rows.js';
import { joinActivations, preparedBatches } from '../activations.js';
import type { InceptionEngine } from '../engines/engine.js';
import type { PreparedImage } from '../image-set.js';
import { Reservoir } from '../metrics/reservoir.js';
import { type Preparation, prepareFor } from '../prepare-image.js';
import { Statistics } from '../statistics.js';
import type { PathStatistics, PathStatisticsOptions } from './path-report.js';
import { type ArraySource, type ImageSource, tooFewImages } from './path-source.js';
import { createPreparePool, type PreparePool, prepareFiles } from './prepare-files.js';

/** The results of all folders. */
export interface FoldersResult {
  folders: Map<ImageSource, PathStatistics>;
  /** Files left out because they cannot be read. */
  skipped: number;
  /** Time that the engine computed. */
  engineSeconds: number;
}

/**
 * Statistics of folders of images, one after the other. Images are decoded and resized in threads while the engine
 * computes; the first ones already while it is made.
 */
export async function folderStatistics(
  sources: readonly ImageSource[],
  openEngine: () => Promise<InceptionEngine>,
  options: PathStatisticsOptions & { preparation: Preparation },
): Promise<FoldersResult> {
  const { batchSize = 50, workers } = options;
  const pool = createPreparePool({ ahead: 2 * batchSize, workers });
  try {
    const readers = sources.map((source) => openReader(source, pool, options));
    const engine = await openEngine();
    const folders = new Map<ImageSource, PathStatistics>();
    let skipped = 0;
    let engineSeconds = 0;
    for (const reader of readers) {
      const result = await reader.read(engine);
      folders.set(reader.source, result.statistics);
      skipped += result.skipped;
      engineSeconds += result.engineSeconds;
    }
    return { folders, skipped, engineSeconds };
  } finally {
    await pool.close();
  }
}

interface FolderResult {
  statistics: PathStatistics;
  skipped: number;
  engineSeconds: number;
}

/** Files of one folder whose decoding has begun. */
function openReader(
  source: ImageSource,
  pool: PreparePool,
  options: PathStatisticsOptions & { preparation: Preparation },
): { source: ImageSource; read(engine: InceptionEngine): Promise<FolderResult> } {
  const { path, size } = source;
  const { preparation, bits, window, signal, onBad, onWarning, onProgress, batchSize } = options;
  let skipped = 0;
  const skip = (error: CxrFileError): void => {
    skipped++;
    onBad?.(error);
  };
  const warn = onWarning && ((message: string) => onWarning(`${path}: ${message}`));
  const images =
    'images' in source
      ? prepareArray(source, preparation)
      : prepareFiles(pool, source.files, {
          preparation,
          bits,
          window,
          changes: size === undefined ? undefined : [{ kind: 'resize', size }],
          signal,
          onBad: onBad && skip,
          onWarning: warn,
        });
  async function read(engine: InceptionEngine): Promise<FolderResult> {
    const collector = createCollector(engine.dims, options);
    let engineSeconds = 0;
    const batches = preparedBatches(images, engine, {
      preparation,
      batchSize,
      signal,
      total: 'images' in source ? source.images.count : source.files.length,
      onProgress(progress) {
        engineSeconds = progress.engineSeconds;
        onProgress?.({ ...progress, path });
      },
    });
    for await (const { rows, names } of batches) collector.add(rows, names);
    return { statistics: { ...collector.finish(source), part: source.part }, skipped, engineSeconds };
  }
  return { source, read };
}

/** The images of an array, prepared in this thread: there is nothing to decode. */
async function* prepareArray(
  { images, size }: ArraySource,
  preparation: Preparation,
): AsyncGenerator<PreparedImage> {
  for await (const { name, image } of images) {
    const fitted = size === undefined ? image : fitImage(image, { size, channels: images.channels });
    yield { name, pixels: prepareFor(fitted, preparation) };
  }
}

/** Collects the statistics of a folder's activations, and what else the options ask for. */
function createCollector(dims: number, options: PathStatisticsOptions) {
  const { keepActivations = false, sampleSize = 0 } = options;
  const statistics = Statistics.empty(dims);
  const reservoir = new Reservoir(dims, { capacity: sampleSize });
  const names: string[] = [];
  const kept: ActivationRows[] = [];
  return {
    add(rows: ActivationRows, added: readonly string[]): void {
      statistics.add(rows);
      names.push(...added);
      if (keepActivations) kept.push(rows);
      reservoir.add(rows);
    },
    finish({ path, part }: ImageSource): PathStatistics {
      if (names.length < 2) throw tooFewImages(path, names.length, part?.shard);
      return {
        path,
        statistics,
        names,
        activations: keepActivations ? joinActivations(kept, dims) : undefined,
        sample: sampleSize > 0 ? reservoir.activations() : undefined,
      };
    },
  };
}
