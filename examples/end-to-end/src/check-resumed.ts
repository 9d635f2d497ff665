import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError, windowText } from '@cxr/cli';
import { readWholeFile } from '@cxr/data/node';
import type { Options } from './options.js';

const MAX_METRICS = 2 ** 24;

/** The options that decide which images a run trains on, and how they are read. */
type Images = Pick<Options, 'data' | 'class' | 'bits' | 'window'>;

/** They, as JSON has them. */
type Saved = { readonly [Name in keyof Images]?: unknown };

/**
 * Checks that a run goes on with the images that it began with, read in the same way, as far as its metrics.json says. A folder that has
 * moved is the same.
 * @throws UsageError naming the option that differs.
 */
export async function checkResumed(out: string, options: Images): Promise<void> {
  const saved = await savedOptions(out);
  if (saved === undefined) return;
  const { window } = options;
  const before = wordsOf(saved);
  const now = wordsOf({ ...options, window: window && windowText(window) });
  for (const [name, word] of Object.entries(now)) {
    if (word !== before[name])
      throw new UsageError(`${out} holds a run with ${name} ${before[name]}, not ${word}`);
  }
}

/** @param options with the window as text */
function wordsOf(options: Saved): Record<string, string> {
  const { data, class: name = 'none', bits = 16, window = 'file' } = options;
  const images = data === undefined ? 'phantoms' : '--data';
  return { 'images of': images, '--class': `${name}`, '--bits': `${bits}`, '--window': `${window}` };
}

/** Those of an earlier part of the run; undefined for one that was killed before it wrote them. */
async function savedOptions(out: string): Promise<Saved | undefined> {
  const file = join(out, 'metrics.json');
  if (!existsSync(file)) return undefined;
  try {
    const { options } = JSON.parse(new TextDecoder().decode(await readWholeFile(file, MAX_METRICS)));
    return Object(options);
  } catch {
    return undefined;
  }
}
