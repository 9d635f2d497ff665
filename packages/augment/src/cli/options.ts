import { availableParallelism } from 'node:os';
import {
  bitsFlag,
  type Command,
  choiceFlag,
  shardFlag,
  type WindowChoice,
  wholeNumberFlag,
  windowFlag,
} from '@cxr/cli';
import type { Shard } from '@cxr/data/node';
import { PRESETS } from '../presets/presets.js';

/** The settings that decide how the copies look. Saved in OUT; a rerun with other settings is refused. */
export interface Settings {
  /** One of the names in `PRESETS`. */
  readonly preset: string;
  readonly seed: number;
  /** Height and width, pixels; null for the preset's default. */
  readonly size: number | null;
  /** Bits that 16-bit PNG and TIFF really use, as in `readImage`; those of the copies use as many. @default 16 */
  readonly bits?: number | undefined;
  /** Values shown, as in `readImage`; absent as the files say. */
  readonly window?: Exclude<WindowChoice, 'file'> | undefined;
}

/** Flags and arguments with their defaults applied. */
export interface CliOptions {
  /** Folder of images, a zip file, or a folder in one. */
  readonly input: string;
  /** Folder for the copies. */
  readonly output: string;
  readonly settings: Settings;
  /** Copies of each image, from 1 on. */
  readonly copies: number;
  /** Threads, from 1 on. */
  readonly workers: number;
  /** The part of the images that is done; all without it. */
  readonly shard?: Shard | undefined;
  /** Leave out files that cannot be read, and count them. */
  readonly skipBad: boolean;
  /** Print one JSON object. */
  readonly json: boolean;
}

/** The flags as commander returns them. */
export interface AugmentFlags {
  preset: string;
  copies: number;
  seed: number;
  size?: number | undefined;
  bits?: number | undefined;
  window?: WindowChoice | undefined;
  workers?: number | undefined;
  shard?: Shard | undefined;
  skipBad?: boolean | undefined;
  json?: boolean | undefined;
}

/** Adds the arguments and flags of `cxr-augment` to a command. */
export function addFlags(program: Command): Command {
  return program
    .description(
      'Writes augmented copies of every image in a folder or zip file, with class folders or without, as PNG.',
    )
    .argument('<in>', 'the folder of images, a zip file, or a folder in it (set.zip!train)')
    .argument('<out>', 'the folder for the copies')
    .addOption(choiceFlag('--preset <name>', 'the augmentation', Object.keys(PRESETS)).default('chestXray'))
    .addOption(wholeNumberFlag('--copies <n>', 'copies of each image', { min: 1 }).default(5))
    .addOption(wholeNumberFlag('--seed <n>', 'the same seed makes the same images').default(0))
    .addOption(
      wholeNumberFlag(
        '--size <n>',
        'height and width of the copies (default: those of the image; paperClassic 128)',
        { min: 1 },
      ),
    )
    .addOption(bitsFlag())
    .addOption(windowFlag())
    .addOption(wholeNumberFlag('--workers <n>', 'threads (default: one for each core)', { min: 1 }))
    .addOption(shardFlag('image'))
    .option('--skip-bad', 'leave out files that cannot be read, and count them')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
The output folder gets the copies in the input's class folders, augment.jsonl with the parameters of each, augment.json
with the settings, and contact-sheet.png, a picture of some of them. A second run makes only the copies that are missing.
With --bits 12 copies of 16 bits are in 0..4095, too: read them with the same --bits.`,
    );
}

/** Applies the defaults. */
export function optionsOf(input: string, output: string, flags: AugmentFlags): CliOptions {
  const {
    preset,
    seed,
    size = null,
    bits,
    window = 'file',
    copies,
    workers = availableParallelism(),
  } = flags;
  // Folders of before bits and windows, and without, have none in their settings.
  const settings = {
    preset,
    seed,
    size,
    bits,
    ...(window !== 'file' && { window }),
  };
  return {
    input,
    output,
    settings,
    copies,
    workers,
    shard: flags.shard,
    skipBad: flags.skipBad ?? false,
    json: flags.json ?? false,
  };
}
