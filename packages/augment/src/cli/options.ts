import { availableParallelism } from 'node:os';
import { type Command, choiceFlag, wholeNumberFlag } from '@cxr/cli';
import { PRESETS } from '../presets/presets.js';

/** What a copy looks like follows from these. Saved in OUT; a rerun with other settings is refused. */
export interface Settings {
  /** One of the names in `PRESETS`. */
  readonly preset: string;
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

/** Flags as commander hands them over. */
export interface AugmentFlags {
  preset: string;
  copies: number;
  seed: number;
  size?: number;
  workers?: number;
  skipBad?: boolean;
  json?: boolean;
}

export function addFlags(program: Command): Command {
  return program
    .description('Writes augmented copies of every image in a folder, with class folders or without, as PNG.')
    .argument('<in>', 'the folder of images')
    .argument('<out>', 'the folder for the copies')
    .addOption(
      choiceFlag('--preset <name>', 'what is done to them', Object.keys(PRESETS)).default('chestXray'),
    )
    .addOption(wholeNumberFlag('--copies <n>', 'of each image', { min: 1 }).default(5))
    .addOption(wholeNumberFlag('--seed <n>', 'the same seed makes the same images').default(0))
    .addOption(
      wholeNumberFlag(
        '--size <n>',
        'height and width of the copies (default: as they are; paperClassic 128)',
        { min: 1 },
      ),
    )
    .addOption(wholeNumberFlag('--workers <n>', 'threads (default: one a core)', { min: 1 }))
    .option('--skip-bad', 'leave out files that cannot be read, and count them')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
The output folder gets the copies in the input's class folders, augment.jsonl with the parameters of each, augment.json
with the settings and contact-sheet.png to look at. Run again, the command makes what is missing.`,
    );
}

export function optionsOf(input: string, output: string, flags: AugmentFlags): CliOptions {
  const { preset, seed, size = null, copies, workers = availableParallelism() } = flags;
  const settings = { preset, seed, size };
  return {
    input,
    output,
    settings,
    copies,
    workers,
    skipBad: flags.skipBad ?? false,
    json: flags.json ?? false,
  };
}
