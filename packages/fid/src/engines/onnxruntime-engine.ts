import { availableParallelism } from 'node:os';
import { checkOptions, type KnownOptions, ndarray } from '@cxr/image';
import type { NdArray } from 'ndarray';
import { assertWeights, type InceptionWeights } from '../inception/inception-weights.js';
import { assertDims, type Dims } from '../inception/network.js';
import { assertInUse, assertPositive, batchPixels, IMAGE_LENGTH, type InceptionEngine } from './engine.js';
import { loadOnnxruntime } from './load-onnxruntime.js';
import { inceptionOnnx } from './onnx-graph.js';

/** Options of `createOnnxruntimeEngine`. */
export interface OnnxruntimeEngineOptions {
  /** Length of an image's activations: 64, 192, 768 or 2048. */
  dims: Dims;
  /** Threads of the computation, at least 1. @default all of the machine's */
  threads?: number | undefined;
  /** Images a run of the network, at least 1; larger batches are cut up. @default 8: more is not faster and takes memory */
  chunk?: number | undefined;
}

const OPTIONS: KnownOptions<OnnxruntimeEngineOptions> = { dims: true, threads: true, chunk: true };

/**
 * The Inception on onnxruntime-node, an optional peer: the fastest engine in Node. The model is built from the
 * weights in memory.
 *
 * @throws TypeError for what are no weights; RangeError for wrong or unknown options; UnavailableError if onnxruntime-node does not load.
 */
export async function createOnnxruntimeEngine(
  weights: InceptionWeights,
  options: OnnxruntimeEngineOptions,
): Promise<InceptionEngine> {
  checkOptions('createOnnxruntimeEngine', options, OPTIONS);
  const { dims, threads = availableParallelism(), chunk = 8 } = options;
  assertWeights(weights);
  assertDims(dims);
  assertPositive('threads', threads);
  assertPositive('chunk', chunk);
  const ort = await loadOnnxruntime();
  const sessions = new Map<'uint8' | 'float32', Promise<Session>>();
  // Most callers only give uint8; the float model, for resizes that do not round, is made at its first use.
  const sessionFor = (input: 'uint8' | 'float32'): Promise<Session> => {
    const known = sessions.get(input);
    if (known) return known;
    const model = inceptionOnnx(weights, { dims, input });
    const made = ort.InferenceSession.create(model, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      executionMode: 'sequential',
    });
    sessions.set(input, made);
    return made;
  };
  await sessionFor('uint8');
  let disposed = false;
  return {
    name: 'onnxruntime',
    dims,
    device: `onnxruntime ${ort.env.versions.node ?? ort.env.versions.common}, ${threads} threads`,
    async activations(batch, { signal } = {}): Promise<NdArray<Float32Array>> {
      assertInUse(disposed);
      const { pixels, count } = batchPixels(batch);
      const input = pixels instanceof Uint8Array ? 'uint8' : 'float32';
      const session = await sessionFor(input);
      const out = new Float32Array(count * dims);
      for (let start = 0; start < count; start += chunk) {
        signal?.throwIfAborted();
        assertInUse(disposed);
        const end = Math.min(count, start + chunk);
        const shape = [end - start, ...batch.shape.slice(1)];
        const part = pixels.subarray(start * IMAGE_LENGTH, end * IMAGE_LENGTH);
        const image =
          part instanceof Uint8Array
            ? new ort.Tensor('uint8', part, shape)
            : new ort.Tensor('float32', part, shape);
        const { activations } = await session.run({ image });
        out.set(activations!.data as Float32Array, start * dims);
      }
      return ndarray(out, [count, dims]);
    },
    dispose(): void {
      disposed = true;
      for (const session of sessions.values()) void session.then((s) => s.release());
      sessions.clear();
    },
  };
}

type Session = import('onnxruntime-node').InferenceSession;
