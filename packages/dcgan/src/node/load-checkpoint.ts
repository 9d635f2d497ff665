import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readWholeFile } from '@cxr/data/node';
import { CxrFileError, checkOptions, type KnownOptions, withFile } from '@cxr/image';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { TrainConfig } from '../config.js';
import { createGenerator } from '../networks/create-generator.js';
import { readGenerator, readGeneratorInfo } from '../networks/generator-file.js';
import { requireBackend } from '../networks/require-backend.js';
import { restoreModel, type TrainState } from '../training/train-state.js';
import { checkFolder } from './check-folder.js';
import {
  type DecodeOptions,
  decodeCheckpoint,
  decodeManifest,
  decodeSampler,
  MAX_BYTES,
  type ReadPart,
} from './checkpoint-files.js';
import { checkpointPath, listCheckpoints } from './checkpoint-folder.js';

/** Options of `loadCheckpoint`, `loadGenerator` and `readCheckpointInfo`. */
export interface LoadCheckpointOptions extends DecodeOptions {
  /** Step of the checkpoint to load; from 0. @default the latest */
  step?: number | undefined;
}

const OPTIONS: KnownOptions<LoadCheckpointOptions> = { step: true, maxBytes: true };

/** What a checkpoint's manifest says. */
export interface CheckpointInfo {
  /** Steps done. */
  step: number;
  /** The settings of its run. */
  config: TrainConfig;
  /** Names of the classes, in the order of their numbers; undefined if the run was given none. */
  classNames: readonly string[] | undefined;
  /** The lowest score so far; undefined if the run is not scored. */
  best: TrainState['best'];
  /** Which images it was trained on; undefined for a generator file. */
  images: TrainState['images'];
}

/**
 * Reads a checkpoint. `folder` is one, or the store that holds it, or a run's folder with a store called `checkpoint`.
 * @throws CxrFileError `not-found` if there is none; `not-a-directory` for a file; `corrupt`, `truncated`, `unsupported` or
 * `too-large` naming the bad file, and the earlier checkpoints that may still be good; RangeError for unknown or invalid options;
 * TypeError if `folder` is no path.
 */
export async function loadCheckpoint(
  folder: string,
  options: LoadCheckpointOptions = {},
): Promise<TrainState> {
  checkArguments('loadCheckpoint', folder, options);
  return withAlternatives(folder, options, (found) => decodeCheckpoint(found, reader(found), options));
}

/** Reads only a checkpoint's manifest: quick, and needs no backend. Folders, files and errors as in `loadGenerator`. */
export async function readCheckpointInfo(
  folder: string,
  options: LoadCheckpointOptions = {},
): Promise<CheckpointInfo> {
  checkArguments('readCheckpointInfo', folder, options);
  const bytes = await readGeneratorFile(folder, options);
  if (bytes !== undefined) {
    const { step, config, classNames } = readGeneratorInfo(bytes, { file: folder });
    return { step, config, classNames, best: undefined, images: undefined };
  }
  const manifest = await withAlternatives(folder, options, (found) =>
    decodeManifest(found, reader(found), options),
  );
  const { step, config, classNames, best, images } = manifest;
  return { step, config, classNames, best: best ?? undefined, images: images ?? undefined };
}

/**
 * Loads the network that samples are drawn from: the EMA of the generator if there is one. The caller disposes it. `folder` is as in
 * `loadCheckpoint`, or a `.safetensors` file of `writeGenerator` (`cxr-dcgan export`, `pretrained`).
 * @throws as `loadCheckpoint`; Error if no backend is ready.
 */
export async function loadGenerator(
  folder: string,
  options: LoadCheckpointOptions = {},
): Promise<tfl.LayersModel> {
  requireBackend();
  checkArguments('loadGenerator', folder, options);
  const bytes = await readGeneratorFile(folder, options);
  if (bytes !== undefined) return readGenerator(bytes, { file: folder }).generator;
  return withAlternatives(folder, options, async (found) => {
    const { config, name, model } = await decodeSampler(found, reader(found), options);
    const generator = createGenerator(config);
    try {
      restoreModel(generator, model, name);
    } catch (error) {
      generator.dispose();
      throw withFile(error, join(found, name, 'model.json'));
    }
    return generator;
  });
}

/** The bytes of a generator file; undefined where `path` is no such file. */
async function readGeneratorFile(
  path: string,
  { step, maxBytes }: LoadCheckpointOptions,
): Promise<Uint8Array | undefined> {
  if (!(path.endsWith('.safetensors') && (await isFile(path)))) return undefined;
  if (step !== undefined)
    throw new CxrFileError('not-found', `no checkpoint of step ${step}: it is a generator file`, {
      file: path,
    });
  return readWholeFile(path, maxBytes ?? MAX_BYTES);
}

function checkArguments(caller: string, folder: string, options: LoadCheckpointOptions): void {
  checkFolder(caller, folder);
  checkOptions(caller, options, OPTIONS);
  const { step, maxBytes } = options;
  if (step !== undefined && !(Number.isSafeInteger(step) && step >= 0)) {
    throw new RangeError(`invalid step: ${step}`);
  }
  if (maxBytes !== undefined && !(typeof maxBytes === 'number' && maxBytes >= 0)) {
    throw new RangeError(`invalid maxBytes: ${maxBytes}`);
  }
}

async function withAlternatives<T>(
  folder: string,
  options: LoadCheckpointOptions,
  load: (found: string) => Promise<T>,
): Promise<T> {
  const { found, others } = await findCheckpoint(folder, options.step);
  try {
    return await load(found);
  } catch (error) {
    if (!(error instanceof CxrFileError) || others.length === 0) throw error;
    const reason = `${error.reason}; there are also checkpoints at step ${others.join(', ')}`;
    throw new CxrFileError(error.code, reason, { file: error.file, cause: error });
  }
}

async function findCheckpoint(folder: string, step?: number): Promise<{ found: string; others: number[] }> {
  if (step === undefined && (await isFile(join(folder, 'manifest.json'))))
    return { found: folder, others: [] };
  for (const store of [folder, join(folder, 'checkpoint')]) {
    const steps = await listCheckpoints(store);
    const chosen = step ?? steps.at(-1);
    if (chosen === undefined || !steps.includes(chosen)) continue;
    const others = steps.filter((other) => other !== chosen);
    return { found: checkpointPath(store, chosen), others };
  }
  if (await isFile(folder)) {
    throw new CxrFileError('not-a-directory', 'a file, not the folder of a run or checkpoint', {
      file: folder,
    });
  }
  const what = step === undefined ? 'no checkpoint' : `no checkpoint of step ${step}`;
  throw new CxrFileError('not-found', what, { file: folder });
}

const isFile = (file: string): Promise<boolean> =>
  stat(file).then(
    (entry) => entry.isFile(),
    () => false,
  );

const reader =
  (folder: string): ReadPart =>
  async (name, maxBytes) =>
    readWholeFile(join(folder, name), maxBytes);
