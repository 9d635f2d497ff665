import { BACKEND_NAMES, type BackendName, OLD_BACKEND_NAMES } from '@cxr/backend';
import {
  bitsFlag,
  type CliContext,
  type Command,
  choiceFlag,
  downloadProgress,
  listFlag,
  numberFlag,
  shardFlag,
  threadsFlag,
  UsageError,
  type WindowChoice,
  wholeNumberFlag,
  windowFlag,
} from '@cxr/cli';
import type { Shard } from '@cxr/data/node';
import type { InceptionEngine } from '../engines/engine.js';
import { DIMS, type Dims } from '../inception/network.js';
import { FRECHET_METHODS, type FrechetMethod } from '../metrics/frechet-distance.js';
import { ENGINES, type EngineName, OLD_ENGINE_NAMES } from '../node/create-engine.js';
import type { PathStatisticsOptions } from '../node/path-report.js';
import { RESIZE_MODES, type ResizeMode } from '../prepare-image.js';
import { addEncoderFlags, type EncoderFlags } from './encoder.js';
import { METRICS, type MetricRequest } from './further-metrics.js';
import type { Reading } from './path-images.js';

/** pytorch-fid's `cpu` means no GPU, not TensorFlow.js's plain backend of that name. */
const DEVICES = ['cpu', ...BACKEND_NAMES.filter((name) => name !== 'cpu')];

/** Flags of all commands that compute activations, as commander hands them over. */
export interface NetworkFlags extends EncoderFlags {
  batchSize: number;
  dims: Dims;
  numWorkers?: number;
  device: 'cpu' | BackendName;
  weights?: string;
  resize: ResizeMode;
  bits?: number | undefined;
  window?: WindowChoice | undefined;
  engine: EngineName;
  threads?: number;
  seed: number;
  recursive?: boolean;
  json?: boolean;
}

/** Flags of a score. */
export interface ScoreFlags extends NetworkFlags {
  saveStats?: boolean;
  saveActivations?: boolean;
  shard?: Shard;
  kidSubsets?: number;
  kidSubsetSize?: number;
  kidDegree?: number;
  kidGamma?: number;
  kidCoef0?: number;
  method: FrechetMethod;
  metrics: string[];
  againstClasses?: string;
  heldOut?: string;
  by?: 'class';
  bootstrap?: number;
  worst?: string;
  memorisationPictures?: string;
  spectrum?: string;
  floor: boolean;
  skipBad?: boolean;
}

/** Adds the paths and flags of a score to the program. */
export function addScoreFlags(program: Command): Command {
  program
    .description(
      'Fréchet Inception Distance of two sets of images, equal to pytorch-fid.\n\n' +
        'A path is a folder or zip file of images, an .npy or .npz with an array of images, or an .npz with mu and sigma as ' +
        'pytorch-fid writes it. For metrics that ' +
        'distinguish them, path1 is the real images and path2 the fakes.',
    )
    .argument('<path1>', 'the real images; with --save-stats the folder')
    .argument('<path2>', 'the fakes; with --save-stats the .npz file to write')
    .optionsGroup('As in pytorch-fid:')
    .option('--save-stats', 'write the statistics of path1 to path2');
  addNetworkFlags(program);
  return program
    .optionsGroup('What is computed:')
    .addOption(
      choiceFlag(
        '--method <name>',
        'how the distance is computed: eigen checks factors, slowly',
        FRECHET_METHODS,
      ).default('factors'),
    )
    .addOption(listFlag('--metrics <list>', 'further metrics', METRICS).default(['fid'], 'fid'))
    .option(
      '--held-out <dir>',
      'real images that are not in path1: also scored at the fakes’ size, which no generator of that size can beat',
    )
    .option('--against-classes <dir>', 'also the distance of both paths to each class folder of this folder')
    .addOption(
      choiceFlag(
        '--by <what>',
        'also the FID of each class folder by itself, and their mean (intra-FID)',
        ['class'],
        {
          CLASS: 'class',
        },
      ),
    )
    .addOption(
      wholeNumberFlag(
        '--bootstrap <n>',
        '95 % intervals of FID, KID and precision to coverage, by so many resamples',
        {
          min: 2,
        },
      ),
    )
    .option('--worst <file.png>', 'draw the fakes that cost most: those without which the FID falls most')
    .option('--memorisation-pictures <file.png>', 'draw the fakes nearest to a real, each beside it')
    .option('--spectrum <file.svg>', 'draw the power by frequency of both paths, and the energy of a lattice')
    .optionsGroup('Of KID, as torch-fidelity names them:')
    .addOption(wholeNumberFlag('--kid-subsets <n>', 'random subsets (default: 100)', { min: 1 }))
    .addOption(
      wholeNumberFlag('--kid-subset-size <n>', 'images of a subset (default: 1000, or all)', { min: 2 }),
    )
    .addOption(
      wholeNumberFlag('--kid-degree <n>', 'of the kernel (gamma x·y + coef0)^degree (default: 3)', {
        min: 1,
      }),
    )
    .addOption(numberFlag('--kid-gamma <x>', 'of the kernel, above 0 (default: 1 / dims)', { min: 1e-9 }))
    .addOption(numberFlag('--kid-coef0 <x>', 'of the kernel (default: 1)', { min: 0 }))
    .optionsGroup('What is computed:')
    .option(
      '--save-activations',
      'write the statistics and activations of path1 to path2, for metrics that need each image',
    )
    .addOption(shardFlag('image'))
    .option('--no-floor', 'leave out the noise floor, the distance between halves of path1')
    .option('--skip-bad', 'leave out files that cannot be read, and count them');
}

