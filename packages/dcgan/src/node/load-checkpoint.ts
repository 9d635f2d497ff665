import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readWholeFile } from '@cxr/data/node';
import { CxrFileError, withFile } from '@cxr/image';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { TrainConfig } from '../config.js';
import { createGenerator } from '../networks/create-generator.js';
import { requireBackend } from '../networks/require-backend.js';
import { restoreModel, type TrainState } from '../training/train-state.js';
import {
  type DecodeOptions,
  decodeCheckpoint,
  decodeManifest,
  decodeSampler,
  type ReadPart,
} from './checkpoint-files.js';
import { listCheckpoints, stepFolder } from './checkpoint-folder.js';

export interface LoadCheckpointOptions extends DecodeOptions {
  /** Step of the checkpoint to load. @default the latest */
  step?: number | undefined;
}

/** What a checkpoint's manifest says. */
export interface CheckpointInfo {
  step: number;
  config: TrainConfig;
  /** Names of the classes, in the order of their numbers; undefined if the run was given none. */
  classNames: readonly string[] | undefined;
  best: TrainState['best'];
  images: TrainState['images'];
}

/**
 * Reads a checkpoint. `folder` is one, or the store that holds it, or a run's folder with a store called `checkpoint`.
 * @throws CxrFileError `not-found` if there is none; `corrupt`, `truncated` or `unsupported` naming the bad file,
 * and the earlier checkpoints that may still be good.
 */
export async function loadCheckpoint(
  folder: string,
  options: LoadCheckpointOptions = {},
): Promise<TrainState> {
  return withAlternatives(folder, options, (found) => decodeCheckpoint(found, reader(found), options));
}

/** Reads only a checkpoint's manifest: quick, and needs no backend. Folders and errors as in `loadCheckpoint`. */
export async function readCheckpointInfo(
  folder: string,
  options: LoadCheckpointOptions = {},
): Promise<CheckpointInfo> {
  const manifest = await withAlternatives(folder, options, (found) =>
    decodeManifest(found, reader(found), options),
  );
  const { step, config, classNames, best, images } = manifest;
  return { step, config, classNames, best: best ?? undefined, images: images ?? undefined };
}

/** Loads the network that samples are drawn from: the EMA of the generator if there is one. Folders and errors as in `loadCheckpoint`. */
export async function loadGenerator(
  folder: string,
  options: LoadCheckpointOptions = {},
): Promise<tfl.LayersModel> {
  requireBackend();
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
    return { found: join(store, stepFolder(chosen)), others: steps.filter((other) => other !== chosen) };
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
