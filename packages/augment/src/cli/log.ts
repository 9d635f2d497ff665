import { existsSync } from 'node:fs';
import { appendFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '@cxr/cli';
import { writeFileAtomic } from '@cxr/data/node';
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
  if (existsSync(folder) && (await readdir(folder)).length > 0) {
    throw new UsageError(`${folder} is not empty, and not an earlier output of cxr-augment`);
  }
  await writeFileAtomic(file, text);
}

/** The lines of an earlier run whose images are still there. A line cut off when that run was killed does not count. */
export async function readLog(folder: string): Promise<LogLine[]> {
  const text = await readFile(join(folder, LOG), 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    const entry = parseLine(line);
    return entry && existsSync(join(folder, entry.output)) ? [entry] : [];
  });
}

function parseLine(line: string): LogLine | null {
  try {
    return line === '' ? null : (JSON.parse(line) as LogLine);
  } catch {
    return null;
  }
}

export async function appendLog(folder: string, lines: readonly LogLine[]): Promise<void> {
  await appendFile(join(folder, LOG), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

/** The whole log, sorted: the same file however the work was split or interrupted. */
export async function writeLog(folder: string, lines: readonly LogLine[]): Promise<void> {
  const sorted = [...lines].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.copy - b.copy));
  await writeFileAtomic(join(folder, LOG), sorted.map((line) => `${JSON.stringify(line)}\n`).join(''));
}
