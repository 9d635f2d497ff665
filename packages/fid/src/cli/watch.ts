import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { type CliContext, type Command, listFlag, wholeNumberFlag } from '@cxr/cli';
import { checkWritable, withLock } from '@cxr/data/node';
import { CxrFileError } from '@cxr/image';
import { frechetTerms } from '../metrics/frechet-distance.js';
import { type Checkpoint, newCheckpoints } from '../node/new-checkpoints.js';
import { type OpenEngine, openEngine } from '../node/open-engine.js';
import type { PathStatistics } from '../node/path-report.js';
import { pathStatistics } from '../node/path-statistics.js';
import { checkComparable } from '../node/statistics-settings.js';
import { preparationOf, resizeOf } from '../prepare-image.js';
import { checkReals } from './check-reals.js';
import { openEncoder } from './encoder.js';
import { furtherMetrics, IMAGE_METRICS, METRICS } from './further-metrics.js';
import { addNetworkFlags, type NetworkFlags, networkOptions, readingOf } from './options.js';
import { sizeOfFakes } from './path-images.js';
import { measureReals, type RealMeasures } from './real-measures.js';
import { findSampler, sampleCheckpoint } from './sample-checkpoint.js';
import { warningsOf } from './score-report.js';
import { trainingImages } from './training-images.js';
import { openWatchLog, type WatchLog, type WatchSettings } from './watch-log.js';

/** Flags of `cxr-fid watch`, as commander hands them over. */
interface WatchFlags extends NetworkFlags {
  metrics: string[];
  samples: number;
  every: number;
  log?: string;
  follow?: boolean;
}

/** All but those that name files: the samples are gone afterwards. */
const WATCH_METRICS = METRICS.filter((name) => name !== 'memorisation');

/** Adds `cxr-fid watch`: scores each new checkpoint of a run. */
export function defineWatch(program: Command, context: CliContext): void {
  const command = program
    .command('watch')
    .summary('score each new checkpoint of a run of cxr-dcgan')
    .description(
      'score each checkpoint of a run of cxr-dcgan: those that are there, then new ones while it trains. A line each, and a line of JSON ' +
        'in the run’s folder. Ends with the run, or by Ctrl-C; started again, it scores nothing twice. Needs @cxr/dcgan, which draws the samples.',
    )
    .argument('<run>', 'the run’s folder')
    .argument('[real]', 'the real images, or their .npz (default: those that the run was trained on)')
    .addOption(
      wholeNumberFlag('--samples <n>', 'images drawn from each checkpoint', { min: 2 }).default(1000),
    )
    .addOption(
      wholeNumberFlag('--every <n>', 'only checkpoints whose step is a multiple', { min: 1 }).default(1),
    )
    .addOption(listFlag('--metrics <list>', 'further metrics', WATCH_METRICS).default(['fid'], 'fid'))
    .option('--log <file.jsonl>', 'the log (default: fid.jsonl in the run’s folder)')
    .option('--follow', 'also wait while nobody trains, until Ctrl-C');
  addNetworkFlags(command).action((run: string, real: string | undefined, flags: WatchFlags) =>
    watch(run, real, flags, context),
  );
}

async function watch(
  run: string,
  real: string | undefined,
  given: WatchFlags,
  context: CliContext,
): Promise<void> {
  const program = findSampler();
  if (!existsSync(run)) throw new CxrFileError('not-found', 'no such folder', { file: run });
  const {
    folder: reals,
    recursive,
    reading,
  } = real === undefined
    ? await trainingImages(run, given)
    : { folder: real, recursive: given.recursive === true, reading: {} };
  const flags: WatchFlags = { ...reading, ...given };
  const file = flags.log ?? join(run, 'fid.jsonl');
  await checkWritable(file);
  await withLock(`${file}-lock`, async () => {
    const encoder = await openEncoder(flags, context);
    const options = { ...networkOptions(flags, context, encoder), recursive };
    let opened: OpenEngine | undefined;
    try {
      await checkReals(reals, flags, options);
      opened = await openEngine(options);
      const settings = settingsOf(reals, { ...flags, recursive }, opened);
      const log = await openWatchLog(file, settings);
      const warned = new Set<string>();
      const warn = (message: string): void => {
        if (!warned.has(message)) context.output.note(`warning: ${message}`);
        warned.add(message);
      };
      const setup = {
        warn,
        weights: opened.weights,
        reals,
        program,
        flags,
        context,
        log,
        options: { ...options, engine: opened.engine },
      };
      await scoreAll(run, setup);
      sayBest(log, context);
    } finally {
      opened?.dispose();
      encoder?.dispose();
    }
  });
}

/** What the scoring of a checkpoint needs. */
interface Setup {
  /** Says each warning once. */
  warn(message: string): void;
  weights: OpenEngine['weights'];
  reals: string;
  program: string;
  flags: WatchFlags;
  context: CliContext;
  log: WatchLog;
  options: ReturnType<typeof networkOptions>;
}

