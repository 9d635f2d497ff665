import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FOLDER_LOCK, fileSystemError, isLocked, readWholeFile } from '@cxr/data/node';
import { CxrFileError } from '@cxr/image';
import { sha256 } from '../weights/sha256.js';

/** A checkpoint of a run in training. */
export interface Checkpoint {
  step: number;
  /** Its folder. */
  folder: string;
  /** Hash of its manifest, which has the hashes of its files: another run's checkpoint of the same step has another. */
  sha256: string;
}

/** Options of `newCheckpoints`. */
export interface NewCheckpointsOptions {
  /** Only steps that are multiples of it. @default 1 */
  every?: number | undefined;
  /** Go on when nobody trains in the folder, until the signal. @default false */
  follow?: boolean | undefined;
  /** Milliseconds between two looks at the folder. @default 2000 */
  interval?: number | undefined;
  /** Ends it, without an error. */
  signal?: AbortSignal | undefined;
}

const MAX_MANIFEST = 2 ** 24;

/**
 * The checkpoints of a run of `cxr-dcgan train` (`RUN/checkpoint/step-00000100/manifest.json`), each once, by step: those that are
 * there, then new ones as they are written. A finished checkpoint is renamed to its name, so it is whole. Ends when no process holds the
 * folder's lock and all are given.
 * @throws CxrFileError 'not-found' for a folder that does not exist, or is no run: one with neither checkpoints nor somebody training
 * in it; or as it cannot be read.
 */
export async function* newCheckpoints(
  run: string,
  { every = 1, follow = false, interval = 2000, signal }: NewCheckpointsOptions = {},
): AsyncGenerator<Checkpoint, void, undefined> {
  if (!existsSync(run)) throw new CxrFileError('not-found', 'no such folder', { file: run });
  const given = new Set<string>();
  let found = false;
  while (!signal?.aborted) {
    // Asked first: the last checkpoint is written before the lock is released.
    const inTraining = await isLocked(join(run, FOLDER_LOCK));
    const all = await listSteps(run);
    found ||= all.length > 0;
    if (!found && !inTraining && !follow)
      throw new CxrFileError('not-found', 'no run: it has no checkpoints, and nobody trains in it', {
        file: run,
      });
    const next = await firstNew(
      all.filter(({ step }) => step % every === 0),
      given,
    );
    if (next) {
      given.add(next.sha256);
      yield next;
    } else if (inTraining || follow) {
      // An abort ends the wait, and then the loop.
      await sleep(interval, undefined, { signal }).catch(() => {});
    } else {
      return;
    }
  }
}

/** Checkpoints by step. */
async function listSteps(run: string): Promise<Omit<Checkpoint, 'sha256'>[]> {
  const inside = join(run, 'checkpoint');
  const parent = existsSync(inside) ? inside : run;
  const names = await readdir(parent).catch((cause) => {
    throw fileSystemError(cause, parent);
  });
  return names
    .filter((name) => /^step-\d{8,}$/.test(name))
    .map((name) => ({ step: Number(name.slice(5)), folder: join(parent, name) }))
    .sort((a, b) => a.step - b.step);
}

async function firstNew(
  all: readonly Omit<Checkpoint, 'sha256'>[],
  given: ReadonlySet<string>,
): Promise<Checkpoint | undefined> {
  for (const one of all) {
    const bytes = await readManifest(join(one.folder, 'manifest.json'));
    const hash = bytes && (await sha256(bytes));
    if (hash !== undefined && !given.has(hash)) return { ...one, sha256: hash };
  }
  return undefined;
}

/** Undefined where the run has removed the checkpoint since it was listed. */
async function readManifest(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readWholeFile(file, MAX_MANIFEST);
  } catch (error) {
    if (error instanceof CxrFileError && error.code === 'not-found') return undefined;
    throw error;
  }
}
