import { basename } from 'node:path';
import type { Output } from '@cxr/cli';
import type { InceptionWeights } from '../inception/inception-weights.js';
import type { Bootstrap } from '../metrics/bootstrap.js';
import type { FidByClass } from '../metrics/fid-by-class.js';
import type { FrechetTerms } from '../metrics/frechet-distance.js';
import type { NoiseFloor } from '../metrics/noise-floor.js';
import type { PathsReport, UsedEngine } from '../node/path-report.js';
import { differenceOf } from '../node/statistics-settings.js';
import type { CostlyFake } from './worst-pictures.js';

/** The distance of both paths to a folder of images of one class. */
export interface ClassDistance {
  name: string;
  n: number;
  fid1: number;
  fid2: number;
}

/** The metrics of `n` held-out images at the fakes' size, and one key a further metric. */
export interface ScoreCeiling extends FrechetTerms {
  size: number;
  n: number;
  [metric: string]: unknown;
}

/** What is said of a score on standard error. */
export interface Explanation {
  report: PathsReport;
  terms: FrechetTerms;
  floor: NoiseFloor | null;
  ceiling: ScoreCeiling | undefined;
  against: readonly ClassDistance[];
  byClass?: FidByClass | undefined;
  intervals?: Bootstrap | undefined;
  worst?: readonly CostlyFake[] | undefined;
  warnings: readonly string[];
}

/** The weights as JSON; null for what is unknown. */
export function weightsJson(
  weights: InceptionWeights | undefined,
): Record<'file' | 'sha256' | 'kind', string | null> {
  const { file = null, sha256 = null, kind = null } = weights ?? {};
  return { file, sha256, kind };
}

/** An engine as JSON; null where no network was run. */
export function engineJson(engine: UsedEngine | undefined): Record<string, unknown> {
  const { name = null, device = null, preprocessing, encoder } = engine ?? {};
  return { engine: name, device, encoder: encoder && { ...encoder, preprocessing } };
}

/** The network of a score, and how images became its input: what must be the same for two scores to be comparable. */
export function networkText({
  resize,
  weights,
  engine,
}: Pick<PathsReport, 'resize' | 'weights' | 'engine'>): string {
  const short = (hash: string | undefined): string => (hash ? `, sha256 ${hash.slice(0, 16)}…` : '');
  if (engine?.encoder) {
    const { file, sha256, preprocess, output, pool } = engine.encoder;
    const name = file === undefined ? 'encoder' : `encoder ${basename(file)}`;
    return `${name}${short(sha256)}, preprocessing ${preprocess}, output ${output} (${pool})`;
  }
  if (!weights) return `resize ${resize}`;
  const { file, kind, sha256 } = weights;
  return `resize ${resize}, weights ${file === undefined ? kind : basename(file)}${short(sha256)}`;
}

/** The object that `--json` prints. */
export function scoreJson(
  { report, terms, floor, ceiling, against, byClass, intervals, worst, warnings }: Explanation,
  further: Readonly<Record<string, unknown>>,
  seconds: { distance: number; total: number },
): Record<string, unknown> {
  const { dims, resize, engine, weights, skipped } = report;
  const [n1 = null, n2 = null] = report.paths.map(({ statistics }) => statistics.count ?? null);
  return {
    ...terms,
    dims,
    resize: resize ?? null,
    ...engineJson(engine),
    n1,
    n2,
    weights: weightsJson(weights),
    ...further,
    floor,
    ceiling,
    classes: against.length > 0 ? against : undefined,
    byClass,
    intervals,
    worst,
    warnings,
    skipped,
    seconds: { features: report.seconds.features, ...seconds, engine: report.seconds.engine },
  };
}

