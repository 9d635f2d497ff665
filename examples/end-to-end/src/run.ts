import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type BackendChoice, type BackendName, type BackendRequest, useBackend } from '@cxr/backend';
import type { Progress } from '@cxr/cli';
import { contactSheet, encodePng } from '@cxr/data';
import { withFolderLock, writeFileAtomic } from '@cxr/data/node';
import { saveSamples } from '@cxr/dcgan/node';
import type { InceptionWeights } from '@cxr/fid';
import { type Image, resizePillow, toGrey8 } from '@cxr/image';
import type { Metrics } from './metrics.js';
import type { Options } from './options.js';
import { type ImageSet, openReals, type Reals } from './reals.js';
import { renderReport } from './report.js';
import { runFolder } from './run-folder.js';
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

export interface RunHooks {
  readonly onProgress: (progress: Progress) => void;
  /** Receives one-line messages, such as which backend is used and why. */
  readonly onMessage: (line: string) => void;
  readonly signal: AbortSignal;
  /** Inception weights; default: found or downloaded as `findWeights` of @cxr/fid does. */
  readonly weights?: InceptionWeights;
}

export interface RunResult {
  readonly metrics: Metrics;
  readonly report: string;
  readonly grid: string;
}

const SHOWN = 64;

function describe({ name, tried }: BackendChoice): string {
  const others = tried.filter((trial) => !trial.ok).map((trial) => `${trial.name}: ${trial.reason}`);
  return `backend ${name}${others.length > 0 ? ` (not ${others.join('; not ')})` : ''}`;
}

/** The first images of a set, grey, at the size that the network works at: to look at beside fakes. */
async function firstOf(set: ImageSet, size: number): Promise<Image> {
  const images: Image[] = [];
  for await (const { image } of set.read()) {
    images.push(resizePillow(toGrey8(image), size, size));
    if (images.length === SHOWN) break;
  }
  return contactSheet(images, { background: 255 });
}

/** Versions of what the numbers depend on. */
function versions(): Record<string, string> {
  const require = createRequire(import.meta.url);
  // TensorFlow.js is no dependency of this example, but of the packages.
  const fromDcgan = createRequire(require.resolve('@cxr/dcgan'));
  const out: Record<string, string> = { node: process.versions.node };
  for (const name of [
    '@cxr/data',
    '@cxr/backend',
    '@cxr/dcgan',
    '@cxr/fid',
    '@tensorflow/tfjs-core',
    'onnxruntime-node',
  ]) {
    try {
      // Entries may hide package.json; it lies above the entry's file, in the package's own folder.
      const entry = (name.startsWith('@tensorflow/') ? fromDcgan : require)
        .resolve(name)
        .replaceAll('\\', '/');
      const folder = entry.slice(0, entry.lastIndexOf('/dist/'));
      out[name] = (
        JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }
      ).version;
    } catch {
      out[name] = 'not installed';
    }
  }
  return out;
}

function metricsOf(
  options: Options,
  reals: Reals,
  trained: Trained,
  backend: BackendName,
  scored: Scored | undefined,
  rest: Pick<Metrics, 'weights' | 'notes'>,
): Metrics {
  const times = trained.log.map((line) => line.secondsPerStep).sort((a, b) => a - b);
  const { notes: scoreNotes = [], ...scores } = scored ?? { notes: [] };
  return {
    ...scores,
    train: { steps: trained.end.step, seconds_per_step: times[times.length >> 1] ?? 0, backend },
    data: { description: reals.description, count: reals.train.count },
    ...(rest.weights ? { weights: rest.weights } : {}),
    seed: options.seed,
    interrupted: scored === undefined,
    ...(trained.scores.length > 0 ? { curve: trained.scores } : {}),
    notes: [...rest.notes, ...scoreNotes, ...trained.warnings],
    options: { ...options },
    versions: versions(),
  };
}

/**
 * The main job: reals → DCGAN → samples → score with its floor → `report.html`, all in the run's folder.
 * If it is aborted, it leaves a checkpoint and a report without a score.
 * @throws CxrFileError 'locked' where another run is writing into the folder.
 */
export async function run(options: Options, hooks: RunHooks): Promise<RunResult> {
  const out = runFolder(options);
  return withFolderLock(out, () => runInto(out, options, hooks));
}

async function runInto(out: string, options: Options, hooks: RunHooks): Promise<RunResult> {
  const { onProgress, onMessage, signal } = hooks;
  // What can be wrong with the input should show before an hour of training, not after.
  const reals = await openReals(options, onMessage);
  const { weights, notes } = hooks.weights
    ? { weights: hooks.weights, notes: [] }
    : await openWeights(options, onProgress);
  for (const note of notes) onMessage(note);
  const backend = await useBackend(options.backend as BackendRequest);
  onMessage(describe(backend));

  const scoring = await openScoring(options, reals, weights, backend.name, onProgress, signal);
  try {
    const trained = await runTraining(options, out, reals, scorerOf(scoring, options), onProgress, signal);
    for (const warning of trained.warnings) onMessage(`warning: ${warning}`);
    const fakes = fakeSet(trained.end.generator, options);
    const shown = await firstOf({ ...fakes, count: SHOWN }, options.size);
    const gridFile = join(out, 'grids', 'final.png');
    await writeFileAtomic(gridFile, encodePng(shown));

    let scored: Scored | undefined;
    if (!signal.aborted) {
      onProgress({ phase: 'writing samples', done: 0, total: fakes.count, unit: 'images' });
      await saveSamples(imagesOf(fakes), join(out, 'samples'));
      try {
        scored = await runScoring(scoring, options, reals, fakes, trained.end.step, weights);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    }
    trained.end.generator.dispose();
    const origin = { weights: weightsOrigin(weights), notes };
    const metrics = metricsOf(options, reals, trained, backend.name, scored, origin);
    const report = join(out, 'report.html');
    const html = renderReport({
      metrics,
      steps: trained.log,
      grids: await readGrids(out),
      reals: encodePng(await firstOf(reals.train, options.size)),
      fakes: encodePng(shown),
    });
    await writeFileAtomic(join(out, 'metrics.json'), Buffer.from(`${JSON.stringify(metrics, null, 2)}\n`));
    await writeFileAtomic(report, Buffer.from(html));
    return { metrics, report, grid: gridFile };
  } finally {
    scoring.engine.dispose();
  }
}

async function* imagesOf(set: ImageSet): AsyncGenerator<Image> {
  for await (const { image } of set.read()) yield image;
}
