import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '@cxr/cli';
import { FOLDER_LOCK, isLocked, withFolderLock } from '@cxr/data/node';
import { CxrFileError } from '@cxr/image';
import { SETTINGS } from './check-resumed.js';
import type { Options } from './options.js';

type Place = Pick<Options, 'out' | 'name' | 'resume'>;

const RUN = ['checkpoint', 'log.jsonl', SETTINGS];
const holds = (folder: string, names: readonly string[]) =>
  names.some((name) => existsSync(join(folder, name)));
const holdsRun = (folder: string) => holds(folder, RUN);
/** Fakes of another program would be mixed with those of the run. */
const isUsed = (folder: string) => holds(folder, [...RUN, 'samples']);

/**
 * Where a run is kept. An earlier run is never written over: without `--out` it is the first folder that is free and not in use (or, to
 * resume, the last one with a run), with `--out` a folder that holds a run can only be resumed.
 * @throws UsageError if there is no run to resume, or if the folder already holds one, or samples.
 */
export async function runFolder({ out, name, resume }: Place): Promise<string> {
  const used = (folder: string) => {
    if (resume && !holdsRun(folder)) throw new UsageError(`${folder} holds no run to resume`);
    return folder;
  };
  if (out !== undefined) {
    if (!resume && holdsRun(out)) {
      throw new UsageError(`${out} holds a run: go on with --resume, or choose another --out`);
    }
    if (!resume && isUsed(out)) throw new UsageError(`${out} holds samples already: choose another --out`);
    return used(out);
  }
  let last = name;
  let next = name;
  for (let i = 2; isUsed(next) || (await isLocked(join(next, FOLDER_LOCK))); i++) {
    if (holdsRun(next)) last = next;
    next = `${name}-${i}`;
  }
  return resume ? used(last) : next;
}

/**
 * Does `work` in the folder of a run, which is locked meanwhile.
 * @throws as `runFolder`; CxrFileError 'locked' where another run is writing into the folder that is named or resumed.
 */
export async function inRunFolder<T>(options: Place, work: (out: string) => Promise<T>): Promise<T> {
  const out = await runFolder(options);
  try {
    return await withFolderLock(out, () => work(out));
  } catch (error) {
    const isTaken =
      error instanceof CxrFileError && error.code === 'locked' && error.file === join(out, FOLDER_LOCK);
    if (!isTaken || options.out !== undefined || options.resume) throw error;
    // A run that started at the same time was faster.
    return inRunFolder(options, work);
  }
}
