import { parseArgs } from 'node:util';

/** Everything a run is made of: kept with the run, so that it can be told and repeated. */
export interface Options {
  /** A folder of images, or of class folders with `class`; without it, phantoms are drawn. */
  readonly data?: string;
  /** Images never trained on: the second distance that a score is read against. */
  readonly testData?: string;
  readonly class?: string;
  readonly preset: string;
  readonly size: number;
  readonly width: number;
  readonly batchSize: number;
  readonly seed: number;
  /** How many steps to train: `steps`, or as many as `epochs` passes over the data take. */
  readonly steps?: number;
  readonly epochs?: number;
  /** How many fakes are written and scored. */
  readonly samples: number;
  /** Steps between scores while training; 0: none before the end. */
  readonly scoreEvery: number;
  readonly backend: string;
  /** DiffAugment (Zhao et al., 2020): what limited data needs. */
  readonly diffAugment: boolean;
  /** Decay of the generator's running average; the preset's where absent. */
  readonly ema?: number;
  /** A run at a smaller size whose layers this one begins with. */
  readonly growFrom?: string;
  readonly weights?: string;
  readonly dims: number;
  readonly resume: boolean;
  /** The run's folder, if named; otherwise the first free one of `name`, `name-2`, … */
  readonly out?: string;
  readonly name: string;
}

export const USAGE = `npm start [-- flags]: train a DCGAN on chest X-rays, sample it, score the samples, report it.
Without flags it runs on drawn phantoms, in a few minutes.

  --data DIR          a folder of images, or of class folders (then --class NAME)
  --class NAME        which class folder, in --data and --test-data
  --test-data DIR     held-out images, never trained on: scored beside the fakes
  --preset NAME       dcgan (default) or another preset of @cxr/dcgan
  --size N            pixels a side: 32, 64 (default), 128
  --width N           features of the widest image layer (default 32 on data, 16 on phantoms)
  --batch-size N      default 64 on data, 32 on phantoms
  --diff-augment      augments what the discriminator sees: for few images
  --ema X             samples from a running average of the generator, of decay X (0.995)
  --grow-from DIR     begins with the layers of an earlier run of half the size and twice the width
  --epochs N          passes over the data; or
  --steps N           training steps (default 300 on phantoms, 2000 on data)
  --seed N            default 1
  --samples N         fakes to write and score (default 1000 on data, 256 on phantoms)
  --score-every N     scores every N steps, too: the report draws the curve, best/ keeps the best state
  --backend NAME      auto (default), node, webgpu, native, wasm, cpu
  --weights FILE      Inception weights; without them they are looked for, see @cxr/fid
  --dims N            64, 192, 768, 2048 (default 768 on data, 64 on phantoms)
  --resume            go on from the checkpoint in --out
  --out DIR           default: a new folder in runs/, named after the data`;

/** Wrong usage: told in one line, with exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

function count(flag: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
    throw new UsageError(`--${flag} takes a whole number of at least ${least}, not '${text}'`);
  }
  return value;
}

function oneOf<T extends number | string>(flag: string, value: T, choices: readonly T[]): T {
  if (!choices.includes(value)) throw new UsageError(`--${flag} takes ${choices.join(', ')}, not '${value}'`);
  return value;
}

/**
 * Reads the command line.
 * @returns the options with their defaults, or undefined where `--help` asks for the usage.
 * @throws UsageError for an unknown flag or a value that it cannot take.
 */
export function parseOptions(args: readonly string[]): Options | undefined {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  let values: ReturnType<typeof parse>;
  const parse = () =>
    parseArgs({
      args: [...args],
      options: {
        data: text,
        class: text,
        'test-data': text,
        preset: text,
        size: text,
        width: text,
        epochs: text,
        steps: text,
        'batch-size': text,
        seed: text,
        samples: text,
        'score-every': text,
        backend: text,
        'diff-augment': flag,
        ema: text,
        'grow-from': text,
        weights: text,
        dims: text,
        resume: flag,
        out: text,
        help: { ...flag, short: 'h' },
      },
    }).values;
  try {
    values = parse();
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0]);
  }
  if (values.help) return undefined;
  const real = values.data !== undefined;
  if (!real && (values['test-data'] !== undefined || values.class !== undefined)) {
    throw new UsageError('--test-data and --class go with --data');
  }
  const epochs = count('epochs', values.epochs, 1);
  const steps = count('steps', values.steps, 1);
  if (epochs !== undefined && steps !== undefined) throw new UsageError('give --epochs or --steps, not both');
  const ema = values.ema === undefined ? undefined : Number(values.ema);
  if (ema !== undefined && !(ema >= 0 && ema < 1)) {
    throw new UsageError(`--ema takes a number from 0 to below 1, not '${values.ema}'`);
  }
  const name = real ? [values.data!.replace(/\/+$/, '').split(/[\\/]/).at(-1), values.class] : ['phantoms'];
  return {
    ...(values.data === undefined ? {} : { data: values.data }),
    ...(values['test-data'] === undefined ? {} : { testData: values['test-data'] }),
    ...(values.class === undefined ? {} : { class: values.class }),
    ...(values.weights === undefined ? {} : { weights: values.weights }),
    ...(epochs === undefined ? { steps: steps ?? (real ? 2000 : 300) } : { epochs }),
    ...(ema === undefined ? {} : { ema }),
    ...(values['grow-from'] === undefined ? {} : { growFrom: values['grow-from'] }),
    diffAugment: values['diff-augment'] ?? false,
    preset: oneOf('preset', values.preset ?? 'dcgan', ['dcgan', 'paper', 'modern']),
    size: oneOf('size', count('size', values.size, 1) ?? 64, [32, 64, 128]),
    width: count('width', values.width, 1) ?? (real ? 32 : 16),
    batchSize: count('batch-size', values['batch-size'], 2) ?? (real ? 64 : 32),
    seed: count('seed', values.seed, 0) ?? 1,
    samples: count('samples', values.samples, 2) ?? (real ? 1000 : 256),
    scoreEvery: count('score-every', values['score-every'], 1) ?? 0,
    backend: oneOf('backend', values.backend ?? 'auto', ['auto', 'node', 'webgpu', 'native', 'wasm', 'cpu']),
    dims: oneOf('dims', count('dims', values.dims, 1) ?? (real ? 768 : 64), [64, 192, 768, 2048]),
    resume: values.resume ?? false,
    ...(values.out === undefined ? {} : { out: values.out }),
    name: `runs/${name.filter(Boolean).join('-')}`,
  };
}
