import { basename } from 'node:path';
import type { CliContext, Output, Progress } from '@cxr/cli';
import { listClassFolders } from '@cxr/data/node';
import { type FrechetMethod, frechetDistance } from '../metrics/frechet-distance.js';
import { type NoiseFloor, noiseFloor } from '../metrics/noise-floor.js';
import type { PathStatistics, PathStatisticsOptions, PathsReport } from '../node/path-report.js';
import { pathStatistics } from '../node/path-statistics.js';
import { writeStatistics } from '../node/statistics-file.js';
import { furtherMetrics } from './further-metrics.js';
import type { CliOptions } from './options.js';

/** The noise floor uses at most so many images of the first path. */
const FLOOR_SAMPLE = 5000;

/** The distance of both paths to a folder of images of one class. */
interface ClassDistance {
  name: string;
  n: number;
  fid1: number;
  fid2: number;
}

/** `cxr-fid PATH1 PATH2` and `cxr-fid --save-stats FOLDER OUT`. */
export async function score(options: CliOptions, context: CliContext): Promise<void> {
  const start = performance.now();
  const { output } = context;
  if (options.saveStats) return saveStatistics(options, context);

  const classes = options.againstClasses === undefined ? [] : await classPaths(options.againstClasses);
  const paths = [...options.paths, ...classes.map(({ path }) => path)];
  const warnings: string[] = [];
  const report = await pathStatistics(paths, {
    ...pathOptions(options, context),
    onWarning: (message) => warnings.push(message),
  });
  const [a, b, ...others] = report.paths as [PathStatistics, PathStatistics, ...PathStatistics[]];
  const beforeDistance = performance.now();
  const { method } = options;
  const fid = frechetDistance(a.statistics, b.statistics, { method });
  const distance = (performance.now() - beforeDistance) / 1000;
  const further = await furtherMetrics(options, [a, b]);
  const floor =
    options.floor && a.sample && a.sample.shape[0]! >= 4
      ? noiseFloor(a.sample, { seed: options.seed })
      : null;
  const against = others.map((other, i) => againstClass(classes[i]!.name, other, [a, b], method));
  warnings.push(...warningsOf(report));
  explain(report, floor, against, warnings, output);
  if (!options.json) {
    output.result(`FID:  ${fid}`);
    for (const [name, value] of Object.entries(further)) output.note(`${name}: ${JSON.stringify(value)}`);
    return;
  }
  const { weights, engine, seconds } = report;
  const result = {
    fid,
    dims: report.dims,
    resize: report.resize,
    engine: engine?.name ?? null,
    device: engine?.device ?? null,
    n1: a.statistics.count ?? null,
    n2: b.statistics.count ?? null,
    weights: weights
      ? { file: weights.file ?? null, sha256: weights.sha256 ?? null, kind: weights.kind }
      : { file: null, sha256: null, kind: null },
    ...further,
    floor,
    ...(against.length > 0 ? { classes: against } : {}),
    warnings,
    skipped: report.skipped,
    seconds: {
      features: seconds.features,
      distance,
      total: (performance.now() - start) / 1000,
      engine: seconds.engine,
    },
  };
  output.result(JSON.stringify(result));
}

async function saveStatistics(options: CliOptions, context: CliContext): Promise<void> {
  const [folder, out] = options.paths;
  const report = await pathStatistics([folder], {
    ...pathOptions(options, context),
    sampleSize: 0,
    onWarning: (message) => context.output.note(`warning: ${message}`),
  });
  const { statistics } = report.paths[0]!;
  await writeStatistics(out, statistics);
  context.output.note(`wrote ${out}: ${statistics.count} images, ${statistics.dims} dims`);
}

async function classPaths(folder: string): Promise<{ name: string; path: string }[]> {
  const classes = await listClassFolders(folder);
  return classes.map(({ name }) => ({ name, path: `${folder}/${name}` }));
}

