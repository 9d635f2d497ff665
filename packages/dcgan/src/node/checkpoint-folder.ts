import { open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileSystemError, makeFolder, writeFlushed } from '@cxr/data/node';
import { checkOptions } from '@cxr/image';
import type { CheckpointStore } from '../training/train-options.js';
import type { TrainState } from '../training/train-state.js';
import { checkFolder } from './check-folder.js';
import { encodeCheckpoint } from './checkpoint-files.js';

/** Options of `checkpointFolder`. */
export interface CheckpointFolderOptions {
  /** How many of the latest checkpoints stay; at least 1. @default 3 */
  keep?: number | undefined;
}

/** Prefix of unfinished checkpoints and of those being removed. Neither is ever read. */
const UNFINISHED = '.unfinished-';

/**
 * A checkpoint store that is a folder: each checkpoint a folder `step-00000100` in it (see `encodeCheckpoint` for what
 * lies inside). It is written under a temporary name, flushed to the disk and renamed, so a checkpoint is there whole or not
 * at all, whenever the process is killed.
 * @throws RangeError for an unknown option or a `keep` below 1; TypeError if `folder` is no path; saving throws CxrFileError naming
 * what could not be written.
 */
export function checkpointFolder(folder: string, options: CheckpointFolderOptions = {}): CheckpointStore {
  checkFolder('checkpointFolder', folder);
  checkOptions<CheckpointFolderOptions>('checkpointFolder', options, { keep: true });
  const { keep = 3 } = options;
  if (!(Number.isInteger(keep) && keep > 0)) throw new RangeError(`invalid keep: ${keep}`);
  return {
    async save(state: TrainState): Promise<string> {
      const name = stepFolder(state.step);
      const target = join(folder, name);
      const beside = join(folder, `${UNFINISHED}${name}-${process.pid}`);
      const files = encodeCheckpoint(state);
      try {
        await makeFolder(folder);
        await removeUnfinished(folder);
        await writeFolder(beside, files);
        await replaceFolder(beside, target);
        await removeOld(folder, keep);
      } catch (cause) {
        await rm(beside, { recursive: true, force: true }).catch(() => {});
        throw fileSystemError(cause, target, 'unwritable');
      }
      return target;
    },
  };
}

/**
 * The steps of the checkpoints in a folder, ascending; none if there is no such folder.
 * @throws CxrFileError naming the folder if it cannot be read; TypeError if `folder` is no path.
 */
export async function listCheckpoints(folder: string): Promise<number[]> {
  checkFolder('listCheckpoints', folder);
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw fileSystemError(error, folder);
  });
  return names
    .filter((name) => /^step-\d{8,}$/.test(name))
    .map((name) => Number(name.slice(5)))
    .sort((a, b) => a - b);
}

/** The folder's name of a checkpoint; the zeros make names sort as steps do. */
export function stepFolder(step: number): string {
  return `step-${String(step).padStart(8, '0')}`;
}

async function writeFolder(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  for (const [name, bytes] of files) {
    const file = join(folder, name);
    await makeFolder(dirname(file));
    await writeFlushed(file, bytes);
  }
}

/** Moves a finished folder to its place; a folder of that name, from an earlier run, is moved away first. */
async function replaceFolder(from: string, to: string): Promise<void> {
  const old = `${from}-replaced`;
  await rename(to, old).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await rename(from, to);
  await rm(old, { recursive: true, force: true });
  await syncFolder(dirname(to));
}

/** Flushes the renaming itself. Not every platform can open a folder; there it is left to the system. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(UNFINISHED)) await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** Renamed before it is deleted, so that a kill in between leaves no half checkpoint behind. */
async function removeOld(folder: string, keep: number): Promise<void> {
  for (const step of (await listCheckpoints(folder)).slice(0, -keep)) {
    const doomed = join(folder, `${UNFINISHED}removing-${step}`);
    await rename(join(folder, stepFolder(step)), doomed);
    await rm(doomed, { recursive: true, force: true });
  }
}
