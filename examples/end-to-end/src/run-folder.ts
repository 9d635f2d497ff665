import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '@cxr/cli';
import type { Options } from './options.js';

const holdsRun = (folder: string) =>
  ['checkpoint', 'log.jsonl'].some((name) => existsSync(join(folder, name)));

/**
 * Where a run is kept. An earlier run is never written over: without `--out` it is the first free folder (or, to
 * resume, the last one in use), with `--out` a folder that holds a run can only be resumed.
 * @throws UsageError if there is no run to resume, or if the folder already holds a run.
 */
export function runFolder(options: Pick<Options, 'out' | 'name' | 'resume'>): string {
  const { out, name, resume } = options;
  const used = (folder: string) => {
    if (resume && !holdsRun(folder)) throw new UsageError(`${folder} holds no run to resume`);
    return folder;
  };
  if (out !== undefined) {
    if (!resume && holdsRun(out)) {
      throw new UsageError(`${out} holds a run: go on with --resume, or choose another --out`);
    }
    return used(out);
  }
  let last = name;
  let next = name;
  for (let i = 2; holdsRun(next); i++) {
    last = next;
    next = `${name}-${i}`;
  }
  return resume ? used(last) : next;
}
