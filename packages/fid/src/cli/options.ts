import { BACKEND_NAMES, type BackendName, OLD_BACKEND_NAMES } from '@cxr/backend';
import { type Command, choiceFlag, listFlag, wholeNumberFlag } from '@cxr/cli';
import { DIMS, type Dims } from '../inception/network.js';
import { ENGINES, type EngineName } from '../node/create-engine.js';
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

export interface CliOptions {
  paths: [string, string];
  batchSize: number;
  dims: Dims;
  workers: number | undefined;
  backend: BackendName | 'auto';
  saveStats: boolean;
  weights: string | undefined;
  resize: ResizeMode;
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

export function addScoreFlags(program: Command): Command {
  return program
    .description(
      'Fréchet Inception Distance of two sets of images, equal to pytorch-fid.\n\n' +
        'A path is a folder of images, or an .npz with mu and sigma as pytorch-fid writes it. Where it matters, path1\n' +
        'is the real images and path2 the fakes.',
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
    .addOption(choiceFlag('--engine <name>', 'what computes the network', ENGINES).default('auto'))
    .addOption(wholeNumberFlag('--threads <n>', 'threads of the engine (default: all)', { min: 1 }))
    .addOption(listFlag('--metrics <list>', 'further metrics', METRICS).default(['fid'], 'fid'))
    .option('--against-classes <dir>', 'the distance of both paths to each class folder of a folder, too')
    .option('--memorisation-pictures <file.png>', 'draw the fakes most like a real, each beside it')
    .addOption(wholeNumberFlag('--seed <n>', 'of subsets and splits').default(0))
    .option('--no-floor', 'leave out the noise floor, the distance between halves of path1')
    .option('--recursive', 'look into sub-folders, too')
    .option('--skip-bad', 'leave out files that cannot be read, and count them')
    .option('--json', 'print one JSON object');
}

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
