import { BACKEND_NAMES, type BackendRequest, OLD_BACKEND_NAMES } from '@cxr/backend';
import {
  backendFlag,
  type Command,
  choiceFlag,
  listFlag,
  numberFlag,
  Option,
  threadsFlag,
  UsageError,
  wholeNumberFlag,
} from '@cxr/cli';
import { PRETRAINED } from '@cxr/dcgan/node';
import { ARM_NAMES, armOf, BASELINE } from './arms.js';
import type { Scarcity } from './data/scarce-subset.js';
import { type GeneratorChoice, parseGeneratorChoice } from './generators/given-generators.js';

/** The classifiers: networks from scratch at two sizes, and a linear probe on Inception activations. */
const CLASSIFIERS = ['convnet-64', 'convnet-128', 'probe-768'] as const;

/** One of `CLASSIFIERS`; or a network at another size, or a probe of shorter activations, for small trials. */
export type ClassifierName = (typeof CLASSIFIERS)[number] | `convnet-${number}` | `probe-${number}`;

/** All options of a study; saved with it. */
export interface Options {
  /** A folder of class folders or a CSV; undefined only with `quick`, which draws phantoms. */
  readonly data?: string | undefined;
  readonly testData?: string | undefined;
  readonly classes?: readonly string[] | undefined;
  readonly positive?: string | undefined;
  /** The study's folder. */
  readonly out: string;
  /** Sizes of the training set: images of the smallest class. */
  readonly normals: readonly Scarcity[];
  /** Images of each other class for one of the smallest. @default as in the data */
  readonly ratio?: number | undefined;
  /** Runs of each arm and size. */
  readonly seeds: number;
  /** Different draws of the training images, each with generators of its own: run s has draw s mod this. */
  readonly subsets: number;
  readonly arms: readonly string[];
  readonly classifiers: readonly ClassifierName[];
  /** Of each network, in every arm. */
  readonly steps: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** Augmented copies of each training image for the probe. */
  readonly copies: number;
  /** Fakes fill each class up to this share of the largest class. */
  readonly fill: number;
  readonly ganSteps: number;
  readonly ganSize: number;
  readonly ganWidth: number;
  /** Steps at half the size that a generator of 128 pixels grows from; 0: none. */
  readonly ganGrowSteps: number;
  /** The `--gan-*` flags that were given: refused where the study trains no generator. */
  readonly ganFlags: readonly string[];
  /** Generators that were given, in place of training one. */
  readonly generator: readonly GeneratorChoice[];
  readonly resamples: number;
  readonly weights?: string | undefined;
  readonly backend: BackendRequest;
  readonly threads?: number | undefined;
  /** Leaves real X-rays out of the report. */
  readonly reals: boolean;
  readonly quick: boolean;
}

/** Flags as commander hands them over. */
export type StudyFlags = Partial<Options>;

const AT_LEAST_1 = { min: 1 };

/** Adds the flags of `npm run study`. */
export function addStudyFlags(program: Command): Command {
  program.description(
    'Does it help? Trains the same classifiers with nothing added, classic augmentation, DCGAN images, both, and a\n' +
      're-weighted loss, on scarce training sets, and reports the differences. Run it again to go on after an interruption.',
  );
  program
    .option('--data <path>', 'class folders, or a CSV with paths and labels: to train on')
    .option(
      '--test-data <path>',
      'the same, never trained on (default: the part test of --data, or a fifth of its patients)',
    )
    .addOption(wordsFlag('--classes <names>', 'only these classes, separated by commas'))
    .option('--positive <name>', 'of two classes, the one to find (default: the last by name)')
    .option('--out <dir>', 'the study’s folder', 'runs/study')
    .addOption(scarcityFlag())
    .addOption(
      numberFlag(
        '--ratio <x>',
        'images of each other class for one of the smallest (default: as in the data)',
        { min: 0.01 },
      ),
    )
    .addOption(wholeNumberFlag('--seeds <n>', 'runs of each arm and size (default: 5)', AT_LEAST_1))
    .addOption(
      wholeNumberFlag(
        '--subsets <n>',
        'different draws of the training images, each with its own generators (default: one a seed)',
        AT_LEAST_1,
      ),
    )
    .addOption(listFlag('--arms <names>', 'what is compared', ARM_NAMES))
    .addOption(
      listFlag('--classifiers <names>', 'which classifiers', [...CLASSIFIERS, 'convnet-32', 'probe-64']),
    );
  for (const add of [addTrainingFlags, addGeneratorFlags, addFurtherFlags]) add(program);
  return program;
}

function addTrainingFlags(program: Command): void {
  program
    .addOption(
      wholeNumberFlag(
        '--steps <n>',
        'training steps of each network, in every arm (default: 800)',
        AT_LEAST_1,
      ),
    )
    .addOption(wholeNumberFlag('--batch-size <n>', 'images of a step (default: 32)', { min: 2 }))
    .addOption(numberFlag('--learning-rate <x>', 'Adam’s (default: 0.001)', { min: 1e-9 }))
    .addOption(
      wholeNumberFlag(
        '--copies <n>',
        'augmented copies of each training image for the probe (default: 2)',
        AT_LEAST_1,
      ),
    )
    .addOption(
      numberFlag(
        '--fill <x>',
        'fakes fill each class up to this share of the largest (default: 1; 2 where all are equal)',
        { min: 0 },
      ),
    );
}

