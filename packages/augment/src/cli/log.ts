import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '@cxr/cli';
import { FOLDER_LOCK, type JsonLines, openJsonLines, writeFileAtomic } from '@cxr/data/node';
import type { Settings } from './options.js';
import type { LogLine } from './task.js';

const SETTINGS = 'augment.json';
const LOG = 'augment.jsonl';

/**
 * Writes the settings to a new output folder, or checks that an earlier run wrote the same ones.
 * @throws UsageError for other settings, or a folder with other files.
 */
export async function openOutput(folder: string, settings: Settings): Promise<void> {
  const file = join(folder, SETTINGS);
  // 16 is the same as none, and undefined is left out.
  const bits = settings.bits === 16 ? undefined : settings.bits;
  const text = `${JSON.stringify({ ...settings, bits })}\n`;
  if (existsSync(file)) {
    const before = await readFile(file, 'utf8');
    if (before !== text) {
      throw new UsageError(`${folder} holds copies made with ${before.trim()}; this run has ${text.trim()}`);
    }
    return;
  }
  const others = (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith(FOLDER_LOCK));
  if (others.length > 0) {
    throw new UsageError(`${folder} is not empty and was not written by cxr-augment`);
  }
  await writeFileAtomic(file, text);
}

/**
 * The log of this and earlier runs. A line is kept if its copy still exists; an incomplete last line of a killed run is dropped.
 */
export function openLog(folder: string): Promise<JsonLines<LogLine>> {
  const seen = new Set<string>();
  return openJsonLines(join(folder, LOG), ({ output }) => {
    if (typeof output !== 'string' || seen.has(output) || !existsSync(join(folder, output))) return false;
    seen.add(output);
    return true;
  });
}

/** Writes the whole log, sorted, so that the file does not depend on threads or interruptions. */
export async function writeLog(folder: string, lines: readonly LogLine[]): Promise<void> {
  const sorted = [...lines].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.copy - b.copy));
  await writeFileAtomic(join(folder, LOG), sorted.map((line) => `${JSON.stringify(line)}\n`).join(''));
}
