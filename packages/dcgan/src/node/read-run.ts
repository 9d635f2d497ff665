import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fileSystemError, readJsonLines, readWholeFile } from '@cxr/data/node';
import { CxrFileError } from '@cxr/image';
import { checkFolder } from './check-folder.js';
import { parseJsonObject } from './json-object.js';

/** Scores that `metrics.json` of a run may hold, in the order of a table. */
export const SCORES = ['fid', 'precision', 'recall', 'density', 'coverage', 'authPct'] as const;

/** What a run's folder says of it. */
export interface RunSummary {
  /** The folder's name. */
  name: string;
  /** Its settings, of `config.json`; those of a run by another version may differ from `TrainConfig`. */
  settings: Record<string, unknown>;
  /** Each step of the log, ascending. */
  steps: readonly { step: number; lossD: number; lossG: number }[];
  /** Median seconds a step; NaN without any. */
  secondsPerStep: number;
  /** The score as training went on: of the log, or else of `metrics.json`. */
  curve: readonly { step: number; score: number }[];
  /** The scores at the end, of `metrics.json`: as `cxr-fid --json` prints them, or as the end-to-end example writes them. */
  scores: Readonly<Partial<Record<(typeof SCORES)[number], number>>>;
  /** What the scores were computed with, such as `dims 768, pil299, 1341 and 1000 images`; '' without scores. */
  scoredBy: string;
  /** The last grid of samples, a PNG file; undefined without any. */
  grid: string | undefined;
}

type Line = Record<string, unknown>;

const MAX_JSON = 2 ** 24;

/**
 * Reads what the folder of a run says of it: `log.jsonl`, and `config.json`, `metrics.json` and `grids/` where they are there. A run
 * still in training can be read.
 *
 * @throws CxrFileError naming what cannot be read, 'not-found' for a folder without a log; TypeError unless `folder` is a path.
 */
export async function readRun(folder: string): Promise<RunSummary> {
  checkFolder('readRun', folder);
  const log = join(folder, 'log.jsonl');
  if (!existsSync(log)) throw new CxrFileError('not-found', 'no log.jsonl, so no run', { file: folder });
  const lines = await readJsonLines<Line>(log);
  const config = await readObject(join(folder, 'config.json'));
  const metrics = await readObject(join(folder, 'metrics.json'));
  const steps = lines.filter((line): line is StepLine => hasNumbers(line, ['step', 'lossD', 'lossG']));
  const logged = lines.filter((line): line is ScoreLine => hasNumbers(line, ['step', 'score']));
  const seconds = steps
    .map(({ secondsPerStep }) => secondsPerStep)
    .filter((value) => typeof value === 'number');
  return {
    name: basename(resolve(folder)),
    settings: objectOf(config.config) ?? objectOf(metrics.options) ?? {},
    steps: steps.map(({ step, lossD, lossG }) => ({ step, lossD, lossG })),
    secondsPerStep: median(seconds),
    curve: logged.length > 0 ? logged.map(({ step, score }) => ({ step, score })) : curveOf(metrics),
    ...scoresOf(metrics),
    grid: await lastGrid(join(folder, 'grids')),
  };
}

type StepLine = { step: number; lossD: number; lossG: number; secondsPerStep?: unknown };
type ScoreLine = { step: number; score: number };

function hasNumbers(line: Line, keys: readonly string[]): boolean {
  return keys.every((key) => typeof line[key] === 'number');
}

function objectOf(value: unknown): Line | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Line) : undefined;
}

/** An empty object where there is no such file. */
async function readObject(file: string): Promise<Line> {
  if (!existsSync(file)) return {};
  return parseJsonObject(await readWholeFile(file, MAX_JSON), file);
}

function curveOf({ curve }: Line): { step: number; score: number }[] {
  if (!Array.isArray(curve)) return [];
  return curve.flatMap((point) => {
    const { step, fid } = objectOf(point) ?? {};
    return typeof step === 'number' && typeof fid === 'number' ? [{ step, score: fid }] : [];
  });
}

function scoresOf(metrics: Line): Pick<RunSummary, 'scores' | 'scoredBy'> {
  const score = objectOf(metrics.score) ?? metrics;
  const all: Line = { ...objectOf(score.memorisation), ...score };
  const found = SCORES.flatMap((name) => {
    const value = all[name];
    return typeof value === 'number' ? [[name, value] as const] : [];
  });
  if (found.length === 0) return { scores: {}, scoredBy: '' };
  const { dims, resize, n1, n2, seed } = score;
  const parts = [
    ...(dims === undefined ? [] : [`dims ${dims}`]),
    ...(resize === undefined ? [] : [`${resize}`]),
    ...(n1 === undefined || n2 === undefined ? [] : [`${n1} and ${n2} images`]),
    ...(seed === undefined ? [] : [`seed ${seed}`]),
  ];
  return { scores: Object.fromEntries(found), scoredBy: parts.join(', ') };
}

async function lastGrid(folder: string): Promise<string | undefined> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw fileSystemError(error, folder);
  });
  const last = names
    .filter((name) => name.endsWith('.png'))
    .sort()
    .at(-1);
  return last === undefined ? undefined : join(folder, last);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}
