import { basename } from 'node:path';
import { type CliContext, UsageError } from '@cxr/cli';
import { checkWritable, listClassFolders, writeFileAtomic } from '@cxr/data/node';
import type { InceptionEngine } from '../engines/engine.js';
import { type FrechetMethod, frechetDistance, frechetTerms } from '../metrics/frechet-distance.js';
import { noiseFloor } from '../metrics/noise-floor.js';
import type { PathStatistics, PathStatisticsOptions } from '../node/path-report.js';
import { pathStatistics } from '../node/path-statistics.js';
import { writeStatistics } from '../node/statistics-file.js';
import { spectrum } from '../spectrum/spectrum.js';
import { spectrumSvg } from '../spectrum/spectrum-svg.js';
import { checkClassFolders, scoreClasses } from './by-class.js';
import { checkCounts } from './check-counts.js';
import { openEncoder } from './encoder.js';
import { furtherMetrics, IMAGE_METRICS, intervalsOf, type MetricRequest } from './further-metrics.js';
import { metricRequest, metricsOf, networkOptions, readingOf, type ScoreFlags } from './options.js';
import { checkHasImages, countAt, imagesAt, sizeOfFakes } from './path-images.js';
import { measureReals } from './real-measures.js';
import { type ClassDistance, explain, type ScoreCeiling, scoreJson, warningsOf } from './score-report.js';
import { drawWorst } from './worst-pictures.js';

/** The noise floor uses at most so many images of the first path. */
const FLOOR_SAMPLE = 5000;

/** What dgm-eval's authors found of AuthPct and its like. */
const NOT_RELIABLE =
  'memorisation: no measure of this kind detects copies reliably (Stein et al., 2023); look at the nearest pairs (--memorisation-pictures)';

/** `cxr-fid PATH1 PATH2` and `cxr-fid --save-stats FOLDER OUT`. */
export async function score(
  paths: readonly [string, string],
  given: ScoreFlags,
  context: CliContext,
): Promise<void> {
  const flags = given.by ? { ...given, recursive: true } : given;
  const encoder = await openEncoder(flags, context);
  try {
    const save = flags.saveStats || flags.saveActivations;
    if (flags.shard && !save) throw new UsageError('--shard needs --save-stats or --save-activations');
    if (save) checkNoScore(flags);
    await (save ? saveStatistics : scorePaths)(paths, flags, context, encoder);
  } finally {
    encoder?.dispose();
  }
}

async function scorePaths(
  paths: readonly [string, string],
  flags: ScoreFlags,
  context: CliContext,
  encoder: InceptionEngine | undefined,
): Promise<void> {
  const start = performance.now();
  const { output } = context;
  const { method, seed, heldOut } = flags;
  await checkWritable(flags.spectrum, flags.memorisationPictures, flags.worst);
  if (flags.by) await checkClassFolders(paths);
  if (flags.worst !== undefined) await checkHasImages(paths[1], '--worst');
  if (flags.memorisationPictures !== undefined)
    for (const path of paths) await checkHasImages(path, '--memorisation-pictures');
  await checkEnough(paths, flags);
  const sized = needsSize(flags);
  const size = sized === undefined ? 0 : await sizeOfFakes(paths[1], sized, flags);
  const classes = flags.againstClasses === undefined ? [] : await classPaths(flags.againstClasses);
  const all = [
    ...paths,
    ...classes.map(({ path }) => path),
    ...(heldOut === undefined ? [] : [{ path: heldOut, size }]),
  ];
  const warnings: string[] = [];
  const request = { ...metricRequest(flags), size };
  const report = await pathStatistics(all, {
    ...pathOptions(flags, context, encoder),
    keepActivations: needsActivations(flags),
    sampleSize: flags.floor ? FLOOR_SAMPLE : 0,
    onWarning: (message) => warnings.push(message),
  });
  const [a, b, ...others] = report.paths as [PathStatistics, PathStatistics, ...PathStatistics[]];
  const beforeDistance = performance.now();
  const terms = frechetTerms(a.statistics, b.statistics, { method });
  const distance = (performance.now() - beforeDistance) / 1000;
  // Read once, for the fakes and the ceiling.
  const asked = { ...request, reals: measureReals(a, request) };
  const further = await furtherMetrics(asked, [a, b]);
  const floor = flags.floor && a.sample && a.sample.shape[0]! >= 4 ? noiseFloor(a.sample, { seed }) : null;
  const ceiling =
    heldOut === undefined ? undefined : await ceilingOf(asked, flags.method, [a, others.pop()!]);
  const against = others.map((other, i) => againstClass(classes[i]!.name, other, [a, b], method));
  const byClass = flags.by && scoreClasses([a, b]);
  const intervals = flags.bootstrap === undefined ? undefined : intervalsOf(request, [a, b], flags.bootstrap);
  const worst =
    flags.worst === undefined ? undefined : await drawWorst(flags.worst, [a, b], readingOf(flags));
  if (flags.spectrum !== undefined) await drawSpectrum(flags.spectrum, paths, size, flags);
  warnings.push(...warningsOf(report, ceiling));
  const explanation = { report, terms, floor, ceiling, against, byClass, intervals, worst, warnings };
  explain(explanation, output);
  if ('memorisation' in further) output.note(NOT_RELIABLE);
  if (!flags.json) {
    output.result(`FID:  ${terms.fid}`);
    for (const [name, value] of Object.entries(further)) output.note(`${name}: ${JSON.stringify(value)}`);
    return;
  }
  const seconds = { distance, total: (performance.now() - start) / 1000 };
  output.result(JSON.stringify(scoreJson(explanation, further, seconds)));
}