async function scoreAll(run: string, setup: Setup): Promise<void> {
  const { flags, context, log } = setup;
  const { output, signal } = context;
  if (log.others > 0) output.note(`the log also has ${log.others} scores by other settings`);
  if (log.lines.length > 0) output.note(`${log.lines.length} checkpoints are scored already`);
  let real: (PathStatistics & { reals: RealMeasures }) | undefined;
  for await (const checkpoint of newCheckpoints(run, { ...flags, signal })) {
    if (log.isScored(checkpoint)) continue;
    real ??= await openReals(setup);
    await scoreCheckpoint(checkpoint, real, setup);
  }
}

/** The reals' statistics, and what is measured of their images: the same for all checkpoints. */
async function openReals(setup: Setup): Promise<PathStatistics & { reals: RealMeasures }> {
  const { seed } = setup.flags;
  const statistics = await statisticsOf(setup.reals, setup);
  return { ...statistics, reals: measureReals(statistics, { reading: readingOf(setup.flags), seed }) };
}

async function scoreCheckpoint(
  checkpoint: Checkpoint,
  real: PathStatistics & { reals: RealMeasures },
  setup: Setup,
): Promise<void> {
  const { program, flags, context, log } = setup;
  const { output, signal } = context;
  const { samples: count, seed, threads, metrics } = flags;
  const { step, folder, sha256 } = checkpoint;
  const out = await mkdtemp(join(tmpdir(), 'cxr-fid-watch-'));
  try {
    output.progress({ phase: `sampling step ${step}`, done: 0, total: count, unit: 'images' });
    const start = performance.now();
    const fault = await sampleCheckpoint(program, { checkpoint: folder, out, count, seed, threads, signal });
    signal.throwIfAborted();
    if (fault !== undefined) return notSampled(checkpoint, fault, context);
    const fake = await statisticsOf(out, setup, step);
    // Checked at the start, too, but the file may be written anew since.
    checkComparable([real], fake.settings);
    for (const message of warningsOf({
      paths: [real, { ...fake, path: 'each checkpoint' }],
      dims: real.statistics.dims,
      weights: setup.weights,
    }))
      setup.warn(message);
    const terms = frechetTerms(real.statistics, fake.statistics);
    const sized = IMAGE_METRICS.find((name) => metrics.includes(name));
    const size = sized === undefined ? undefined : await sizeOfFakes(out, sized, {});
    const { reals } = real;
    const request = {
      metrics,
      seed,
      size,
      reading: readingOf(flags),
      reals,
      kidOptions: {},
      pictures: undefined,
    };
    const further = await furtherMetrics(request, [real, fake]);
    const seconds = (performance.now() - start) / 1000;
    const [n1, n2] = [real.statistics.count ?? null, fake.statistics.count ?? null];
    await log.append({ step, checkpoint: sha256, ...terms, ...further, n1, n2, seconds });
    const values = Object.entries({ FID: terms.fid, ...further }).map(
      ([name, value]) => `${name} ${text(value)}`,
    );
    if (flags.json) output.result(JSON.stringify({ step, ...terms, ...further, n1, n2, seconds }));
    else output.result(`step ${step}: ${values.join(', ')}`);
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

/** A checkpoint that the run has removed is passed over; any other fault makes the exit status 1. */
function notSampled({ step, folder }: Checkpoint, fault: string, { output, fail }: CliContext): void {
  if (!existsSync(folder)) {
    output.note(
      `step ${step}: the run removed this checkpoint before it was scored (train --keep keeps more)`,
    );
    return;
  }
  output.note(`step ${step}: not scored: ${fault}`);
  fail();
}

function text(value: unknown): string {
  return typeof value === 'number' ? value.toPrecision(4) : JSON.stringify(value);
}

async function statisticsOf(
  path: string,
  { options, flags, context, warn }: Setup,
  step?: number,
): Promise<PathStatistics> {
  const report = await pathStatistics([path], {
    ...options,
    recursive: step === undefined && options.recursive,
    keepActivations: flags.metrics.some((name) => name !== 'fid'),
    onWarning: warn,
    onProgress: ({ done, total }) => {
      const phase = step === undefined ? basename(path) : `step ${step}`;
      context.output.progress({ phase, done, total, unit: 'images' });
    },
  });
  return report.paths[0]!;
}

function settingsOf(real: string, flags: WatchFlags, { engine, weights }: OpenEngine): WatchSettings {
  const { samples, seed, metrics, resize, recursive, bits, window } = flags;
  const { encoder } = engine;
  return {
    real: resolve(real),
    ...(recursive && { recursive }),
    ...(bits !== undefined && { bits }),
    ...(window !== undefined && { window }),
    dims: engine.dims,
    resize: resizeOf(preparationOf(engine, encoder ? undefined : resize)) ?? null,
    network: encoder
      ? `${encoder.sha256} ${encoder.preprocess} ${encoder.output} ${encoder.pool}`
      : (weights?.sha256 ?? weights?.kind ?? null),
    samples,
    seed,
    metrics,
  };
}

function sayBest({ lines }: WatchLog, { output }: CliContext): void {
  if (lines.length === 0) return;
  const best = lines.reduce((a, b) => (b.fid < a.fid ? b : a));
  output.note(`lowest FID ${best.fid.toPrecision(4)} at step ${best.step}, of ${lines.length} checkpoints`);
}
