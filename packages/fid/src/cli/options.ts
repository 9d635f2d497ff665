import { BACKEND_NAMES, type BackendName, OLD_BACKEND_NAMES } from '@cxr/backend';
import { bitsFlag, type Command, choiceFlag, listFlag, wholeNumberFlag } from '@cxr/cli';
import { DIMS, type Dims } from '../inception/network.js';
import { FRECHET_METHODS, type FrechetMethod } from '../metrics/frechet-distance.js';
import { ENGINES, type EngineName, OLD_ENGINE_NAMES } from '../node/create-engine.js';
import { RESIZE_MODES, type ResizeMode } from '../prepare-image.js';
import { METRICS } from './further-metrics.js';

/** pytorch-fid's `cpu` means no GPU, not TensorFlow.js's plain backend of that name. */
const DEVICES = ['cpu', ...BACKEND_NAMES.filter((name) => name !== 'cpu')];

/** Flags as commander hands them over. */
export interface ScoreFlags {
  batchSize: number;
  dims: Dims;
  numWorkers?: number;
  device: 'cpu' | BackendName;
  saveStats?: boolean;
  weights?: string;
  resize: ResizeMode;
  bits?: number;
  method: FrechetMethod;
  engine: EngineName;
  threads?: number;
  metrics: string[];
  againstClasses?: string;
  memorisationPictures?: string;
  seed: number;
  floor: boolean;
  recursive?: boolean;
  skipBad?: boolean;
  json?: boolean;
}

/** What the flags mean. */
export interface CliOptions {
  paths: [string, string];
  batchSize: number;
  dims: Dims;
  workers: number | undefined;
  backend: BackendName | 'auto';
  saveStats: boolean;
  weights: string | undefined;
  resize: ResizeMode;
  bits: number | undefined;
  method: FrechetMethod;
  engine: EngineName;
  threads: number | undefined;
  metrics: string[];
  againstClasses: string | undefined;
  pictures: string | undefined;
  seed: number;
  floor: boolean;
  recursive: boolean;
  skipBad: boolean;
  json: boolean;
}

/** Adds the paths and flags of a score to the program. */
export function addScoreFlags(program: Command): Command {
  return program
    .description(
      'Fréchet Inception Distance of two sets of images, equal to pytorch-fid.\n\n' +
        'A path is a folder of images, or an .npz with mu and sigma as pytorch-fid writes it. For metrics that\n' +
        'distinguish them, path1 is the real images and path2 the fakes.',
    )
    .argument('<path1>', 'the real images; with --save-stats the folder')
    .argument('<path2>', 'the fakes; with --save-stats the .npz file to write')
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
    .option('--save-stats', 'write the statistics of path1 to path2')
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
    .addOption(
      choiceFlag(
        '--method <name>',
        'how the distance is computed: eigen checks factors, slowly',
        FRECHET_METHODS,
      ).default('factors'),
    )
    .addOption(
      choiceFlag('--engine <name>', 'what computes the network', ENGINES, OLD_ENGINE_NAMES).default('auto'),
    )
    .addOption(wholeNumberFlag('--threads <n>', 'threads of the engine (default: all)', { min: 1 }))
    .addOption(listFlag('--metrics <list>', 'further metrics', METRICS).default(['fid'], 'fid'))
    .option('--against-classes <dir>', 'also the distance of both paths to each class folder of this folder')
    .option('--memorisation-pictures <file.png>', 'draw the fakes nearest to a real, each beside it')
    .addOption(wholeNumberFlag('--seed <n>', 'of random subsets and splits').default(0))
    .option('--no-floor', 'leave out the noise floor, the distance between halves of path1')
    .option('--recursive', 'also read sub-folders')
    .option('--skip-bad', 'leave out files that cannot be read, and count them')
    .option('--json', 'print one JSON object');
}

/** What paths and flags together ask for. */
export function optionsOf(first: string, second: string, flags: ScoreFlags): CliOptions {
  const { device, memorisationPictures: pictures, metrics } = flags;
  return {
    paths: [first, second],
    batchSize: flags.batchSize,
    dims: flags.dims,
    workers: flags.numWorkers,
    backend: device === 'cpu' ? 'auto' : device,
    saveStats: flags.saveStats ?? false,
    weights: flags.weights,
    resize: flags.resize,
    bits: flags.bits,
    method: flags.method,
    engine: flags.engine,
    threads: flags.threads,
    metrics:
      pictures !== undefined && !metrics.includes('memorisation') ? [...metrics, 'memorisation'] : metrics,
    againstClasses: flags.againstClasses,
    pictures,
    seed: flags.seed,
    floor: flags.floor,
    recursive: flags.recursive ?? false,
    skipBad: flags.skipBad ?? false,
    json: flags.json ?? false,
  };
}
