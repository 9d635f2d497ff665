import { existsSync } from 'node:fs';
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
  /**
   * How many checkpoints stay: the one just saved and the latest before it; those of later steps, of a run that went back to an earlier
   * one, go first. At least 1. @default 3
   */
  keep?: number | undefined;
}

/** Prefix of unfinished checkpoints and of those being removed. Neither is ever read. */
const UNFINISHED = '.unfinished-';

/** Prefix of a whole checkpoint that makes room for another of its step: it is the one to read while its place is empty. */
const REPLACED = '.replaced-';

/**
 * A checkpoint store that is a folder: each checkpoint a folder `step-00000100` in it (see `encodeCheckpoint` for what
 * lies inside). It is written under a temporary name, flushed to the disk and renamed, so a checkpoint is there whole or not
 * at all, whenever the process is killed; one that another of its step replaces is kept until that is in its place.
 * @throws RangeError for an unknown option or a `keep` below 1; TypeError if `folder` is no path; saving throws CxrFileError naming
 * what could not be written, before an earlier checkpoint goes; also for a state whose numbers are not all finite.
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
      try {
        const files = encodeCheckpoint(state);
        await makeFolder(folder);
        await clearRemains(folder);
        await writeFolder(beside, files);
        await putInPlace(beside, folder, name);
        await removeOld(folder, state.step, keep);
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
  const steps = names.flatMap((name) => {
    const [, digits] = CHECKPOINT.exec(name) ?? [];
    return digits === undefined ? [] : [Number(digits)];
  });
  return [...new Set(steps)].sort((a, b) => a - b);
}

/** Where the checkpoint of a step that is listed lies. */
export function checkpointPath(folder: string, step: number): string {
  const [place, replaced] = ['', REPLACED].map((prefix) => join(folder, prefix + stepFolder(step)));
  return existsSync(place!) || !existsSync(replaced!) ? place! : replaced!;
}

const CHECKPOINT = /^(?:\.replaced-)?step-(\d{8,})$/;

/** The folder's name of a checkpoint; the zeros make names sort as steps do. */
function stepFolder(step: number): string {
  return `step-${String(step).padStart(8, '0')}`;
}

async function writeFolder(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  for (const [name, bytes] of files) {
    const file = join(folder, name);
    await makeFolder(dirname(file));
    await writeFlushed(file, bytes);
  }
}

/** Moves a finished folder to its place; a checkpoint of that name, from an earlier run, is moved away first. */
async function putInPlace(from: string, folder: string, name: string): Promise<void> {
  const [place, replaced] = [join(folder, name), join(folder, REPLACED + name)];
  const replaces = existsSync(place);
  if (replaces) await rename(place, replaced);
  await rename(from, place);
  await syncFolder(folder);
  if (replaces) await remove(folder, REPLACED + name);
}

/** Flushes the renaming itself. Not every platform can open a folder; there it is left to the system. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

/** Clears away what a killed writer has left, and puts a checkpoint back that it had only moved away. */
async function clearRemains(folder: string): Promise<void> {
  const names = await readdir(folder);
  for (const name of names.filter((one) => one.startsWith(UNFINISHED))) {
    await rm(join(folder, name), { recursive: true, force: true });
  }
  for (const name of names.filter((one) => one.startsWith(REPLACED))) {
    const place = join(folder, name.slice(REPLACED.length));
    if (existsSync(place)) await remove(folder, name);
    else await rename(join(folder, name), place);
  }
}

async function removeOld(folder: string, saved: number, keep: number): Promise<void> {
  const steps = await listCheckpoints(folder);
  const latestLast = [...steps.filter((step) => step > saved), ...steps.filter((step) => step <= saved)];
  for (const step of latestLast.slice(0, -keep)) await remove(folder, stepFolder(step));
}

/** Renamed before it is deleted, so that a kill in between leaves no half checkpoint behind. */
async function remove(folder: string, name: string): Promise<void> {
  const doomed = join(folder, `${UNFINISHED}removing-${name}`);
  await rename(join(folder, name), doomed);
  await rm(doomed, { recursive: true, force: true });
}
