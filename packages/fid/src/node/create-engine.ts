import type { BackendRequest } from '@cxr/backend';
import type { InceptionEngine } from '../engines/engine.js';
import { createNativeEngine } from '../engines/native-engine.js';
import type { InceptionWeights } from '../inception/inception-weights.js';
import { assertDims, type Dims } from '../inception/network.js';

type Factory = (weights: InceptionWeights, options: CreateEngineOptions) => Promise<InceptionEngine>;

/** Our engines, the fastest first. */
const FACTORIES: Readonly<Record<Exclude<EngineName, 'auto'>, Factory>> = {
  native: createNativeEngine,
  tfjs: createTfjs,
};

/** `auto` is the first of the others that loads: `native`, with onnxruntime-node, else `tfjs`. */
export type EngineName = 'auto' | 'native' | 'tfjs';

/** All engine names, the default first. */
export const ENGINES: readonly EngineName[] = [
  'auto',
  ...(Object.keys(FACTORIES) as (keyof typeof FACTORIES)[]),
];

export interface CreateEngineOptions {
  dims: Dims;
  /** @default 'auto' */
  engine?: EngineName | undefined;
  /** TensorFlow.js backend of the `tfjs` engine. @default 'auto', the best that loads */
  backend?: BackendRequest | undefined;
  /** Threads of the computation. @default all of the machine's */
  threads?: number | undefined;
}

/**
 * The engine asked for, or the fastest that loads. Its `name` and `device` say which it is.
 * @throws RangeError for wrong options; Error when the engine asked for does not load.
 */
export async function createEngine(
  weights: InceptionWeights,
  options: CreateEngineOptions,
): Promise<InceptionEngine> {
  const { dims, engine = 'auto' } = options;
  assertDims(dims);
  if (!ENGINES.includes(engine))
    throw new RangeError(`engine must be one of ${ENGINES.join(', ')}: ${engine}`);
  if (engine !== 'auto') return FACTORIES[engine](weights, options);
  const failures: unknown[] = [];
  for (const create of Object.values(FACTORIES)) {
    try {
      return await create(weights, options);
    } catch (error) {
      if (error instanceof RangeError) throw error;
      failures.push(error);
    }
  }
  throw new AggregateError(failures, `no engine loads: ${failures.map(String).join('; ')}`);
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
