import { BACKEND_NAMES, type BackendRequest, OLD_BACKEND_NAMES } from '@cxr/backend';
import {
  backendFlag,
  type Command,
  checkUsage,
  choiceFlag,
  numberFlag,
  Option,
  threadsFlag,
  UsageError,
  wholeNumberFlag,
} from '@cxr/cli';
import { PRESETS, resolveConfig, type TrainConfig, type TrainSettings } from '@cxr/dcgan';
import { type Dims, RESIZE_MODES, type ResizeMode } from '@cxr/fid';
import { PAPER } from './paper.js';

/** All options of a reproduction. */
export interface Options {
  /** A folder of class folders, or of images of one class; undefined: drawn phantoms and a small network. */
  readonly data?: string | undefined;
  /** The class that the GAN learns. */
  readonly class?: string | undefined;
  /** The run's folder. */
  readonly out: string;
  /** Training ends after so many minutes of it, all runs in this folder together; undefined: after `steps`. */
  readonly minutes?: number | undefined;
  /** Iterations at which training ends. */
  readonly steps: number;
  readonly batchSize: number;
  /** Iterations between scores. */
  readonly scoreEvery: number;
  /** How many fakes are written and scored. */
  readonly count: number;
  /** How many images of each class are scored, drawn at random. @default all of the class, and as many of each other */
  readonly reals?: number | undefined;
  /** Whether fakes are stretched: both are scored where both are named. The first is the one of the final table. */
  readonly stretch: readonly boolean[];
  /** How images become 299 × 299: each is scored. The first is the one of the final table. */
  readonly resize: readonly ResizeMode[];
  /** A run, a checkpoint or a generator file of the preset paper that was trained elsewhere: nothing is trained here. */
  readonly generator?: string | undefined;
  /** A folder of fakes, a run, a checkpoint or a generator file, to score beside ours. */
  readonly xray?: string | undefined;
  readonly seed: number;
  readonly weights?: string | undefined;
  readonly backend: BackendRequest;
  readonly threads?: number | undefined;
  /** Length of the activations. */
  readonly dims: Dims;
  /** Pixels a side, and features at that size, of the networks. */
  readonly size: TrainConfig['size'];
  readonly width: number;
}

/** Flags as commander hands them over. */
export type ReproduceFlags = {
  readonly [Key in Exclude<keyof Options, 'stretch' | 'resize' | 'dims' | 'size' | 'width'>]?:
    | Options[Key]
    | undefined;
} & {
  readonly stretch?: 'on' | 'off' | undefined;
  readonly resize?: ResizeMode | undefined;
  readonly quick?: boolean | undefined;
};

const AT_LEAST_1 = { min: 1 };

/** Adds the flags of `npm run reproduce`. */
export function addReproduceFlags(program: Command): Command {
  program.description(
    'The paper: trains its DCGAN as its authors did, draws their 1000 fakes, and scores them as they did, beside what their\n' +
      'choices do to the number. Run it again to go on after an interruption, or with a larger budget.',
  );
  for (const add of [addDataFlags, addTrainingFlags, addScoringFlags]) add(program);
  return program;
}

function addDataFlags(program: Command): void {
  program
    .option('--data <dir>', 'class folders, such as chest_xray/train (default: drawn phantoms, as --quick)')
    .option('--class <name>', 'the class that is learnt (default: NORMAL); the others are scored beside it')
    .option('--out <dir>', 'the run’s folder', 'runs/reproduce')
    .option('--quick', 'a small network on drawn phantoms and random weights, in a minute');
}

function addTrainingFlags(program: Command): void {
  program
    .addOption(
      numberFlag('--minutes <n>', 'minutes of training, those of earlier runs included (default: 60); or', {
        min: 0,
      }).conflicts('steps'),
    )
    .addOption(
      wholeNumberFlag('--steps <n>', `iterations of training (the paper’s: ${PAPER.steps})`, AT_LEAST_1),
    )
    .addOption(
      wholeNumberFlag(
        '--batch-size <n>',
        `images of an iteration, an even number (default: the paper’s ${PAPER.batchSize})`,
        { min: 4 },
      ),
    )
    .addOption(
      wholeNumberFlag(
        '--score-every <n>',
        'iterations between scores along the way (default: 50)',
        AT_LEAST_1,
      ),
    )
    .addOption(wholeNumberFlag('--seed <n>', 'the same seed makes the same run (default: 1)'))
    .addOption(backendFlag(BACKEND_NAMES, OLD_BACKEND_NAMES))
    .addOption(threadsFlag('the backend and the Inception network'));
}

function addScoringFlags(program: Command): void {
  program
    .addOption(
      new Option(
        '--generator <path>',
        'score this generator of the preset paper, trained elsewhere (a run, a checkpoint or a generator file), and train nothing',
      ).conflicts(['steps', 'minutes', 'batchSize', 'scoreEvery']),
    )
    .addOption(
      wholeNumberFlag('--count <n>', `fakes to write and score (default: ${PAPER.fakes})`, { min: 2 }),
    )
    .addOption(
      wholeNumberFlag(
        '--reals <n>',
        'images of each class to score with, drawn at random (default: all of the class, and as many of the others)',
        { min: MIN_REALS },
      ),
    )
    .addOption(
      choiceFlag(
        '--stretch <on|off>',
        'stretch each fake to the whole range of grey, as the paper did (default: both are scored)',
        ['on', 'off'],
      ),
    )
    .addOption(
      choiceFlag(
        '--resize <mode>',
        'how images become 299 × 299; the paper’s is pil299 (default: each is scored)',
        RESIZE_MODES,
      ),
    )
    .option(
      '--xray <path>',
      'fakes to score beside, as of the preset xray: their folder, a run, or a generator file',
    )
    .option('--weights <file>', 'Inception weights; without them they are looked for, see @cxr/fid');
}

/** Fewer cannot be split into halves that are compared. */
export const MIN_REALS = 8;

/** The flags with their defaults. @throws UsageError where they contradict each other. */
export function optionsOf(flags: ReproduceFlags): Options {
  const { quick = false, data, stretch, resize, minutes, steps, ...rest } = flags;
  if (quick && data !== undefined) throw new UsageError('--quick draws phantoms: it takes no --data');
  if (data === undefined && flags.class !== undefined) throw new UsageError('--class goes with --data');
  const fallback = data === undefined ? ON_PHANTOMS : ON_DATA;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const options: Options = {
    ...fallback,
    out: 'runs/reproduce',
    seed: 1,
    backend: 'auto' as const,
    ...given,
    data,
    minutes: minutes ?? (steps === undefined ? fallback.minutes : undefined),
    steps: steps ?? fallback.steps,
    stretch: stretch === undefined ? [true, false] : [stretch === 'on'],
    resize: resize === undefined ? RESIZE_MODES : [resize],
  };
  checkUsage(() => resolveConfig(trainSettings(options)));
  return options;
}

/** The settings of the networks and their training: the preset `paper`. */
export function trainSettings({ size, width, batchSize, seed }: Options): TrainSettings {
  return { preset: 'paper', size, width, batchSize, seed };
}

const ON_DATA = {
  minutes: 60,
  steps: PAPER.steps,
  batchSize: PRESETS.paper.batchSize,
  scoreEvery: 50,
  count: PAPER.fakes,
  dims: PAPER.dims,
  size: PAPER.size,
  width: PAPER.width,
};
const ON_PHANTOMS = {
  minutes: undefined,
  steps: 20,
  batchSize: 8,
  scoreEvery: 10,
  count: 24,
  dims: 64 as const,
  size: 32 as const,
  width: 4,
};