function againstClass(
  name: string,
  other: PathStatistics,
  [a, b]: readonly [PathStatistics, PathStatistics],
  method: FrechetMethod,
): ClassDistance {
  return {
    name,
    n: other.names.length,
    fid1: frechetDistance(a.statistics, other.statistics, { method }),
    fid2: frechetDistance(b.statistics, other.statistics, { method }),
  };
}

function pathOptions(options: CliOptions, { output, signal }: CliContext): PathStatisticsOptions {
  const { dims, resize, bits, batchSize, workers, recursive, engine, backend, threads, skipBad } = options;
  return {
    dims,
    resize,
    bits,
    batchSize,
    recursive,
    engine,
    backend,
    signal,
    keepActivations: options.metrics.some((name) => name !== 'fid'),
    sampleSize: options.floor ? FLOOR_SAMPLE : 0,
    workers,
    threads,
    onBad: skipBad ? (error) => output.note(`skipped ${error.message}`) : undefined,
    weights: {
      file: options.weights,
      onProgress: ({ received, total }) => output.progress(downloadProgress(received, total)),
    },
    onProgress: ({ path, done, total }) =>
      output.progress({ phase: basename(path), done, total, unit: 'images' }),
  };
}

function downloadProgress(received: number, total: number | undefined): Progress {
  const megabytes = (bytes: number) => Math.round(bytes / 1e5) / 10;
  const whole = total === undefined ? undefined : megabytes(total);
  return { phase: 'downloading the weights', done: megabytes(received), total: whole, unit: 'MB' };
}

function warningsOf({ paths, dims, weights }: PathsReport): string[] {
  const few = paths
    .slice(0, 2)
    .filter(({ statistics }) => (statistics.count ?? Number.POSITIVE_INFINITY) <= dims);
  const warnings = few.map(
    ({ path, statistics }) =>
      `${path} has ${statistics.count} images for ${dims} dims: its covariance is short of rank and the FID is biased ` +
      'upwards; compare it only with scores of the same numbers of images',
  );
  if (weights?.kind === 'random')
    warnings.push('the weights are random: this is not an FID, and cannot be compared with any');
  return warnings;
}

/** What must be the same for two scores to be comparable. */
function contextOf({ dims, resize, paths, weights }: PathsReport): string {
  const [n1, n2] = paths.map(({ statistics }) => statistics.count ?? 'an unknown number of');
  const images = `${dims} dims, ${n1} against ${n2} images`;
  // Statistics files do not say how their images were resized, nor by which weights.
  if (!weights) return images;
  const { file, kind, sha256 } = weights;
  const hash = sha256 === undefined ? '' : `, sha256 ${sha256.slice(0, 16)}…`;
  return `${images}, resize ${resize}, weights ${file === undefined ? kind : basename(file)}${hash}`;
}

function explain(
  report: PathsReport,
  floor: NoiseFloor | null,
  against: readonly ClassDistance[],
  warnings: readonly string[],
  { note }: Output,
): void {
  const { engine, seconds, skipped } = report;
  note(contextOf(report));
  if (skipped > 0) note(`${skipped} ${skipped === 1 ? 'file' : 'files'} could not be read and were left out`);
  if (engine) {
    const share = Math.round((100 * seconds.engine) / seconds.features);
    note(`engine ${engine.name} (${engine.device}), busy ${share} % of ${seconds.features.toFixed(1)} s`);
  }
  if (floor) {
    const range = `${floor.low.toPrecision(3)} to ${floor.high.toPrecision(3)}`;
    note(
      `noise floor ${floor.fid.toPrecision(4)} (${range}): halves of PATH1, ${floor.n} images, ${floor.splits} splits`,
    );
  }
  for (const { name, n, fid1, fid2 } of against) {
    note(`${name} (${n} images): ${fid1.toPrecision(4)} from PATH1, ${fid2.toPrecision(4)} from PATH2`);
  }
  for (const warning of warnings) note(`warning: ${warning}`);
}
