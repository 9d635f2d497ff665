import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { encodePng } from '@cxr/data';
import { listClassFolders, listImages, readImages, writeFileAtomic } from '@cxr/data/node';
import { CxrFileError, type NamedImage } from '@cxr/image';
import { CONFIG_KEYS, resolveConfig, type TrainConfig } from '../config.js';
import { checkpointFolder, listCheckpoints } from '../node/checkpoint-folder.js';
import { fileFailure } from '../node/file-failure.js';
import { loadCheckpoint } from '../node/load-checkpoint.js';
import { createRunLog } from '../node/run-log.js';
import { type TrainEvent, train } from '../training/train.js';
import type { TrainState } from '../training/train-state.js';
import { BACKEND_FLAGS, readyBackend } from './backend.js';
import {
  CONFIG_FLAGS,
  configFromFlags,
  type FlagSpecs,
  type Flags,
  numberOf,
  parseFlags,
  readJson,
  requiredText,
  textOf,
} from './flags.js';
import type { Output } from './output.js';

const FLAGS: FlagSpecs = {
  ...CONFIG_FLAGS,
  ...BACKEND_FLAGS,
  data: { type: 'string' },
  class: { type: 'string' },
  conditional: { type: 'boolean' },
  config: { type: 'string' },
  steps: { type: 'string' },
  epochs: { type: 'string' },
  'checkpoint-every': { type: 'string' },
  keep: { type: 'string' },
  'sample-every': { type: 'string' },
  samples: { type: 'string' },
  out: { type: 'string' },
  resume: { type: 'boolean' },
  'grow-from': { type: 'string' },
  'skip-bad': { type: 'boolean' },
  'stop-on-trouble': { type: 'boolean' },
};

interface LabelledFile {
  file: string;
  label: number;
}

/** `cxr-dcgan train`. @returns the exit status. */
export async function trainCommand(args: readonly string[], output: Output): Promise<number> {
  const flags = parseFlags(args, FLAGS);
  const out = requiredText(flags, 'out');
  const resume = await findResume(out, flags);
  const grow = textOf(flags, 'grow-from');
  const growFrom = grow === undefined || resume ? undefined : await loadCheckpoint(grow);
  const { files, classNames } = await listFiles(flags);
  const given = await givenConfig(flags, classNames.length);
  const config = resume ? resume.config : resolveConfig(given);
  const steps = stepsOf(flags, config, files.length);
  const backend = await readyBackend(flags, output);
  const store = join(out, 'checkpoint');
  await mkdir(out, { recursive: true }).catch((cause) => {
    throw fileFailure(cause, out, 'write');
  });
  await writeFileAtomic(
    join(out, 'config.json'),
    `${JSON.stringify({ config, steps, data: flags.data, classNames, backend }, null, 2)}\n`,
  );
  const log = await createRunLog(out, resume?.step ?? 0);
  const interrupt = listenForInterrupts(output);
  try {
    const events = train({
      ...given,
      images: readLabelled(files, flags, output),
      steps,
      resume,
      growFrom,
      checkpoints: checkpointFolder(store, { keep: numberOf(flags, 'keep', 3) }),
      checkpointEvery: numberOf(flags, 'checkpoint-every', 100),
      sampleEvery: numberOf(flags, 'sample-every', 100),
      sampleCount: numberOf(flags, 'samples', 64),
      onTrouble: flags['stop-on-trouble'] ? 'stop' : 'warn',
      signal: interrupt.signal,
    });
    let status = 0;
    for await (const event of events) {
      await log.write(event);
      if (event.type === 'sample') {
        const name = `step-${String(event.step).padStart(8, '0')}.png`;
        await writeFileAtomic(join(out, 'grids', name), encodePng(event.grid));
      }
      tell(event, steps, output);
      if (event.type !== 'end') continue;
      event.generator.dispose();
      status = event.reason === 'done' ? 0 : event.reason === 'aborted' ? interrupt.status() : 1;
    }
    return status;
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    output.note('interrupted');
    return interrupt.status();
  } finally {
    interrupt.stop();
  }
}