/** Adds the flags of all commands that compute activations. */
export function addNetworkFlags(command: Command): Command {
  command
    .optionsGroup('As in pytorch-fid:')
    .addOption(wholeNumberFlag('--batch-size <n>', 'images a batch', { min: 1 }).default(50))
    .addOption(choiceFlag('--dims <n>', 'layer of the network', DIMS).default(2048))
    .addOption(
      wholeNumberFlag('--num-workers <n>', 'threads that decode and resize (default: one a core, at most 8)'),
    )
    .addOption(
      choiceFlag('--device <name>', 'cpu, or a TensorFlow.js backend', DEVICES, OLD_BACKEND_NAMES).default(
        'cpu',
      ),
    )
    .optionsGroup('Ours:')
    .option('--weights <file>', 'the Inception’s weights, .pth or .safetensors')
    .addOption(
      choiceFlag(
        '--resize <mode>',
        'network is pytorch-fid’s own, clean is clean-fid’s',
        RESIZE_MODES,
      ).default('pil299'),
    )
    .addOption(bitsFlag())
    .addOption(windowFlag())
    .addOption(
      choiceFlag('--engine <name>', 'what computes the network', ENGINES, OLD_ENGINE_NAMES).default('auto'),
    )
    .addOption(threadsFlag('the engine'))
    .addOption(wholeNumberFlag('--seed <n>', 'of random subsets and splits').default(0))
    .option('--recursive', 'also read sub-folders')
    .option('--json', 'print one JSON object');
  return addEncoderFlags(command);
}

/** The options that `pathStatistics` and `sensitivity` share, of the flags. @param encoder in place of the Inception */
export function networkOptions(
  flags: NetworkFlags,
  { output, signal }: CliContext,
  encoder: InceptionEngine | undefined,
): NetworkOptions {
  const { batchSize, dims, numWorkers: workers, device, resize, engine, threads, recursive } = flags;
  const { bits, window } = flags;
  const common = { batchSize, workers, bits, window, recursive, signal };
  if (encoder) return { ...common, engine: encoder };
  // A backend that is named is what computes, though another engine may be faster.
  const named = device !== 'cpu';
  if (named && engine === 'onnxruntime' && device !== 'onnxruntime')
    throw new UsageError(
      `--device ${device} is a TensorFlow.js backend: it goes with --engine tfjs, not ${engine}`,
    );
  return {
    ...common,
    ...{ dims, resize, threads },
    engine: named && engine === 'auto' && device !== 'onnxruntime' ? 'tfjs' : engine,
    backend: named ? device : 'auto',
    weights: {
      file: flags.weights,
      onProgress: (progress) => output.progress(downloadProgress('downloading the weights', progress)),
    },
  };
}

/** Options that `pathStatistics` and `sensitivity` share. */
type NetworkOptions = Pick<
  PathStatisticsOptions,
  | 'batchSize'
  | 'dims'
  | 'workers'
  | 'resize'
  | 'bits'
  | 'window'
  | 'engine'
  | 'threads'
  | 'recursive'
  | 'signal'
  | 'backend'
  | 'weights'
>;

/** How image files are read. */
export function readingOf({ bits, window }: Pick<NetworkFlags, 'bits' | 'window'>): Reading {
  return { bits, window };
}

/** The further metrics that the flags ask for. */
export function metricRequest(flags: ScoreFlags): MetricRequest {
  const { kidSubsets: subsets, kidSubsetSize: subsetSize, kidDegree: degree } = flags;
  const kidOptions = { subsets, subsetSize, degree, gamma: flags.kidGamma, coef0: flags.kidCoef0 };
  const { seed, memorisationPictures: pictures } = flags;
  return { metrics: metricsOf(flags), seed, reading: readingOf(flags), kidOptions, pictures };
}

/** Names of the further metrics that the flags ask for. */
export function metricsOf({ metrics, memorisationPictures }: ScoreFlags): string[] {
  return memorisationPictures !== undefined && !metrics.includes('memorisation')
    ? [...metrics, 'memorisation']
    : metrics;
}
