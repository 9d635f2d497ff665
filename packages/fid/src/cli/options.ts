import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { BackendName } from '@cxr/backend';
import { DIMS, type Dims } from '../inception/network.js';
import { ENGINES, type EngineName } from '../node/create-engine.js';
import { RESIZE_MODES, type ResizeMode } from '../prepare-image.js';
import { UsageError } from './usage-error.js';

export const USAGE = `usage: cxr-fid PATH1 PATH2 [flags]
       cxr-fid --save-stats FOLDER OUT.npz [flags]
       cxr-fid merge STATS.npz STATS.npz… -o OUT.npz
       cxr-fid convert WEIGHTS.pth OUT.safetensors

PATH is a folder of images, or an .npz with mu and sigma as pytorch-fid writes it. Where it matters, PATH1 is the real
images and PATH2 the fakes.

as in pytorch-fid:
  --batch-size N       images a batch (50)
  --dims D             64, 192, 768 or 2048 (2048)
  --num-workers N      threads that decode and resize (one a core, at most 8)
  --device NAME        cpu, or a TensorFlow.js backend: node, webgpu, native, wasm
  --save-stats         write the statistics of FOLDER to OUT.npz
ours:
  --weights FILE       the Inception's weights, .pth or .safetensors
  --resize MODE        pil299 (the default), network (pytorch-fid's own), clean (clean-fid's)
  --engine NAME        auto (the default), native (onnxruntime-node), tfjs
  --threads N          threads of the engine (all)
  --metrics LIST       of fid, kid, precision, recall, density, coverage, fid_inf, memorisation (fid)
  --against-classes D  the distance of both paths to each class folder of D, too
  --memorisation-pictures FILE.png
                       the fakes most like a real, each beside it
  --seed N             of subsets and splits (0)
  --no-floor           leave out the noise floor, the distance of halves of PATH1
  --recursive          look into sub-folders, too
  --skip-bad           leave out files that cannot be read, and count them
  --json               print one JSON object
  --help`;

const FLAGS = {
  'batch-size': { type: 'string', default: '50' },
  dims: { type: 'string', default: '2048' },
  'num-workers': { type: 'string' },
  device: { type: 'string', default: 'cpu' },
  'save-stats': { type: 'boolean', default: false },
  weights: { type: 'string' },
  resize: { type: 'string', default: 'pil299' },
  engine: { type: 'string', default: 'auto' },
  threads: { type: 'string' },
  metrics: { type: 'string', default: 'fid' },
  'against-classes': { type: 'string' },
  'memorisation-pictures': { type: 'string' },
  seed: { type: 'string', default: '0' },
  'no-floor': { type: 'boolean', default: false },
  recursive: { type: 'boolean', default: false },
  'skip-bad': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const satisfies ParseArgsConfig['options'];

/** Metrics apart from the FID, which is always there. */
const METRICS = [
  'fid',
  'kid',
  'precision',
  'recall',
  'density',
  'coverage',
  'fid_inf',
  'memorisation',
] as const;
type MetricName = (typeof METRICS)[number];

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
  metrics: MetricName[];
  againstClasses: string | undefined;
  pictures: string | undefined;
  seed: number;
  floor: boolean;
  recursive: boolean;
  skipBad: boolean;
  json: boolean;
}

/** @throws UsageError; `undefined` when help was asked for. */
export function parseOptions(args: readonly string[]): CliOptions | undefined {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  const [first, second] = positionals;
  if (first === undefined || second === undefined || positionals.length > 2) {
    throw new UsageError(`two paths are needed, ${positionals.length} given (cxr-fid --help)`);
  }
  return {
    paths: [first, second],
    batchSize: count('--batch-size', values['batch-size'], 1),
    dims: oneOf('--dims', DIMS, values.dims),
    workers:
      values['num-workers'] === undefined ? undefined : count('--num-workers', values['num-workers'], 0),
    backend: oneOf('--device', DEVICES, values.device) === 'cpu' ? 'auto' : (values.device as BackendName),
    saveStats: values['save-stats'],
    weights: values.weights,
    resize: oneOf('--resize', RESIZE_MODES, values.resize),
    engine: oneOf('--engine', ENGINES, values.engine),
    threads: values.threads === undefined ? undefined : count('--threads', values.threads, 1),
    metrics: metricList(values.metrics, values['memorisation-pictures'] !== undefined),
    againstClasses: values['against-classes'],
    pictures: values['memorisation-pictures'],
    seed: count('--seed', values.seed, 0),
    floor: !values['no-floor'],
    recursive: values.recursive,
    skipBad: values['skip-bad'],
    json: values.json,
  };
}

/** pytorch-fid's `cpu` means no GPU, not TensorFlow.js's plain backend of that name. */
const DEVICES = ['cpu', 'node', 'webgpu', 'native', 'wasm'] as const;

function metricList(text: string, pictures: boolean): MetricName[] {
  const names = text.split(',').map((name) => oneOf('--metrics', METRICS, name.trim()));
  return pictures && !names.includes('memorisation') ? [...names, 'memorisation'] : names;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS, allowPositionals: true });
  } catch (error) {
    // Node's own message says what is wrong and, for an unknown flag, goes on about positionals.
    throw new UsageError(`${(error as Error).message.split('. ')[0]} (cxr-fid --help)`);
  }
}

function count(flag: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least) {
    throw new UsageError(`${flag} must be a whole number of at least ${least}: ${text}`);
  }
  return value;
}

function oneOf<T extends string | number>(flag: string, allowed: readonly T[], text: string): T {
  const value = allowed.find((item) => String(item) === text);
  if (value === undefined) throw new UsageError(`${flag} must be one of ${allowed.join(', ')}: ${text}`);
  return value;
}
