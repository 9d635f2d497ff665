import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  bitsFlag,
  type CliContext,
  type Command,
  checkUsage,
  Option,
  type Output,
  type Reading,
  UsageError,
  wholeNumberFlag,
  windowFlag,
} from '@cxr/cli';
import { encodePng } from '@cxr/data';
import { listClassFolders, listImages, readImages, withFolderLock, writeFileAtomic } from '@cxr/data/node';
import { CxrFileError, type NamedImage } from '@cxr/image';
import { resolveConfig, stepsForEpochs, type TrainConfig } from '../config.js';
import { checkpointFolder, listCheckpoints } from '../node/checkpoint-folder.js';
import { loadCheckpoint } from '../node/load-checkpoint.js';
import { createRunLog } from '../node/run-log.js';
import { type TrainEvent, train } from '../training/train.js';
import { checkTrainOptions, type TrainOptions } from '../training/train-options.js';
import type { TrainState } from '../training/train-state.js';
import { addBackendFlags, type BackendFlags, readyBackend } from './backend.js';
import { addConfigFlags, configOf, readConfig } from './config-flags.js';
import { readingOfRun } from './run-reading.js';
import { growingFrom, startedWith } from './started-run.js';

interface LabelledFile {
  file: string;
  label: number;
}

interface TrainFlags extends BackendFlags, Reading, Partial<TrainConfig> {
  data: string;
  class?: string;
  conditional?: boolean;
  config?: string;
  steps?: number;
  epochs?: number;
  checkpointEvery: number;
  keep: number;
  sampleEvery: number;
  samples: number;
  out: string;
  resume?: boolean;
  growFrom?: string;
  skipBad?: boolean;
  stopOnWarning?: boolean;
  stopOnTrouble?: boolean;
}

/** Adds `cxr-dcgan train`. */
export function defineTrain(program: Command, context: CliContext): void {
  const command = program
    .command('train')
    .description('train a DCGAN on a folder of images')
    .requiredOption('--data <dir>', 'the images, or class folders with --class or --conditional')
    .requiredOption('--out <dir>', 'the run’s folder')
    .option('--class <name>', 'train on one class folder of --data')
    .option('--conditional', 'train on all class folders, with the class as a label')
    .option('--config <file.json>', 'settings, such as the config.json of another run')
    .addOption(wholeNumberFlag('--steps <n>', 'training steps, those of a resumed run included', { min: 1 }))
    .addOption(
      wholeNumberFlag('--epochs <n>', 'passes over the data, in place of --steps', { min: 1 }).conflicts(
        'steps',
      ),
    )
    .option('--resume', 'go on from the last checkpoint in --out; a new run where there is none')
    .option(
      '--grow-from <dir>',
      'begin with the layers shared with a run of half the size and twice the width',
    )
    .addOption(
      wholeNumberFlag('--checkpoint-every <n>', 'steps between checkpoints', { min: 1 }).default(100),
    )
    .addOption(wholeNumberFlag('--keep <n>', 'checkpoints to keep', { min: 1 }).default(3))
    .addOption(wholeNumberFlag('--sample-every <n>', 'steps between sample grids; 0: none').default(100))
    .addOption(wholeNumberFlag('--samples <n>', 'images of a sample grid', { min: 1 }).default(64))
    .option('--skip-bad', 'leave out files that cannot be read')
    .addOption(bitsFlag())
    .addOption(windowFlag())
    .option('--stop-on-warning', 'end the run when training goes wrong')
    .addOption(new Option('--stop-on-trouble', 'the same, by its old name').hideHelp());
  addConfigFlags(addBackendFlags(command)).action((flags: TrainFlags) =>
    withFolderLock(flags.out, () => runTraining(flags, context)),
  );
}

async function runTraining(flags: TrainFlags, context: CliContext): Promise<void> {
  const { output, signal } = context;
  const { out } = flags;
  const resume = await findResume(out, flags.resume === true);
  const grow = await growingFrom(flags);
  const growFrom = grow === undefined || resume ? undefined : await loadCheckpoint(grow);
  const { files: listed, classNames } = await listFiles(flags);
  const asked = await givenConfig(flags, classNames.length);
  const given = flags.resume && !resume ? await startedWith(out, asked) : asked;
  const config = resume ? resume.config : checkUsage(() => resolveConfig(given));
  checkClasses(flags, config, resume !== undefined);
  const reading = await readingOfRun(flags);
  const read = (some: readonly LabelledFile[]) => readLabelled(some, { ...flags, ...reading }, output);
  // Passes are over the images that are trained on; which these are, only reading them says.
  const counted = flags.epochs !== undefined && flags.skipBad === true && !resume?.images;
  const files = counted ? await readable(listed, read(listed), signal) : listed;
  const steps = stepsOf(flags, config, resume?.images?.count ?? files.length);
  const options: TrainOptions = {
    ...given,
    images: read(files),
    classNames: flags.conditional ? classNames : undefined,
    steps,
    resume,
    growFrom,
    checkpoints: checkpointFolder(join(out, 'checkpoint'), { keep: flags.keep }),
    checkpointEvery: flags.checkpointEvery,
    sampleEvery: flags.sampleEvery,
    sampleCount: flags.samples,
    onWarning: flags.stopOnWarning || flags.stopOnTrouble ? 'stop' : 'continue',
    signal,
  };
  const settled = checkUsage(() => checkTrainOptions(options));
  if (flags.resume && !resume) output.note(nothingToResume(out));
  if (growFrom) output.note(`grows from ${grow}`);
  const backend = await readyBackend(flags, output);
  await writeFileAtomic(
    join(out, 'config.json'),
    `${JSON.stringify({ config: settled, steps, data: flags.data, class: flags.class, classNames, growFrom: grow, reading, backend }, null, 2)}\n`,
  );
  const log = await createRunLog(out, resume?.step ?? 0);
  const events = train(options);
  for await (const event of events) {
    await log.write(event);
    if (event.type === 'sample') {
      const name = `step-${String(event.step).padStart(8, '0')}.png`;
      await writeFileAtomic(join(out, 'grids', name), encodePng(event.grid));
    }
    report(event, steps, output);
    if (event.type !== 'end') continue;
    event.generator.dispose();
    if (event.reason !== 'done') context.fail();
  }
}

