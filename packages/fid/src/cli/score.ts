import { frechetDistance } from '../frechet-distance.js';
import { type Gathered, type GatherPathsOptions, gatherPaths } from '../node/gather-paths.js';
import { writeStatistics } from '../node/statistics-file.js';
import { type CliOptions, parseOptions, USAGE } from './options.js';
import { downloadBar, note, progressBar } from './progress.js';

/** `cxr-fid PATH1 PATH2` and `cxr-fid --save-stats FOLDER OUT`. */
export async function score(args: readonly string[], signal: AbortSignal): Promise<void> {
  const start = performance.now();
  const options = parseOptions(args);
  if (!options) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  if (options.saveStats) {
    const [folder, out] = options.paths;
    const gathered = await gatherPaths([folder], gatherOptions(options, signal));
    await writeStatistics(out, gathered.paths[0]!.statistics);
    note(`wrote ${out}`);
    return;
  }
  const gathered = await gatherPaths(options.paths, gatherOptions(options, signal));
  const [a, b] = gathered.paths as [Gathered['paths'][0], Gathered['paths'][0]];
  const beforeDistance = performance.now();
  const fid = frechetDistance(a.statistics, b.statistics);
  const distance = (performance.now() - beforeDistance) / 1000;
  explain(gathered);
  if (!options.json) {
    process.stdout.write(`FID:  ${fid}\n`);
    return;
  }
  const { features, engine } = gathered.seconds;
  const total = (performance.now() - start) / 1000;
  const { weights } = gathered;
  const result = {
    fid,
    dims: gathered.dims,
    resize: gathered.resize,
    engine: gathered.engine?.name ?? null,
    device: gathered.engine?.device ?? null,
    n1: a.statistics.count ?? null,
    n2: b.statistics.count ?? null,
    weights: weights && { file: weights.file ?? null, sha256: weights.sha256 ?? null, kind: weights.kind },
    skipped: gathered.skipped,
    seconds: { features, distance, total, engine },
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

function gatherOptions(options: CliOptions, signal: AbortSignal): GatherPathsOptions {
  const { dims, resize, batchSize, workers, recursive, engine, backend, threads, weights, skipBad } = options;
  return {
    dims,
    resize,
    batchSize,
    recursive,
    engine,
    backend,
    signal,
    ...(workers === undefined ? {} : { workers }),
    ...(threads === undefined ? {} : { threads }),
    ...(skipBad ? { onBad: (error) => note(`skipped ${error.message}`) } : {}),
    weights: { ...(weights === undefined ? {} : { file: weights }), onProgress: downloadBar() },
    onProgress: progressBar(),
  };
}

function explain({ engine, seconds, skipped }: Gathered): void {
  if (skipped > 0) note(`${skipped} ${skipped === 1 ? 'file' : 'files'} could not be read and were left out`);
  if (!engine) return;
  const share = Math.round((100 * seconds.engine) / seconds.features);
  note(`engine ${engine.name} (${engine.device}), busy ${share} % of ${seconds.features.toFixed(1)} s`);
}
