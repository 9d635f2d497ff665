import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { vi } from 'vitest';

/** The blocks of code of a language in a Markdown text. */
export function snippetsOf(markdown: string, language = 'ts'): string[] {
  const blocks = markdown.matchAll(/^```(\w*)\n(.*?)^```$/gms);
  return [...blocks].filter(([, found]) => found === language).map(([, , code]) => code!);
}

let count = 0;

/**
 * Runs a snippet as a module.
 * @param folder where it is written for that time: imports by package name must resolve from there
 * @returns the arguments of each call of `console.log`
 */
export async function runSnippet(code: string, folder: string): Promise<unknown[][]> {
  const program = join(folder, `snippet-${process.pid}-${count++}.ts`);
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  try {
    await writeFile(program, code);
    await import(/* @vite-ignore */ program);
    return log.mock.calls;
  } finally {
    log.mockRestore();
    await rm(program, { force: true });
  }
}