/** The state to go on from; undefined for a fresh run. Never writes over the checkpoints of another run unasked. */
async function findResume(out: string, asked: boolean): Promise<TrainState | undefined> {
  const steps = await listCheckpoints(join(out, 'checkpoint'));
  if (steps.length === 0) return undefined;
  if (asked) return loadCheckpoint(out);
  throw new UsageError(`${out} has a run of ${steps.at(-1)} steps: give --resume, or another --out`);
}

function nothingToResume(out: string): string {
  return existsSync(join(out, 'config.json'))
    ? `${out} has no checkpoint yet: it starts again, with its settings`
    : `${out} has no run to resume: a new one starts`;
}

async function givenConfig(flags: TrainFlags, classes: number): Promise<Partial<TrainConfig>> {
  const settings = flags.config === undefined ? {} : await readConfig(flags.config);
  const given = { ...settings, ...configOf({ ...flags }) };
  if (!flags.conditional) return given;
  if (flags.classes !== undefined && flags.classes !== classes) {
    throw new UsageError(`--classes ${flags.classes}: ${flags.data} holds ${classes} class folders`);
  }
  return { ...given, classes };
}

/** @throws UsageError where the settings ask for labels, which only `--conditional` gives. */
function checkClasses(flags: TrainFlags, { classes }: TrainConfig, resumed: boolean): void {
  if (flags.conditional || classes === 0) return;
  if (flags.classes !== undefined) throw new UsageError('--classes needs --conditional');
  if (flags.config === undefined || resumed) {
    throw new UsageError(`${flags.out} was started with --conditional: give it again`);
  }
  throw new UsageError(`${flags.config} has ${classes} classes: give --conditional, or --classes 0`);
}

async function listFiles(flags: TrainFlags): Promise<{ files: LabelledFile[]; classNames: string[] }> {
  const { data, class: className } = flags;
  if (!flags.conditional) {
    const files = await (className === undefined ? listPlain(data) : listImages(join(data, className)));
    return { files: files.map((file) => ({ file, label: 0 })), classNames: [] };
  }
  if (className !== undefined) throw new UsageError('--class and --conditional exclude each other');
  const folders = await listClassFolders(data);
  if (folders.length < 2) throw new CxrFileError('empty', 'fewer than two class folders', { file: data });
  return {
    files: folders.flatMap(({ files }, label) => files.map((file) => ({ file, label }))),
    classNames: folders.map(({ name }) => name),
  };
}

/** The images of a folder that has them at its top. @throws UsageError naming the flags for a folder of class folders. */
async function listPlain(data: string): Promise<string[]> {
  try {
    return await listImages(data);
  } catch (error) {
    if (!(error instanceof CxrFileError && error.code === 'empty')) throw error;
    const folders = await listClassFolders(data).catch(() => []);
    if (folders.length === 0) throw error;
    const names = folders.map(({ name }) => name).join(', ');
    throw new UsageError(
      `${data} holds class folders (${names}): choose one with --class NAME, or train on all with --conditional`,
    );
  }
}

async function* readLabelled(
  files: readonly LabelledFile[],
  flags: TrainFlags,
  output: Output,
): AsyncGenerator<NamedImage, void, undefined> {
  const labels = new Map(files.map(({ file, label }) => [file, label]));
  const options = {
    skipBad: flags.skipBad === true,
    onBad: (error: CxrFileError) => output.note(`skipped: ${error.message}`),
    bits: flags.bits,
    window: flags.window,
  };
  const named = readImages(
    files.map(({ file }) => file),
    options,
  );
  for await (const one of named) {
    yield flags.conditional ? { ...one, label: labels.get(one.name) } : one;
  }
}

/** The files of which an image is read. */
async function readable(
  files: readonly LabelledFile[],
  images: AsyncIterable<NamedImage>,
  signal: AbortSignal,
): Promise<LabelledFile[]> {
  const names = new Set<string>();
  for await (const { name } of images) {
    signal.throwIfAborted();
    names.add(name);
  }
  return files.filter(({ file }) => names.has(file));
}

function stepsOf({ steps, epochs }: TrainFlags, config: TrainConfig, images: number): number {
  if (steps !== undefined) return steps;
  if (epochs === undefined) throw new UsageError('--steps (or --epochs) is missing');
  // Without any image there is an error of its own.
  return stepsForEpochs(epochs, Math.max(1, images), config);
}

function report(event: TrainEvent, steps: number, output: Output): void {
  if (event.type === 'step') {
    const { step, lossD, lossG } = event;
    const detail = `loss D ${lossD.toFixed(3)}, G ${lossG.toFixed(3)}`;
    output.progress({ phase: 'training', done: step, total: steps, unit: 'steps', detail });
  }
  if (event.type === 'start') output.note(`${event.images} images, steps ${event.step} to ${event.steps}`);
  if (event.type === 'warning') output.note(`warning: ${event.message}`);
  if (event.type === 'checkpoint') output.note(`checkpoint ${event.name}`);
  if (event.type === 'end') output.note(`${event.reason} at step ${event.step}`);
}
