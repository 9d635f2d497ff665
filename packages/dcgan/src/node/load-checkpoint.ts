import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CxrFileError } from '@cxr/image';
import type * as tfl from '@tensorflow/tfjs-layers';
import { openModel } from '../networks/open-model.js';
import type { TrainState } from '../training/train-state.js';
import { decodeCheckpoint, decodeSampler, type ReadPart } from './checkpoint-files.js';
import { listCheckpoints, stepFolder } from './checkpoint-folder.js';
import { fileFailure } from './file-failure.js';

export interface LoadCheckpointOptions {
  /** Which checkpoint; default the latest. */
  step?: number | undefined;
}

/**
 * Reads a checkpoint. `folder` is one, or the store that holds it, or a run's folder with a store called `checkpoint`.
 * @throws CxrFileError `not-found` where there is none; `corrupt`, `truncated` or `unsupported` naming the bad file,
 * and the earlier checkpoints that may still be good.
 */
export async function loadCheckpoint(
  folder: string,
  options: LoadCheckpointOptions = {},
): Promise<TrainState> {
  return withAlternatives(folder, options, (found) => decodeCheckpoint(found, reader(found)));
}

/** Loads the network that samples are drawn from: the averaged generator where there is one. Folders and errors as in `loadCheckpoint`. */
export async function loadGenerator(
  folder: string,
  options: LoadCheckpointOptions = {},
): Promise<tfl.LayersModel> {
  return openModel(await withAlternatives(folder, options, (found) => decodeSampler(found, reader(found))));
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
    const wanted = step ?? steps.at(-1);
    if (wanted === undefined || !steps.includes(wanted)) continue;
    return { found: join(store, stepFolder(wanted)), others: steps.filter((other) => other !== wanted) };
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
  async (name) => {
    const file = join(folder, name);
    try {
      return await readFile(file);
    } catch (cause) {
      throw fileFailure(cause, file, 'read');
    }
  };
