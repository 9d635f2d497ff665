import { open, readFile } from 'node:fs/promises';
import { CxrFileError, checkFunction, checkText } from '@cxr/image';
import { fileSystemError } from './file-system-error.js';
import { writeFileAtomic } from './write-file-atomic.js';
import { writeAll } from './write-flushed.js';

/** A log of one JSON object a line. */
export interface JsonLines<T> {
  /** The lines in the file: those kept at opening, then those appended. */
  readonly lines: readonly T[];
  /** @throws CxrFileError naming the file. */
  append(...added: readonly T[]): Promise<void>;
}

/**
 * Opens a log to go on with it, or starts one with its first line. What is no whole JSON object, such as the line in
 * writing when a run was killed, and what `keep` does not want is taken out of the file first, so that a new line never
 * continues a torn one.
 * @param keep whether a line stays. @default all
 * @throws CxrFileError naming the file, where it cannot be read or written.
 */
export async function openJsonLines<T extends object>(
  file: string,
  keep: (line: T) => boolean = () => true,
): Promise<JsonLines<T>> {
  checkText('file', file);
  checkFunction('keep', keep);
  const text = await readText(file);
  const lines = text.split('\n').flatMap((line) => {
    const value = parse(line) as T | undefined;
    return value !== undefined && keep(value) ? [value] : [];
  });
  const kept = textOf(lines);
  if (kept !== text) await writeFileAtomic(file, kept);
  let torn = false;
  return {
    lines,
    async append(...added) {
      try {
        await appendText(file, (torn ? '\n' : '') + textOf(added));
        torn = false;
      } catch (cause) {
        torn = true;
        throw fileSystemError(cause, file, 'unwritable');
      }
      lines.push(...added);
    },
  };
}

/**
 * The lines of a log, which may be in writing: a last line without an end is left out, and the file is not touched. No file is an
 * empty log.
 * @throws CxrFileError naming the file, where it cannot be read; 'corrupt', with the line's number, for a line that is no JSON object.
 */
export async function readJsonLines<T extends object>(file: string): Promise<T[]> {
  checkText('file', file);
  const lines = (await readText(file)).split('\n').slice(0, -1);
  return lines.map((line, i) => {
    const value = parse(line);
    if (value === undefined) throw new CxrFileError('corrupt', `line ${i + 1} is no JSON object`, { file });
    return value as T;
  });
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw fileSystemError(cause, file);
  }
}

function parse(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function textOf(lines: readonly object[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

async function appendText(file: string, text: string): Promise<void> {
  const handle = await open(file, 'a');
  try {
    await writeAll(handle, new TextEncoder().encode(text));
  } finally {
    await handle.close();
  }
}