/** Warnings about the numbers of images, of those of the ceiling too, and the weights. */
export function warningsOf(
  { paths, dims, weights }: Pick<PathsReport, 'paths' | 'dims' | 'weights'>,
  ceiling?: Pick<ScoreCeiling, 'n'>,
): string[] {
  const few = paths
    .slice(0, 2)
    .filter(({ statistics }) => (statistics.count ?? Number.POSITIVE_INFINITY) <= dims);
  const warnings = few.map(
    ({ path, statistics }) =>
      `${path} has ${statistics.count} images for ${dims} dims: its covariance is short of rank and the FID is biased ` +
      'upwards; compare it only with scores of the same numbers of images',
  );
  const fakes = paths[1]?.statistics.count ?? 0;
  if (ceiling && ceiling.n < fakes)
    warnings.push(
      `the ceiling is of ${ceiling.n} images and the FID of ${fakes}: fewer images score higher, so hold out as many as there are fakes`,
    );
  const [a, b] = paths;
  if (differenceOf(a?.settings, b?.settings, ['weights']) !== undefined)
    warnings.push(
      `${a!.path} and ${b!.path} are by weights of different files (${a!.settings!.weights}, ${b!.settings!.weights}): ` +
        'the score means nothing unless they hold the same weights in two formats',
    );
  if (weights?.kind === 'random')
    warnings.push('the weights are random: this is not an FID, and cannot be compared with any');
  return warnings;
}

/** What must be the same for two scores to be comparable. */
function contextOf(report: PathsReport): string {
  const { dims, paths, weights, engine } = report;
  const [n1, n2] = paths.map(({ statistics }) => statistics.count ?? 'an unknown number of');
  const images = `${dims} dims, ${n1} against ${n2} images`;
  // Not all statistics files say how their images were resized, nor by which weights.
  return weights || engine?.encoder ? `${images}, ${networkText(report)}` : images;
}

/** Says what the score is of, and what it can be compared with. */
export function explain(
  { report, terms, floor, ceiling, against, byClass, intervals, worst, warnings }: Explanation,
  { note }: Output,
): void {
  const { engine, seconds, skipped } = report;
  note(contextOf(report));
  if (skipped > 0) note(`${skipped} ${skipped === 1 ? 'file' : 'files'} could not be read and were left out`);
  if (engine) {
    const share = Math.round((100 * seconds.engine) / seconds.features);
    note(`engine ${engine.name} (${engine.device}), busy ${share} % of ${seconds.features.toFixed(1)} s`);
  }
  note(`${Math.round(100 * terms.meanShare)} % of the FID is the difference of the means`);
  if (floor) {
    const range = `${floor.low.toPrecision(3)} to ${floor.high.toPrecision(3)}`;
    note(
      `noise floor ${floor.fid.toPrecision(4)} (${range}): halves of PATH1, ${floor.n} images, ${floor.splits} splits`,
    );
  }
  if (ceiling) {
    const { size, n, fid, meanTerm: _, meanShare: __, ...further } = ceiling;
    note(`ceiling ${fid.toPrecision(4)}: ${n} held-out images at the fakes’ ${size} × ${size} pixels`);
    for (const [name, value] of Object.entries(further)) note(`ceiling of ${name}: ${JSON.stringify(value)}`);
  }
  for (const { name, n, fid1, fid2 } of against) {
    note(`${name} (${n} images): ${fid1.toPrecision(4)} from PATH1, ${fid2.toPrecision(4)} from PATH2`);
  }
  if (byClass) {
    note(`intra-FID ${byClass.intraFid.toPrecision(4)}: the mean of each class by itself`);
    for (const { name, n1, n2, fid } of byClass.classes)
      note(`${name} (${n1} against ${n2} images): ${fid.toPrecision(4)}`);
  }
  if (intervals) {
    const { resamples, ...each } = intervals;
    for (const [name, { value, low, high }] of Object.entries(each))
      note(
        `${name} ${value.toPrecision(4)}, 95 % interval ${low.toPrecision(3)} to ${high.toPrecision(3)} (${resamples} resamples)`,
      );
  }
  for (const { file, contribution } of worst ?? [])
    note(
      `without ${file} the FID would be ${Math.abs(contribution).toPrecision(3)} ${contribution < 0 ? 'higher' : 'lower'}`,
    );
  for (const warning of warnings) note(`warning: ${warning}`);
}
