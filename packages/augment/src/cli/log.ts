import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '@cxr/cli';
import { FOLDER_LOCK, type JsonLines, openJsonLines, writeFileAtomic } from '@cxr/data/node';
import type { Settings } from './options.js';
import type { LogLine } from './task.js';

const SETTINGS = 'augment.json';
const LOG = 'augment.jsonl';

/** Makes the output folder ours, or finds it so, made with the same settings. @throws UsageError */
export async function openOutput(folder: string, settings: Settings): Promise<void> {
  const file = join(folder, SETTINGS);
  const text = `${JSON.stringify(settings)}\n`;
  if (existsSync(file)) {
    const before = await readFile(file, 'utf8');
    if (before !== text) {
      throw new UsageError(`${folder} holds copies made with ${before.trim()}; this run has ${text.trim()}`);
    }
    return;
  }
  const others = (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith(FOLDER_LOCK));
  if (others.length > 0) {
    throw new UsageError(`${folder} is not empty, and not an earlier output of cxr-augment`);
  }
  await writeFileAtomic(file, text);
}

/**
 * The log of this and earlier runs. A line stays while its copy is there; a line cut off when a run was killed does not.
 */
export function openLog(folder: string): Promise<JsonLines<LogLine>> {
  const seen = new Set<string>();
  return openJsonLines(join(folder, LOG), ({ output }) => {
    if (typeof output !== 'string' || seen.has(output) || !existsSync(join(folder, output))) return false;
    seen.add(output);
    return true;
  });
}

/** The whole log, sorted: the same file however the work was split or interrupted. */
export async function writeLog(folder: string, lines: readonly LogLine[]): Promise<void> {
  const sorted = [...lines].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.copy - b.copy));
  await writeFileAtomic(join(folder, LOG), sorted.map((line) => `${JSON.stringify(line)}\n`).join(''));
}