/** What needs the fakes' size, if anything does. */
function needsSize({ heldOut, spectrum: file, metrics }: ScoreFlags): string | undefined {
  const metric = IMAGE_METRICS.find((name) => metrics.includes(name));
  if (metric !== undefined) return metric;
  if (heldOut !== undefined) return '--held-out';
  return file === undefined ? undefined : '--spectrum';
}

/** Whether the activations of each image are needed, not only their statistics. */
function needsActivations(flags: ScoreFlags): boolean {
  const further = metricRequest(flags).metrics.some((name) => name !== 'fid');
  return further || [flags.by, flags.worst, flags.bootstrap].some((flag) => flag !== undefined);
}

/** @throws UsageError for what only a score of two paths has. */
function checkNoScore(flags: ScoreFlags): void {
  const { metrics, heldOut, againstClasses, by, bootstrap, worst, memorisationPictures, spectrum } = flags;
  const asked = {
    '--metrics': metrics.find((name) => name !== 'fid'),
    ...{ '--held-out': heldOut, '--against-classes': againstClasses, '--by': by, '--bootstrap': bootstrap },
    ...{ '--worst': worst, '--memorisation-pictures': memorisationPictures, '--spectrum': spectrum },
  };
  const flag = Object.entries(asked).find(([, value]) => value !== undefined)?.[0];
  const saved = flags.saveActivations ? '--save-activations' : '--save-stats';
  if (flag !== undefined) throw new UsageError(`${saved} computes no score: leave out ${flag}`);
}

/** Before anything is computed. @throws UsageError where a metric needs more images than a path has */
async function checkEnough(paths: readonly [string, string], flags: ScoreFlags): Promise<void> {
  const counted = (path: string) => ({ path, count: () => countAt(path, flags) });
  const request = { ...flags, metrics: metricsOf(flags) };
  await checkCounts(request, [counted(paths[0]), counted(paths[1])]);
  if (flags.heldOut !== undefined)
    await checkCounts({ ...request, worst: undefined, bootstrap: undefined }, [
      counted(paths[0]),
      counted(flags.heldOut),
    ]);
}

async function saveStatistics(
  [folder, out]: readonly [string, string],
  flags: ScoreFlags,
  context: CliContext,
  encoder: InceptionEngine | undefined,
): Promise<void> {
  await checkWritable(out);
  const report = await pathStatistics([folder], {
    ...pathOptions(flags, context, encoder),
    keepActivations: flags.saveActivations,
    shard: flags.shard,
    onWarning: (message) => context.output.note(`warning: ${message}`),
  });
  const { statistics, activations, settings, part = { settings } } = report.paths[0]!;
  await writeStatistics(out, statistics, activations, part);
  context.output.note(`wrote ${out}: ${statistics.count} images, ${statistics.dims} dims`);
}

/** The held-out images, which were brought to the fakes' size, in place of the fakes. */
async function ceilingOf(
  request: MetricRequest & { size: number },
  method: FrechetMethod,
  [real, heldOut]: readonly [PathStatistics, PathStatistics],
): Promise<ScoreCeiling> {
  const further = await furtherMetrics({ ...request, pictures: undefined }, [real, heldOut]);
  return {
    size: request.size,
    n: heldOut.names.length,
    ...frechetTerms(real.statistics, heldOut.statistics, { method }),
    ...further,
  };
}

async function drawSpectrum(
  file: string,
  paths: readonly [string, string],
  size: number,
  flags: ScoreFlags,
): Promise<void> {
  const series = [];
  for (const [i, path] of paths.entries()) {
    const images = await imagesAt(path, '--spectrum', flags);
    series.push({ label: ['reals', 'fakes'][i]!, spectrum: await spectrum(images, { size }) });
  }
  await writeFileAtomic(file, new TextEncoder().encode(spectrumSvg(series)));
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

function pathOptions(
  flags: ScoreFlags,
  context: CliContext,
  encoder: InceptionEngine | undefined,
): PathStatisticsOptions {
  const { output } = context;
  return {
    ...networkOptions(flags, context, encoder),
    onBad: flags.skipBad ? (error) => output.note(`skipped ${error.message}`) : undefined,
    onProgress: ({ path, done, total }) =>
      output.progress({ phase: basename(path), done, total, unit: 'images' }),
  };
}
