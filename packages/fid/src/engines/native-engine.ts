import { availableParallelism } from 'node:os';
import { ndarray } from '@cxr/image';
import type { NdArray } from 'ndarray';
import type { InceptionWeights } from '../inception/inception-weights.js';
import { assertDims, type Dims } from '../inception/network.js';
import { batchPixels, IMAGE_LENGTH, type InceptionEngine } from './engine.js';
import { inceptionOnnx } from './onnx-graph.js';

export interface NativeEngineOptions {
  dims: Dims;
  /** Threads of the computation. @default as many as the machine runs at once */
  threads?: number | undefined;
  /** Images a run of the network; more are cut up. @default 8: larger ones gain nothing and take memory */
  chunk?: number | undefined;
}

/**
 * The Inception on onnxruntime-node, an optional peer: the fastest engine in Node. The model is built from the
 * weights in memory.
 *
 * @throws RangeError when `dims` is not 64, 192, 768 or 2048; Error when onnxruntime-node does not load.
 */
export async function createNativeEngine(
  weights: InceptionWeights,
  options: NativeEngineOptions,
): Promise<InceptionEngine> {
  const { dims, threads = availableParallelism(), chunk = 8 } = options;
  assertDims(dims);
  const ort = await import('onnxruntime-node');
  const sessions = new Map<'uint8' | 'float32', Promise<Session>>();
  // Most callers only ever give uint8; the float model (for unquantised resizes) is made when one first does not.
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
  return {
    name: 'native',
    dims,
    device: `onnxruntime ${ort.env.versions.node ?? ort.env.versions.common}, ${threads} threads`,
    async activations(batch, { signal } = {}): Promise<NdArray<Float32Array>> {
      const { pixels, count } = batchPixels(batch);
      const input = pixels instanceof Uint8Array ? 'uint8' : 'float32';
      const session = await sessionFor(input);
      const out = new Float32Array(count * dims);
      for (let start = 0; start < count; start += chunk) {
        signal?.throwIfAborted();
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
      for (const session of sessions.values()) void session.then((s) => s.release());
      sessions.clear();
    },
  };
}

type Session = import('onnxruntime-node').InferenceSession;
