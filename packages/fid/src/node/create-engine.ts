import type { BackendName } from '@cxr/backend';
import type { InceptionEngine } from '../engines/engine.js';
import { createNativeEngine } from '../engines/native-engine.js';
import type { InceptionWeights } from '../inception/inception-weights.js';
import type { Dims } from '../inception/network.js';

/** `auto` is `native` where onnxruntime-node loads, else `tfjs`. */
export type EngineName = 'auto' | 'native' | 'tfjs';

/** All engine names, the default first. */
export const ENGINES: readonly EngineName[] = ['auto', 'native', 'tfjs'];

export interface CreateEngineOptions {
  dims: Dims;
  /** Default `auto`. */
  engine?: EngineName;
  /** TensorFlow.js backend of the `tfjs` engine. Default: the best that loads. */
  backend?: BackendName | 'auto';
  threads?: number;
}

/**
 * The engine asked for, or the fastest that loads. Its `name` and `device` say which it is.
 * @throws Error when the engine asked for does not load.
 */
export async function createEngine(
  weights: InceptionWeights,
  options: CreateEngineOptions,
): Promise<InceptionEngine> {
  const { dims, engine = 'auto', backend = 'auto', threads } = options;
  const native = { dims, ...(threads === undefined ? {} : { threads }) };
  if (engine === 'native') return createNativeEngine(weights, native);
  if (engine === 'auto') {
    try {
      return await createNativeEngine(weights, native);
    } catch (error) {
      if (error instanceof RangeError) throw error;
    }
  }
  // Loaded only here: TensorFlow.js takes longer to load than a small set of images to score.
  const [{ useBackend }, { createTfjsEngine }] = await Promise.all([
    import('@cxr/backend'),
    import('../engines/tfjs-engine.js'),
  ]);
  await useBackend(backend, threads === undefined ? {} : { threads });
  return createTfjsEngine(weights, { dims });
}