function addGeneratorFlags(program: Command): void {
  program
    .addOption(
      wholeNumberFlag('--gan-steps <n>', 'training steps of a generator (default: 4000)', AT_LEAST_1),
    )
    .addOption(choiceFlag('--gan-size <n>', 'pixels a side of generated images (default: 64)', [32, 64, 128]))
    .addOption(
      wholeNumberFlag(
        '--gan-width <n>',
        'features at full size (default: 32 at 64 pixels, 16 at 128)',
        AT_LEAST_1,
      ),
    )
    .addOption(wholeNumberFlag('--gan-grow-steps <n>', 'steps at half the size before (default: 0)'))
    .addOption(generatorFlag());
}

function addFurtherFlags(program: Command): void {
  program
    .addOption(wholeNumberFlag('--resamples <n>', 'resamples of the bootstrap (default: 1000)', { min: 10 }))
    .option(
      '--weights <file>',
      'Inception weights; without any, the probe and the scores of the fakes are left out',
    )
    .addOption(backendFlag(BACKEND_NAMES, OLD_BACKEND_NAMES))
    .addOption(threadsFlag('the backend and the Inception network'))
    .option('--no-reals', 'no real X-ray in the report, so that it may be published')
    .option('--quick', 'a small study on drawn phantoms, in minutes');
}

function generatorFlag(): Option {
  const flag = new Option(
    '--generator <class=file>',
    `draw the fakes of a class from a generator file of cxr-dcgan export, or from ${PRETRAINED.join(', ')}, in place of training one (once for each such class)`,
  );
  return flag.argParser((text, before: readonly GeneratorChoice[] = []) => {
    const choice = parseGeneratorChoice(text);
    if (before.some(({ className }) => className === choice.className))
      throw new UsageError(`--generator names ${choice.className} twice`);
    return [...before, choice];
  });
}

function wordsFlag(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text) => text.split(',').map((word) => word.trim()));
}

function scarcityFlag(): Option {
  const flag = new Option(
    '--normals <list>',
    'sizes of the training set: images of the smallest class, or all (default: 100,300,1000,all)',
  );
  return flag.argParser((text) =>
    text.split(',').map((part): Scarcity => {
      const word = part.trim();
      if (word === 'all') return word;
      const count = Number(word);
      if (!/^\d+$/.test(word) || count < 5)
        throw new UsageError(`--normals takes numbers from 5 on, and all: ${word}`);
      return count;
    }),
  );
}

/** The flags with their defaults. @throws UsageError where they contradict each other. */
export function optionsOf(flags: StudyFlags): Options {
  const { quick = false, data } = flags;
  if (quick && data !== undefined) throw new UsageError('--quick draws phantoms: it takes no --data');
  if (quick && flags.testData !== undefined)
    throw new UsageError('--quick draws phantoms: it takes no --test-data');
  if (!quick && data === undefined)
    throw new UsageError('--data is missing (or --quick, to try it on phantoms)');
  const fallback = quick ? QUICK : ON_DATA;
  const given = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
  const ganSize = flags.ganSize ?? fallback.ganSize;
  const width = ganSize === 128 ? 16 : 32;
  const merged: Omit<Options, 'ganFlags'> = {
    ...fallback,
    ganWidth: quick ? QUICK.ganWidth : width,
    out: 'runs/study',
    reals: true,
    quick,
    subsets: flags.seeds ?? fallback.seeds,
    ...given,
  };
  if (merged.classifiers.filter((name) => name.startsWith('probe')).length > 1)
    throw new UsageError('--classifiers takes one probe');
  const arms = ARM_NAMES.filter((name) => name === BASELINE || merged.arms.includes(name));
  if (arms.length < 2) throw new UsageError(`--arms needs one besides ${BASELINE}`);
  if (merged.generator.length > 0 && !arms.some((name) => armOf(name).fakes))
    throw new UsageError('--generator does nothing: no arm has fakes');
  const ganFlags = GAN_FLAGS.filter((name) => flags[name] !== undefined);
  return {
    ...merged,
    arms,
    ganFlags,
    classifiers: [...new Set(merged.classifiers)],
    normals: [...new Set(merged.normals)],
    subsets: Math.min(merged.subsets, merged.seeds),
  };
}

const GAN_FLAGS = ['ganSteps', 'ganSize', 'ganWidth', 'ganGrowSteps'] as const;

const ON_DATA = {
  normals: [100, 300, 1000, 'all'] as readonly Scarcity[],
  seeds: 5,
  arms: ARM_NAMES,
  classifiers: CLASSIFIERS as readonly ClassifierName[],
  steps: 800,
  batchSize: 32,
  learningRate: 1e-3,
  copies: 2,
  fill: 0,
  ganSteps: 4000,
  ganSize: 64,
  ganGrowSteps: 0,
  generator: [] as readonly GeneratorChoice[],
  resamples: 1000,
  backend: 'auto' as BackendRequest,
};
const QUICK = {
  ...ON_DATA,
  normals: [20, 40] as readonly Scarcity[],
  seeds: 2,
  classifiers: ['convnet-32', 'probe-64'] as readonly ClassifierName[],
  steps: 30,
  batchSize: 16,
  copies: 1,
  ganSteps: 20,
  ganSize: 32,
  ganWidth: 4,
  resamples: 200,
};
