import { checkShard } from '@cxr/data/node';
import { checkOptions, describeValue, type KnownOptions } from '@cxr/image';
import { assertPositive, type InceptionEngine } from '../engines/engine.js';
import { preparationOf, RESIZE_MODES, type ResizeMode, resizeOf } from '../prepare-image.js';
import { folderStatistics } from './folder-statistics.js';
import { describeEngine, dimsOf, type OpenEngine, openEngine } from './open-engine.js';
import type { PathStatistics, PathStatisticsOptions, PathsReport, SizedPath } from './path-report.js';
import { type ImageSource, openPath, type PathSource } from './path-source.js';
import { checkComparable, settingsOf } from './statistics-settings.js';

const OPTIONS: KnownOptions<PathStatisticsOptions> = {
  engine: true,
  dims: true,
  resize: true,
  batchSize: true,
  workers: true,
  recursive: true,
  bits: true,
  window: true,
  shard: true,
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
 * Statistics of each path, a folder of images, an .npy or .npz with an array of images (see `openArrayImages`), or an .npz in pytorch-fid's format; with a `size`, of images at that size. Images are decoded and resized in
 * worker threads while the engine computes.
 *
 * @throws CxrFileError for a path that cannot be read, a folder with fewer than two images (`empty`) and statistics of other
 * dims, resize, preprocessing or encoder (`mismatch`); TypeError and RangeError for wrong or unknown options.
 */
export async function pathStatistics(
  paths: readonly (string | SizedPath)[],
  options: PathStatisticsOptions = {},
): Promise<PathsReport> {
  if (!Array.isArray(paths)) throw new TypeError(`expected a list of paths, not ${describeValue(paths)}`);
  checkOptions('pathStatistics', options, OPTIONS);
  const { recursive = false, keepActivations = false, bits, window, shard, onWarning } = options;
  if (shard !== undefined) checkShard(shard);
  const dims = dimsOf(options);
  const preparation = preparationOf(options.engine, options.resize);
  const start = performance.now();
  const sources = await inTurn(paths, (path) =>
    openPath(sizedPath(path), { dims, recursive, keepActivations, bits, shard, onWarning }),
  );
  const folders = sources.filter(isUnread);
  checkComparable(
    sources.flatMap((source) => ('settings' in source ? [source] : [])),
    folders.length === 0
      ? undefined
      : settingsOf({ preparation, bits, window, size: undefined, used: givenEngine(options) }),
  );
  let used: OpenEngine | undefined;
  try {
    const open = async (): Promise<InceptionEngine> => {
      used = await openEngine(options);
      return used.engine;
    };
    const none = { folders: new Map(), skipped: 0, engineSeconds: 0 };
    const computed =
      folders.length === 0 ? none : await folderStatistics(folders, open, { ...options, preparation });
    const withSettings = (source: ImageSource): PathStatistics => {
      const result = computed.folders.get(source)!;
      const settings = settingsOf({ preparation, bits, window, size: source.size, used });
      return { ...result, settings, part: result.part && { ...result.part, settings } };
    };
    return {
      dims,
      resize: folders.length > 0 ? resizeOf(preparation) : resizeSaid(sources, resizeOf(preparation)),
      paths: sources.map((source) => (isUnread(source) ? withSettings(source) : { ...source, names: [] })),
      engine: used && describeEngine(used.engine),
      weights: used?.weights,
      skipped: computed.skipped,
      seconds: { features: (performance.now() - start) / 1000, engine: computed.engineSeconds },
    };
  } finally {
    used?.dispose();
  }
}

function isUnread(source: PathSource): source is ImageSource {
  return 'files' in source || 'images' in source;
}

/** How the images of statistics files became 299 × 299, if a file says how it was made. @param asked if none does */
function resizeSaid(sources: readonly PathSource[], asked: ResizeMode | undefined): ResizeMode | undefined {
  const settings = sources
    .map((source) => ('settings' in source ? source.settings : undefined))
    .find(Boolean);
  return settings ? RESIZE_MODES.find((mode) => mode === settings.resize) : asked;
}

/** An engine of the caller's, which may be an encoder. */
export function givenEngine({
  engine,
}: PathStatisticsOptions): Pick<OpenEngine, 'engine' | 'weights'> | undefined {
  return typeof engine === 'object' ? { engine, weights: undefined } : undefined;
}

function sizedPath(path: string | SizedPath): SizedPath {
  const sized = typeof path === 'string' ? { path } : path;
  if (typeof sized?.path !== 'string') throw new TypeError(`expected a path, not ${describeValue(path)}`);
  checkOptions('pathStatistics', sized, { path: true, size: true });
  assertPositive('size', sized.size);
  return sized;
}

async function inTurn<T, U>(items: readonly T[], convert: (item: T) => Promise<U>): Promise<U[]> {
  const results: U[] = [];
  for (const item of items) results.push(await convert(item));
  return results;
}
