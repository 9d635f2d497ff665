import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError, windowText } from '@cxr/cli';
import { readWholeFile, writeFileAtomic } from '@cxr/data/node';
import type { InceptionWeights } from '@cxr/fid';
import type { Options } from './options.js';

/** The file with the options of a run, written before it trains. */
export const SETTINGS = 'settings.json';

const MAX_SETTINGS = 2 ** 24;

/** The options of a run as JSON has them: the window is text. */
type Saved = { readonly [Name in keyof Options | 'weightsHash']?: unknown };

/** Writes what a run computes with into its folder. */
export async function saveSettings(out: string, options: Options, weights: InceptionWeights): Promise<void> {
  await writeFileAtomic(
    join(out, SETTINGS),
    `${JSON.stringify({ ...plainOptions(options), weightsHash: hashOf(weights) }, null, 2)}\n`,
  );
}

/** The options as JSON has them. */
export function plainOptions(options: Options): Omit<Options, 'window'> & { window: string | undefined } {
  return { ...options, window: options.window && windowText(options.window) };
}

/**
 * Checks that a run goes on with the images that it began with, read in the same way, and with the same networks, as far as its
 * settings.json says. A folder that has moved is the same.
 * @throws UsageError naming the option that differs.
 */
export async function checkResumed(out: string, options: Options): Promise<void> {
  const saved = await savedSettings(out);
  if (saved) refuseOthers(out, trainedWith(saved), trainedWith(plainOptions(options)));
}

/**
 * Checks that a run with scores from its training gets more of the same: others would be no curve, and the best state would not be it.
 * @throws UsageError naming the option that differs.
 */
export async function checkScored(out: string, options: Options, weights: InceptionWeights): Promise<void> {
  const saved = await savedSettings(out);
  if (!saved || !statSync(join(out, 'scores.jsonl'), { throwIfNoEntry: false })?.size) return;
  const now = { ...options, window: undefined, weightsHash: hashOf(weights) };
  refuseOthers(out, scoredWith(saved), scoredWith(now));
}

type Words = Readonly<Record<string, string>>;

function refuseOthers(out: string, before: Words, now: Words): void {
  for (const [name, word] of Object.entries(now)) {
    if (word !== before[name])
      throw new UsageError(`${out} holds a run with ${name} ${before[name]}, not ${word}`);
  }
}

function trainedWith(saved: Saved): Words {
  const { data, class: name = 'none', bits = 16, window = 'file', ema = 'of the preset' } = saved;
  return {
    'images of': data === undefined ? 'phantoms' : '--data',
    '--class': `${name}`,
    '--bits': `${bits}`,
    '--window': `${window}`,
    '--preset': `${saved.preset}`,
    '--size': `${saved.size}`,
    '--width': `${saved.width}`,
    '--batch-size': `${saved.batchSize}`,
    '--seed': `${saved.seed}`,
    '--ema': `${ema}`,
    '--diff-augment': saved.diffAugment ? 'on' : 'off',
  };
}

function scoredWith(saved: Saved): Words {
  return {
    'scores of --samples': `${saved.samples}`,
    'scores of --dims': `${saved.dims}`,
    'scores of --weights': `${saved.weightsHash}`,
  };
}

/** Random weights follow from the seed. */
function hashOf({ sha256, kind }: InceptionWeights): string {
  return sha256?.slice(0, 12) ?? kind;
}

/** Those of an earlier part of the run; undefined for one that has none. */
async function savedSettings(out: string): Promise<Saved | undefined> {
  const file = join(out, SETTINGS);
  if (!existsSync(file)) return undefined;
  try {
    return Object(JSON.parse(new TextDecoder().decode(await readWholeFile(file, MAX_SETTINGS))));
  } catch {
    return undefined;
  }
}
