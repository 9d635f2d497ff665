import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { UsageError } from './usage-error.js';

export const USAGE = `usage: cxr-augment IN OUT [flags]

Writes augmented copies of every image in IN (a folder, with class folders or without) to OUT, as PNG.

  --preset NAME   chestXray (default) or paperClassic
  --copies N      of each image (default 5)
  --seed N        the same seed makes the same images (default 0)
  --size N        height and width of the copies (default: as they are; paperClassic 128)
  --workers N     threads (default: one a core)
  --skip-bad      go on where a file cannot be read, and count it
  --json          one JSON object on standard output
  --help

OUT gets the copies in IN's class folders, augment.jsonl with the parameters of each, augment.json with the settings and
contact-sheet.png to look at. Run again, it makes what is missing.`;

/** What decides how a copy looks: OUT keeps it, and is gone on with only under the same. */
export interface Settings {
  readonly preset: 'chestXray' | 'paperClassic';
  readonly seed: number;
  /** null: as the images are */
  readonly size: number | null;
}

export interface CliOptions {
  readonly input: string;
  readonly output: string;
  readonly settings: Settings;
  readonly copies: number;
  readonly workers: number;
  readonly skipBad: boolean;
  readonly json: boolean;
}

/** Null where only help was asked for. @throws UsageError */
export function parseOptions(args: readonly string[]): CliOptions | null {
  const { values, positionals } = parsed(args);
  if (values.help) return null;
  const [input, output, ...rest] = positionals;
  if (input === undefined || output === undefined || rest.length > 0) throw new UsageError(USAGE);
  const preset = values.preset ?? 'chestXray';
  if (preset !== 'chestXray' && preset !== 'paperClassic') {
    throw new UsageError(`no preset '${preset}': chestXray or paperClassic`);
  }
  return {
    input,
    output,
    settings: {
      preset,
      seed: whole('seed', values.seed ?? '0', 0),
      size: values.size === undefined ? null : whole('size', values.size, 1),
    },
    copies: whole('copies', values.copies ?? '5', 1),
    workers: whole('workers', values.workers ?? String(availableParallelism()), 1),
    skipBad: values['skip-bad'] ?? false,
    json: values.json ?? false,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        preset: { type: 'string' },
        copies: { type: 'string' },
        seed: { type: 'string' },
        size: { type: 'string' },
        workers: { type: 'string' },
        'skip-bad': { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function whole(name: string, text: string, lowest: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < lowest || text.trim() === '') {
    throw new UsageError(`--${name} must be a whole number from ${lowest} on, not '${text}'`);
  }
  return value;
}