/** The state to go on from; undefined for a fresh run. Never writes over the checkpoints of another run unasked. */
async function findResume(out: string, flags: Flags): Promise<TrainState | undefined> {
  const steps = await listCheckpoints(join(out, 'checkpoint'));
  if (steps.length === 0) return undefined;
  if (flags.resume) return loadCheckpoint(out);
  throw new RangeError(`${out} has a run of ${steps.at(-1)} steps: give --resume, or another --out`);
}

async function givenConfig(flags: Flags, classes: number): Promise<Partial<TrainConfig>> {
  const file = textOf(flags, 'config');
  const read = file === undefined ? {} : await readJson(file);
  // A run's own config.json holds its settings under "config"; a file of settings alone will do too.
  const settings = (read.config ?? read) as Record<string, unknown>;
  const unknown = Object.keys(settings).find((key) => !(CONFIG_KEYS as readonly string[]).includes(key));
  if (unknown !== undefined) {
    throw new RangeError(
      `--config ${file}: unknown config key: ${unknown} (known: ${CONFIG_KEYS.join(', ')})`,
    );
  }
  return { ...settings, ...configFromFlags(flags), ...(flags.conditional ? { classes } : {}) };
}

async function listFiles(flags: Flags): Promise<{ files: LabelledFile[]; classNames: string[] }> {
  const data = requiredText(flags, 'data');
  const wanted = textOf(flags, 'class');
  if (!flags.conditional) {
    const folder = wanted === undefined ? data : join(data, wanted);
    return { files: (await listImages(folder)).map((file) => ({ file, label: 0 })), classNames: [] };
  }
  const folders = await listClassFolders(data);
  if (folders.length < 2) throw new CxrFileError('empty', 'fewer than two class folders', { file: data });
  return {
    files: folders.flatMap(({ files }, label) => files.map((file) => ({ file, label }))),
    classNames: folders.map(({ name }) => name),
  };
}

async function* readLabelled(
  files: readonly LabelledFile[],
  flags: Flags,
  output: Output,
): AsyncGenerator<NamedImage, void, undefined> {
  const labels = new Map(files.map(({ file, label }) => [file, label]));
  const options = {
    skipBad: flags['skip-bad'] === true,
    onBad: (error: CxrFileError) => output.note(`skipped: ${error.message}`),
  };
  const named = readImages(
    files.map(({ file }) => file),
    options,
  );
  for await (const one of named) yield { ...one, label: labels.get(one.name) ?? 0 };
}

function stepsOf(flags: Flags, config: TrainConfig, images: number): number {
  const steps = numberOf(flags, 'steps');
  if (steps !== undefined) return steps;
  const epochs = numberOf(flags, 'epochs');
  if (epochs === undefined) throw new TypeError('--steps (or --epochs) is missing');
  const batch = config.halfBatch ? config.batchSize / 2 : config.batchSize;
  return Math.ceil((epochs * images) / batch);
}

function tell(event: TrainEvent, steps: number, output: Output): void {
  if (event.type === 'step') {
    const { step, lossD, lossG, secondsPerStep, secondsLeft } = event;
    output.progress(
      `step ${step}/${steps}  D ${lossD.toFixed(3)}  G ${lossG.toFixed(3)}  ` +
        `${secondsPerStep.toFixed(2)} s a step  ${Math.ceil(secondsLeft / 60)} min left`,
    );
  }
  if (event.type === 'start') output.note(`${event.images} images, steps ${event.step} to ${event.steps}`);
  if (event.type === 'warning') output.note(`warning: ${event.message}`);
  if (event.type === 'checkpoint') output.note(`checkpoint ${event.name}`);
  if (event.type === 'end') output.note(`${event.reason} at step ${event.step}`);
}

/** The first Ctrl-C (or SIGTERM) ends the run after its step, with a checkpoint; the second ends it at once. */
function listenForInterrupts(output: Output): { signal: AbortSignal; status(): number; stop(): void } {
  const controller = new AbortController();
  let status = 0;
  const stop = (code: number) => () => {
    if (controller.signal.aborted) process.exit(code);
    status = code;
    output.note('ending after this step, with a checkpoint (once more: at once)');
    controller.abort();
  };
  const onInterrupt = stop(130);
  const onTerminate = stop(143);
  process.on('SIGINT', onInterrupt).on('SIGTERM', onTerminate);
  return {
    signal: controller.signal,
    status: () => status,
    stop: () => process.off('SIGINT', onInterrupt).off('SIGTERM', onTerminate),
  };
}
