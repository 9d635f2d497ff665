import { basename, join } from 'node:path';
import { type BackendName, useBackend } from '@cxr/backend';
import { downloadProgress, type Progress, versionsOf } from '@cxr/cli';
import { contactSheet, encodePng } from '@cxr/data';
import { keepSettings, withFolderLock, writeFileAtomic } from '@cxr/data/node';
import type { Scorer } from '@cxr/dcgan';
import { saveSamples } from '@cxr/dcgan/node';
import { frechetDistance, type InceptionWeights, randomWeights, Statistics } from '@cxr/fid';
import { createEngine, findWeights, loadWeights } from '@cxr/fid/node';
import { ActivationStore } from './activation-store.js';
import { openData, type PaperData } from './data.js';
import { type FakeMaker, type Fakes, generatorFakes, openFakes } from './fakes.js';
import type { Options } from './options.js';
import { PAPER } from './paper.js';
import { type ReportPicture, renderReport } from './report.js';
import type { ReproduceMetrics } from './results.js';
import { type ScoreTable, scoreTable } from './score-table.js';
import { readPaperInfo, type TrainedPaper, trainedElsewhere, trainPaper } from './train-paper.js';

/** What a run reports while it goes on, and how to stop it. */
export interface ReproduceHooks {
  readonly onProgress: (progress: Progress) => void;
  readonly onMessage: (line: string) => void;
  /** Aborting it ends the run soon; the same command goes on from there. */
  readonly signal: AbortSignal;
  /** Inception weights. @default found or downloaded as `findWeights` of @cxr/fid does; without data random */
  readonly weights?: InceptionWeights | undefined;
}

/** What a run has made. */
export interface ReproduceResult {
  readonly metrics: ReproduceMetrics;
  /** The file `reproduce.html`. */
  readonly report: string;
}

/**
 * The whole: trains the paper's GAN as long as the options say, draws its fakes, scores them by all choices beside real images, and writes
 * `metrics.json`, `reproduce.html` and `samples/`. Interrupted, it is gone on with by the same call.
 * @throws CxrFileError 'locked' where another process writes into the folder, 'mismatch' where it holds a run with other settings.
 */
export function reproduce(options: Options, hooks: ReproduceHooks): Promise<ReproduceResult> {
  return withFolderLock(options.out, () => reproduceInto(options, hooks));
}

async function reproduceInto(given: Options, hooks: ReproduceHooks): Promise<ReproduceResult> {
  const { onMessage } = hooks;
  const options = await withNetworkOf(given);
  // What can be wrong with the input should show before hours of training.
  const data = await openData(options, onMessage);
  const { name: backend } = await useBackend(options.backend, { threads: options.threads });
  onMessage(`backend ${backend}`);
  const xray = options.xray === undefined ? undefined : await openFakes(options.xray, options);
  try {
    const weights = hooks.weights ?? (await openWeights(options, hooks));
    await checkSame(options, data, weights);
    for (const note of startNotes(options, weights)) onMessage(note);
    return await trainAndScore({ options, data, weights, backend, xray }, hooks);
  } finally {
    xray?.dispose();
  }
}

/** Size, width and batch size are those of a generator that was trained elsewhere. */
async function withNetworkOf(options: Options): Promise<Options> {
  if (options.generator === undefined) return options;
  const { size, width, batchSize } = (await readPaperInfo(options.generator)).config;
  return { ...options, size, width, batchSize };
}

interface Opened {
  readonly options: Options;
  readonly data: PaperData;
  readonly weights: InceptionWeights;
  readonly backend: BackendName;
  readonly xray: FakeMaker | undefined;
}

