import { basename, resolve } from 'node:path';
import { BACKEND_NAMES, type BackendRequest, OLD_BACKEND_NAMES } from '@cxr/backend';
import {
  backendFlag,
  bitsFlag,
  type Command,
  checkUsage,
  choiceFlag,
  numberFlag,
  threadsFlag,
  UsageError,
  type WindowChoice,
  wholeNumberFlag,
  windowFlag,
} from '@cxr/cli';
import { type AugmentKind, PRESETS, resolveConfig, type TrainConfig, type TrainSettings } from '@cxr/dcgan';
import { DIMS } from '@cxr/fid';

/** All options of a run; saved with it, so that it can be repeated. */
export interface Options {
  /** A folder of images, or of class folders with `class`; without it, phantoms are drawn. */
  readonly data?: string | undefined;
  /** Images never trained on: the second distance that a score is read against. */
  readonly testData?: string | undefined;
  /** The class folder of `data` and `testData` to use. */
  readonly class?: string | undefined;
  /** Name of a preset of @cxr/dcgan. */
  readonly preset: string;
  /** Pixels a side: 32, 64 or 128. */
  readonly size: number;
  /** Features of the layer at full size. */
  readonly width: number;
  /** Images of a step. */
  readonly batchSize: number;
  /** Of weights, latents, the order of images and, without `data`, the phantoms. */
  readonly seed: number;
  /** How many steps to train: `steps`, or as many as `epochs` passes over the data take. */
  readonly steps?: number | undefined;
  readonly epochs?: number | undefined;
  /** How many fakes are written and scored. */
  readonly samples: number;
  /** Steps between scores while training; 0: none before the end. */
  readonly scoreEvery: number;
  /** TensorFlow.js backend by name, or `auto`. */
  readonly backend: BackendRequest;
  /** Of the backend and the Inception network; undefined: one a core. */
  readonly threads?: number | undefined;
  /** DiffAugment (Zhao et al., 2020), what limited data needs: the preset's kinds, or all where it has none. */
  readonly diffAugment: boolean;
  /** Decay of the generator's moving average (EMA), 0 to below 1; undefined: the preset's. */
  readonly ema?: number | undefined;
  /** A run at a smaller size whose layers this run starts with. */
  readonly growFrom?: string | undefined;
  /** Bits that 16-bit files really use; undefined: all. */
  readonly bits?: number | undefined;
  /** Values shown of DICOM and of TIFF without shades; undefined: as the files say. */
  readonly window?: WindowChoice | undefined;
  /** File of Inception weights; undefined: looked for by `findWeights` of @cxr/fid. */
  readonly weights?: string | undefined;
  /** Length of the activations that are scored: 64, 192, 768 or 2048. */
  readonly dims: number;
  /** Go on with the run in `out`. */
  readonly resume: boolean;
  /** The run's folder. @default the first free one of `name`, `name-2`, … */
  readonly out?: string | undefined;
  /** Where runs on these data lie without `out`, such as `runs/phantoms`. */
  readonly name: string;
}

/** Flags as commander hands them over. */
export type RunFlags = Partial<Omit<Options, 'name'>>;

/** Adds the flags of `npm start`. */
export function addRunFlags(program: Command): Command {
  program.description(
    'Train a DCGAN on chest X-rays, sample it, score the samples, report it.\n' +
      'Without flags it runs on drawn phantoms, in two minutes.',
  );
  for (const add of [addDataFlags, addTrainingFlags, addScoringFlags, addFolderFlags]) add(program);
  return program;
}

function addDataFlags(program: Command): void {
  program
    .option('--data <dir>', 'a folder or zip file of images, or of class folders (then --class)')
    .option('--class <name>', 'which class folder, in --data and --test-data')
    .option('--test-data <dir>', 'held-out images, never trained on: scored beside the fakes')
    .addOption(bitsFlag())
    .addOption(windowFlag());
}

function addTrainingFlags(program: Command): void {
  program
    .addOption(
      choiceFlag(
        '--preset <name>',
        'ready-made settings, but for the size, width and batch size: those are as below',
        Object.keys(PRESETS),
      ).default('dcgan'),
    )
    .addOption(choiceFlag('--size <n>', 'pixels a side', [32, 64, 128]).default(64))
    .addOption(
      wholeNumberFlag('--width <n>', withDefaults('features of the layer at full size', 'width'), AT_LEAST_1),
    )
    .addOption(wholeNumberFlag('--batch-size <n>', withDefaults('images of a step', 'batchSize'), AT_LEAST_2))
    .option('--diff-augment', 'DiffAugment as in the preset, or in full (default, but for the preset paper)')
    .option('--no-diff-augment', 'without it')
    .addOption(
      numberFlag(
        '--ema <x>',
        withDefaults('decay of the averaged generator', 'ema', '; other presets than dcgan: their own'),
        {
          min: 0,
          max: 1 - 1e-9,
        },
      ),
    )
    .option('--grow-from <dir>', 'begin with the layers of a run of half the size and twice the width')
    .addOption(wholeNumberFlag('--epochs <n>', 'passes over the data; or', AT_LEAST_1).conflicts('steps'))
    .addOption(wholeNumberFlag('--steps <n>', withDefaults('training steps', 'steps'), AT_LEAST_1))
    .addOption(wholeNumberFlag('--seed <n>', 'the same seed makes the same run').default(1))
    .addOption(backendFlag(BACKEND_NAMES, OLD_BACKEND_NAMES))
    .addOption(threadsFlag('the backend and the Inception network'));
}

