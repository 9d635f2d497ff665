import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { BackendName } from '@cxr/backend';
import { DIMS, type Dims } from '../inception/network.js';
import { ENGINES, type EngineName } from '../node/create-engine.js';
import { RESIZE_MODES, type ResizeMode } from '../prepare-image.js';
import { UsageError } from './usage-error.js';

export const USAGE = `usage: cxr-fid PATH1 PATH2 [flags]
       cxr-fid --save-stats FOLDER OUT.npz [flags]

PATH is a folder of images, or an .npz with mu and sigma as pytorch-fid writes it.

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
  recursive: { type: 'boolean', default: false },
  'skip-bad': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const satisfies ParseArgsConfig['options'];

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
    recursive: values.recursive,
    skipBad: values['skip-bad'],
    json: values.json,
  };
}

/** pytorch-fid's `cpu` means no GPU, not TensorFlow.js's plain backend of that name. */
const DEVICES = ['cpu', 'node', 'webgpu', 'native', 'wasm'] as const;

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
