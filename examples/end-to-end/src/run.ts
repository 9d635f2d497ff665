import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type BackendChoice, type BackendName, useBackend } from '@cxr/backend';
import { type Progress, versionsOf } from '@cxr/cli';
import { contactSheet, encodePng } from '@cxr/data';
import { writeFileAtomic } from '@cxr/data/node';
import { sample } from '@cxr/dcgan';
import { loadGenerator, PRETRAINED, pretrained, saveSamples } from '@cxr/dcgan/node';
import type { InceptionWeights } from '@cxr/fid';
import { fitImage, type Image } from '@cxr/image';
import { checkResumed, checkScored, plainOptions, saveSettings } from './check-resumed.js';
import type { Metrics } from './metrics.js';
import type { Options } from './options.js';
import { type CountedImages, openReals, type Reals } from './reals.js';
import { renderReport } from './report.js';
import { inRunFolder } from './run-folder.js';
import {
  fakeSet,
  openScoring,
  openWeights,
  runScoring,
  type Scored,
  scorerOf,
  weightsOrigin,
} from './scoring.js';
import { readGrids, runTraining, type Trained } from './training.js';

/** What a run reports while it goes on, and how to stop it. */
export interface RunHooks {
  /** Called after each step, batch of images or part of a download. */
  readonly onProgress: (progress: Progress) => void;
  /** Receives one-line messages, such as which backend is used and why. */
  readonly onMessage: (line: string) => void;
  /** Aborting it ends the run after the current step, with a checkpoint and a report. */
  readonly signal: AbortSignal;
  /** Inception weights. @default found or downloaded as `findWeights` of @cxr/fid does */
  readonly weights?: InceptionWeights | undefined;
}

/** What a run has made. */
export interface RunResult {
  readonly metrics: Metrics;
  /** The file `report.html`. */
  readonly report: string;
  /** The picture of the last fakes. */
  readonly grid: string;
}

const SHOWN = 64;

function describe({ name, tried }: BackendChoice): string {
  const others = tried.filter((trial) => !trial.ok).map((trial) => `${trial.name}: ${trial.reason}`);
  return `backend ${name}${others.length > 0 ? ` (not ${others.join('; not ')})` : ''}`;
}

/** The first images of a set, grey, at the size that the network works at: to look at beside fakes. */
async function firstOf(set: CountedImages, size: number): Promise<Image> {
  const images: Image[] = [];
  for await (const { image } of set.read()) {
    images.push(fitImage(image, { size }));
    if (images.length === SHOWN) break;
  }
  return contactSheet(images, { background: 255 });
}

/** Samples of the generator that comes with `@cxr/dcgan`, in one row. */
async function pretrainedStrip(): Promise<Image> {
  const generator = await loadGenerator(pretrained(PRETRAINED[0]));
  const images: Image[] = [];
  for await (const image of sample(generator, { count: 8 })) images.push(image);
  generator.dispose();
  return contactSheet(images, { columns: images.length, background: 255 });
}

/** Packages that the numbers depend on. */
const PACKAGES = [
  '@cxr/data',
  '@cxr/backend',
  '@cxr/dcgan',
  '@cxr/fid',
  '@tensorflow/tfjs-core',
  'onnxruntime-node',
];

function metricsOf(
  options: Options,
  reals: Reals,
  trained: Trained,
  backend: BackendName,
  scored: Scored | undefined,
  rest: Pick<Metrics, 'weights' | 'notes'>,
): Metrics {
  const times = trained.log.map((line) => line.secondsPerStep).sort((a, b) => a - b);
  const { notes: scoreNotes = [], svg: _, ...scores } = scored ?? { notes: [], svg: undefined };
  return {
    ...scores,
    train: { steps: trained.end.step, seconds_per_step: times[times.length >> 1] ?? 0, backend },
    data: { description: reals.description, count: reals.train.count },
    weights: rest.weights,
    seed: options.seed,
    interrupted: scored === undefined,
    curve: trained.scores.length > 0 ? trained.scores : undefined,
    notes: [...rest.notes, ...scoreNotes, ...trained.warnings],
    options: plainOptions(options),
    versions: versionsOf(PACKAGES, import.meta.url),
  };
}