async function trainAndScore(opened: Opened, hooks: ReproduceHooks): Promise<ReproduceResult> {
  const { options, data, weights, backend, xray } = opened;
  const { dims, threads, out } = options;
  const engine = await createEngine(weights, { dims, backend, threads });
  const store = new ActivationStore(join(out, 'activations'), engine);
  let ours: FakeMaker | undefined;
  try {
    const scorer = await scorerOf(options, data, store, hooks);
    const trained =
      options.generator === undefined
        ? await trainPaper(options, data.training, scorer, hooks)
        : await trainedElsewhere(options.generator);
    for (const warning of trained.warnings) hooks.onMessage(`warning: ${warning}`);
    const { step } = trained;
    const label = `preset paper after ${step} iteration${step === 1 ? '' : 's'}`;
    ours = generatorFakes(trained.generator, label, options);
    const scores = await scoreTable({ options, data, store, ours, xray }, hooks);
    const metrics = metricsOf(opened, engine.name, trained, scores);
    return { metrics, report: await writeResults(out, metrics, scores, trained) };
  } finally {
    ours?.dispose();
    engine.dispose();
  }
}

/** Without data nothing is fetched. */
async function openWeights(
  { data, weights: file }: Options,
  hooks: ReproduceHooks,
): Promise<InceptionWeights> {
  const named = file ?? (process.env.CXR_INCEPTION_WEIGHTS || undefined);
  if (data === undefined && named === undefined) return randomWeights(1);
  const onProgress = (progress: { received: number; total?: number | undefined }) =>
    hooks.onProgress(downloadProgress('fetching Inception weights', progress));
  return loadWeights(await findWeights({ file, onProgress }));
}

/** What may not change while a run goes on; its budget, and what is scored of it, may. */
function checkSame(options: Options, data: PaperData, weights: InceptionWeights): Promise<void> {
  const { batchSize, seed, size, width, count, dims } = options;
  return keepSettings(join(options.out, 'settings.json'), {
    ...{ batchSize, seed, size, width, count, dims },
    reals: data.reals.count,
    class: data.className,
    data: data.digest,
    weights: weights.sha256 ?? weights.kind,
    trained: options.generator === undefined ? undefined : 'elsewhere',
  });
}

/** Scores along the way as at the end, by the choices of the final table. */
async function scorerOf(
  options: Options,
  { reals }: PaperData,
  store: ActivationStore,
  { onProgress, signal }: ReproduceHooks,
): Promise<Scorer> {
  const [stretch, resize] = [options.stretch[0]!, options.resize[0]!];
  const report = (phase: string, total: number) => (done: number) =>
    onProgress({ phase, done, total, unit: 'images' });
  // Before training, so that weights that do not fit are known at once.
  const real = Statistics.of(
    await store.rows(reals, resize, { signal, onImages: report('scoring the reals', reals.count) }),
  );
  let last: Fakes | undefined;
  return async (generator, { step, signal: both }) => {
    const fakes = await generatorFakes(generator, '', options).draw(stretch, both);
    const onImages = report(`scoring iteration ${step}`, fakes.count);
    const rows = await store.rows(fakes, resize, { signal: both, onImages });
    if (last && last.key !== fakes.key) await store.remove(last, resize);
    last = fakes;
    return frechetDistance(real, Statistics.of(rows));
  };
}

/** Packages that the numbers depend on. */
const PACKAGES = [
  '@cxr/data',
  '@cxr/backend',
  '@cxr/dcgan',
  '@cxr/fid',
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-layers',
  'onnxruntime-node',
];

function metricsOf(
  { options, data, weights, backend }: Opened,
  engine: string,
  trained: TrainedPaper,
  scores: ScoreTable,
): ReproduceMetrics {
  const [stretch, resize] = [options.stretch[0]!, options.resize[0]!];
  const times = trained.log.map(({ seconds }) => seconds).sort((a, b) => a - b);
  return {
    table: scores.table,
    choices: { stretch, resize, dims: options.dims },
    byChoice: scores.byChoice,
    curve: trained.scores.filter((line) => line.stretch === stretch && line.resize === resize),
    train: {
      iterations: trained.step,
      batchSize: options.batchSize,
      paper: { iterations: PAPER.steps, batchSize: PAPER.batchSize },
      secondsPerIteration: times[times.length >> 1] ?? 0,
      minutes: times.reduce((sum, one) => sum + one, 0) / 60,
      backend,
    },
    data: {
      description: data.description,
      className: data.className,
      trainedOn: data.training.count,
      digest: data.digest,
    },
    weights: { kind: weights.kind, sha256: weights.sha256 ?? null },
    engine,
    notes: [...startNotes(options, weights), ...endNotes(options, data, trained), ...trained.warnings],
    options: plainOptions(options),
    versions: versionsOf(PACKAGES, import.meta.url),
  };
}