function addScoringFlags(program: Command): void {
  const often = 'score every n steps, too: the report draws the curve, best/ keeps the best';
  program
    .addOption(
      wholeNumberFlag('--samples <n>', withDefaults('fakes to write and score', 'samples'), AT_LEAST_2),
    )
    .addOption(wholeNumberFlag('--score-every <n>', often, AT_LEAST_1))
    .option('--weights <file>', 'Inception weights; without them they are looked for, see @cxr/fid')
    .addOption(choiceFlag('--dims <n>', withDefaults('layer that is scored', 'dims'), DIMS));
}

function addFolderFlags(program: Command): void {
  program
    .option('--resume', 'go on from the last checkpoint in --out, or begin anew where there is none yet')
    .option('--out <dir>', 'the run’s folder (default: a new one in runs/, named after the data)');
}

/** The description of a flag whose default depends on whether there are data. */
function withDefaults(description: string, key: keyof typeof ON_DATA, more = ''): string {
  return `${description} (default: ${ON_DATA[key]} on data, ${ON_PHANTOMS[key]} on phantoms${more})`;
}

/** The flags with their defaults. @throws UsageError where they contradict each other or the preset. */
export function optionsOf(flags: RunFlags): Options {
  const { data, testData, class: className, preset = 'dcgan', epochs } = flags;
  const real = data !== undefined;
  if (!real && (testData !== undefined || className !== undefined)) {
    throw new UsageError('--test-data and --class go with --data');
  }
  const fallback = real ? ON_DATA : ON_PHANTOMS;
  const own = preset === 'dcgan';
  const options: Options = {
    data,
    testData,
    class: className,
    weights: flags.weights,
    growFrom: flags.growFrom,
    bits: flags.bits,
    window: flags.window,
    out: flags.out,
    preset,
    size: flags.size ?? 64,
    width: flags.width ?? fallback.width,
    batchSize: flags.batchSize ?? fallback.batchSize,
    diffAugment: flags.diffAugment ?? (own || kindsOf(preset).length > 0),
    ema: flags.ema ?? (own ? fallback.ema : undefined),
    epochs,
    steps: epochs === undefined ? (flags.steps ?? fallback.steps) : undefined,
    seed: flags.seed ?? 1,
    samples: flags.samples ?? fallback.samples,
    scoreEvery: flags.scoreEvery ?? 0,
    backend: flags.backend ?? 'auto',
    threads: flags.threads,
    dims: flags.dims ?? fallback.dims,
    resume: flags.resume ?? false,
    name: `runs/${real ? nameOf(data, className) : 'phantoms'}`,
  };
  checkUsage(() => resolveConfig(trainSettings(options)));
  return options;
}

/** The settings of the networks and their training that follow from the options. */
export function trainSettings(options: Omit<Options, 'name'>): TrainSettings {
  const { preset, size, width, batchSize, seed, diffAugment, ema } = options;
  const kinds = kindsOf(preset);
  return {
    preset: preset as TrainConfig['preset'],
    size: size as TrainConfig['size'],
    width,
    batchSize,
    seed,
    diffAugment: diffAugment ? (kinds.length > 0 ? kinds : ALL_KINDS) : [],
    ema,
  };
}

function kindsOf(preset: string): readonly AugmentKind[] {
  return PRESETS[preset as TrainConfig['preset']].diffAugment;
}

/** A name for a folder: that of the data and the class, one part of a path whatever they are. */
function nameOf(data: string, className: string | undefined): string {
  const folder = basename(resolve(data)) || 'data';
  return className === undefined ? folder : `${folder}-${className.replace(/[\\/]+/g, '-')}`;
}

const ALL_KINDS: readonly AugmentKind[] = ['brightness', 'contrast', 'translation', 'cutout'];

const AT_LEAST_1 = { min: 1 };
const AT_LEAST_2 = { min: 2 };
const ON_DATA = { width: 32, batchSize: 64, ema: 0.998, steps: 2000, samples: 1000, dims: 768 };
const ON_PHANTOMS = { width: 16, batchSize: 32, ema: 0.99, steps: 300, samples: 256, dims: 64 };