/**
 * The main job: reals → DCGAN → samples → score with its floor → `report.html`, all in the run's folder.
 * If it is aborted, it leaves a checkpoint and a report without a score.
 * @throws CxrFileError 'locked' where another run is writing into the folder.
 */
export async function run(options: Options, hooks: RunHooks): Promise<RunResult> {
  return inRunFolder(options, (out) => runInto(out, options, hooks));
}

async function runInto(out: string, options: Options, hooks: RunHooks): Promise<RunResult> {
  const { onProgress, onMessage, signal } = hooks;
  // What can be wrong with the input should show before an hour of training, not after.
  if (options.resume) await checkResumed(out, options);
  const reals = await openReals(options, onMessage);
  const { weights, notes } = hooks.weights
    ? { weights: hooks.weights, notes: [] }
    : await openWeights(options, onProgress);
  if (options.resume) await checkScored(out, options, weights);
  for (const note of notes) onMessage(note);
  const backend = await useBackend(options.backend, { threads: options.threads });
  onMessage(describe(backend));
  const scoring = await openScoring(options, reals, weights, backend.name, onProgress, signal);
  try {
    const trained = await runTraining(options, out, reals, scorerOf(scoring, options), {
      ...hooks,
      onStart: () => saveSettings(out, options, weights),
    });
    for (const warning of trained.warnings) onMessage(`warning: ${warning}`);
    const fakes = fakeSet(trained.end.generator, options);
    const shown = await firstOf({ ...fakes, count: SHOWN }, options.size);
    const grid = join(out, 'grids', 'final.png');
    await writeFileAtomic(grid, encodePng(shown));
    if (options.resume) await removeSamples(out);
    const scored = await untilAborted(signal, async () => {
      onProgress({ phase: 'writing samples', done: 0, total: fakes.count, unit: 'images' });
      await saveSamples(fakes.read(), join(out, 'samples'));
      return runScoring(scoring, options, reals, fakes, trained.end.step, weights);
    });
    trained.end.generator.dispose();
    const origin = { weights: weightsOrigin(weights), notes };
    const metrics = metricsOf(options, reals, trained, backend.name, scored, origin);
    const pictures = {
      reals: await firstOf(reals.train, options.size),
      fakes: shown,
      pretrained: await pretrainedStrip(),
      spectra: scored?.svg,
    };
    return { metrics, report: await writeReport(out, metrics, trained, pictures), grid };
  } finally {
    scoring.engine.dispose();
  }
}

/** Removes the fakes of an earlier score, which may be more, so that only those of this one are there. */
async function removeSamples(out: string): Promise<void> {
  const folder = join(out, 'samples');
  for (const name of await readdir(folder).catch(() => [])) {
    if (/^sample-\d{5,}\.png$/.test(name)) await rm(join(folder, name));
  }
}

/** The result of some work; undefined if the signal is aborted before its end. */
async function untilAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T | undefined> {
  if (signal.aborted) return undefined;
  try {
    return await work();
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

/** Writes `metrics.json` and `report.html`. @returns the report's file. */
async function writeReport(
  out: string,
  metrics: Metrics,
  trained: Trained,
  pictures: { reals: Image; fakes: Image; pretrained: Image; spectra: string | undefined },
): Promise<string> {
  const html = renderReport({
    metrics,
    steps: trained.log,
    grids: await readGrids(out),
    reals: encodePng(pictures.reals),
    fakes: encodePng(pictures.fakes),
    pretrained: encodePng(pictures.pretrained),
    spectra: pictures.spectra,
  });
  await writeFileAtomic(join(out, 'metrics.json'), `${JSON.stringify(metrics, null, 2)}\n`);
  const report = join(out, 'report.html');
  await writeFileAtomic(report, html);
  return report;
}