/** What is known before anything is computed. */
function startNotes({ data, batchSize, size, width, dims }: Options, weights: InceptionWeights): string[] {
  const notes: string[] = [];
  if (data === undefined) {
    notes.push(
      `Without --data: drawn phantoms, and networks of ${size} pixels and width ${width} where the paper’s have ${PAPER.size} and ${PAPER.width}. It shows that everything works, and says nothing about X-rays.`,
    );
  }
  if (weights.kind === 'random') {
    notes.push(
      'The Inception weights are random: these scores compare with each other alone, and not with the paper’s.',
    );
  } else if (dims !== PAPER.dims) {
    notes.push(
      `Scored at dims ${dims}, the paper at ${PAPER.dims}: the scores do not compare with the paper’s.`,
    );
  }
  if (batchSize !== PAPER.batchSize) {
    notes.push(`The batch size is ${batchSize}; the paper’s is ${PAPER.batchSize}.`);
  }
  return notes;
}

function endNotes(options: Options, data: PaperData, trained: TrainedPaper): string[] {
  const notes: string[] = [];
  const share = (trained.step * options.batchSize) / (PAPER.steps * PAPER.batchSize);
  if (trained.step < PAPER.steps || share < 1) {
    notes.push(
      `${trained.step} iterations of the paper’s ${PAPER.steps}, with ${percent(share)} of the images that its networks saw.`,
    );
  }
  if (options.generator !== undefined) {
    notes.push(
      'The networks were trained elsewhere (--generator), so there are no times, losses and scores along the way.',
    );
  }
  if (options.xray === undefined) {
    notes.push('No other fakes were named (--xray), so the tables have none.');
  }
  if (data.others.length === 0) notes.push('There is no other class to compare with: --data has one.');
  const smallest = Math.min(options.count, data.reals.count >> 1);
  if (smallest <= options.dims && smallest < PAPER.reals >> 1) {
    notes.push(
      `The smallest set has ${smallest} images for ${options.dims} dims: distances of so few read too high, so compare equal numbers only.`,
    );
  }
  return notes;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}

/** Without folders of this machine, and without what only training takes where nothing was trained. */
function plainOptions(options: Options): Record<string, unknown> {
  const { data, weights, generator, xray, out: _, steps, minutes, scoreEvery, ...others } = options;
  const rest = generator === undefined ? { steps, minutes, scoreEvery, ...others } : others;
  const name = (path: string | undefined) => (path === undefined ? undefined : basename(path));
  return { data: name(data), weights: name(weights), generator: name(generator), xray: name(xray), ...rest };
}

const SHOWN = 32;

/** Fakes and numbers alone: no X-ray is written. */
async function writeResults(
  out: string,
  metrics: ReproduceMetrics,
  { fakes }: ScoreTable,
  { log }: TrainedPaper,
): Promise<string> {
  await saveSamples(fakes[0]!.fakes.images, join(out, 'samples'));
  const pictures = fakes.map(({ label, stretch, fakes: { images } }): ReportPicture => {
    const png = encodePng(contactSheet(images.slice(0, SHOWN), { columns: 8, background: 255 }));
    return { png, label, stretch };
  });
  await writeFileAtomic(join(out, 'metrics.json'), `${JSON.stringify(metrics, null, 1)}\n`);
  const report = join(out, 'reproduce.html');
  await writeFileAtomic(report, renderReport(metrics, pictures, log));
  return report;
}
