import type { BackendRequest } from '@cxr/backend';
import { checkOptions, type KnownOptions, UnavailableError } from '@cxr/image';
import type { InceptionEngine } from '../engines/engine.js';
import { createOnnxruntimeEngine } from '../engines/onnxruntime-engine.js';
import { assertWeights, type InceptionWeights } from '../inception/inception-weights.js';
import { assertDims, type Dims } from '../inception/network.js';

/** The names of the engines, the default first: `auto` is the first of the others that loads. */
export const ENGINES = ['auto', 'onnxruntime', 'tfjs'] as const;

/** One of `ENGINES`. */
export type EngineName = (typeof ENGINES)[number];

/** Names of earlier versions, as saved commands have them, and what they are called now. */
export const OLD_ENGINE_NAMES: { readonly native: 'onnxruntime' } = { native: 'onnxruntime' };

/** A name that `createEngine` accepts. */
export type EngineRequest = EngineName | keyof typeof OLD_ENGINE_NAMES;

type Factory = (weights: InceptionWeights, options: CreateEngineOptions) => Promise<InceptionEngine>;

const FACTORIES: Readonly<Record<Exclude<EngineName, 'auto'>, Factory>> = {
  onnxruntime: (weights, { dims, threads }) => createOnnxruntimeEngine(weights, { dims, threads }),
  tfjs: createTfjs,
};

/** Options of `createEngine`. */
export interface CreateEngineOptions {
  /** Length of an image's activations: 64, 192, 768 or 2048. */
  dims: Dims;
  /** One of `ENGINES`, or `native`, the earlier name of `onnxruntime`. @default 'auto', the fastest that loads */
  engine?: EngineRequest | undefined;
  /** TensorFlow.js backend of the `tfjs` engine. @default 'auto', the best that loads */
  backend?: BackendRequest | undefined;
  /** Threads of the computation, at least 1. @default all of the machine's */
  threads?: number | undefined;
}

const OPTIONS: KnownOptions<CreateEngineOptions> = { dims: true, engine: true, backend: true, threads: true };

/**
 * The engine asked for, or the fastest that loads. Its `name` and `device` say which it is.
 *
 * @throws TypeError for what are no weights; RangeError for wrong or unknown options; UnavailableError of @cxr/image if the
 * engine or backend asked for does not load.
 */
export async function createEngine(
  weights: InceptionWeights,
  options: CreateEngineOptions,
): Promise<InceptionEngine> {
  checkOptions('createEngine', options, OPTIONS);
  const { dims, engine: requested = 'auto' } = options;
  assertWeights(weights);
  assertDims(dims);
  const engine = requested === 'native' ? OLD_ENGINE_NAMES.native : requested;
  if (!ENGINES.includes(engine))
    throw new RangeError(`engine must be one of ${ENGINES.join(', ')}: ${engine}`);
  if (engine !== 'auto') return FACTORIES[engine](weights, options);
  const failures: unknown[] = [];
  for (const name of ENGINES) {
    if (name === 'auto') continue;
    try {
      return await FACTORIES[name](weights, options);
    } catch (error) {
      if (error instanceof RangeError) throw error;
      failures.push(error);
    }
  }
  const cause = new AggregateError(failures, `no engine loads: ${failures.map(String).join('; ')}`);
  if (!failures.every((error) => error instanceof UnavailableError)) throw cause;
  const reasons = failures.map(({ message }) => message).join('; ');
  throw new UnavailableError(`no engine loads: ${reasons}`, { cause });
}

async function createTfjs(
  weights: InceptionWeights,
  { dims, backend = 'auto', threads }: CreateEngineOptions,
): Promise<InceptionEngine> {
  // Loaded only here: TensorFlow.js takes longer to load than a small set of images to score.
  const [{ useBackend }, { createTfjsEngine }] = await Promise.all([
    import('@cxr/backend'),
    import('../engines/tfjs-engine.js'),
  ]);
  await useBackend(backend, { threads });
  return createTfjsEngine(weights, { dims });
}
