import { copyRegisteredKernels, findBackendFactory, getKernelsForBackend } from '@tensorflow/tfjs-core';
import { copyingMultiplier } from '../gemm/copying-multiplier.js';
import { onnxruntimeGemm } from '../gemm/gemm-onnxruntime.js';
import { simdGemm } from '../gemm/gemm-simd.js';
import { inChunks } from '../gemm/long-sums.js';
import { type OnnxStart, onnxMultiplier, productModels } from '../gemm/onnx-multiplier.js';
import { registerTrainingKernels } from '../kernels/index.js';
import type { KernelContext, ThreadContext } from '../kernels/kernel-context.js';
import { type GemmMaker, mainOfOnnxruntime } from '../threads/thread-pool.js';
import type { Backend, StartOptions } from './backend.js';
import { registerName } from './lifetime.js';
import { nodeRequire, resolvePeer } from './platform.js';
import { onOneThread, threadsOf, type WasmContext, wasmContext } from './wasm.js';

/** TensorFlow.js's name for this backend. */
const NAME = 'cxr-onnxruntime';

let started: { context: WasmContext; threads: number; done: Promise<void> } | undefined;

/** Why only matrix products are shared between threads, although more could be. */
let onlyProducts: string | undefined;

/** The wasm backend's memory and small kernels; the large matrix products are computed by onnxruntime-node. */
export const onnxruntime: Backend = {
  stock: '@tensorflow/tfjs-backend-wasm',
  async start({ threads: asked }: StartOptions) {
    const threads = threadsOf(asked, started);
    const start = onnxStart();
    const shares = takesSharedMemory(start);
    const context = await wasmContext(shares && threads > 1);
    if (started?.context === context && started.threads !== threads) {
      throw new RangeError(`onnxruntime already runs with ${started.threads} threads: ${threads}`);
    }
    if (started?.context !== context) {
      started = { context, threads, done: register(context, threads, start, shares) };
    }
    await started.done;
    if (!findBackendFactory(NAME)) registerName(NAME, context.backend);
    return NAME;
  },
  limitation: () => onlyProducts,
};

async function register(
  context: WasmContext,
  threads: number,
  start: OnnxStart,
  shares: boolean,
): Promise<void> {
  const whole = shares && threads > 1 ? await inThreads(context, threads, start) : undefined;
  if (threads === 1 || whole) onlyProducts = undefined;
  else if (!shares) {
    onlyProducts =
      'only matrix products in threads: this Node gives onnxruntime no shared memory (22.23 does)';
  }
  if (getKernelsForBackend(NAME).length === 0) copyRegisteredKernels('wasm', NAME);
  registerTrainingKernels(NAME, whole ?? withProductsInThreads(context, threads, start, shares));
  registerName(NAME, context.backend);
}

function onnxStart(): OnnxStart {
  const require = nodeRequire();
  if (!require) throw new Error('onnxruntime-node runs in Node only');
  return { main: mainOfOnnxruntime() ?? resolvePeer(require, 'onnxruntime-node'), models: productModels() };
}

/** True where onnxruntime takes views of shared memory, which Node 22.23 and 24.21 allow and 20.20 and 22.20 do not. */
function takesSharedMemory(start: OnnxStart): boolean {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const values = new Float32Array(memory.buffer);
  values.set([2, 3]);
  const multiply = onnxMultiplier(start, 1, memory);
  try {
    multiply(false, false, 1, 1, 1, 0, 4, 8, 1);
    return values[2] === 6;
  } catch {
    return false;
  }
}

/** Products by `multiply`, small ones and long sums as everywhere. */
function gemmWith(thread: Omit<ThreadContext, 'gemm'>, multiply: ReturnType<typeof onnxMultiplier>) {
  return inChunks(onnxruntimeGemm(multiply, thread, simdGemm(thread)), thread);
}

/** All work in several threads, each with a one-thread onnxruntime of its own; undefined where they do not start. */
async function inThreads(
  context: WasmContext,
  count: number,
  start: OnnxStart,
): Promise<KernelContext | undefined> {
  const { memory } = context.backend.wasm.asm;
  try {
    if (!context.pool) throw new Error('the memory of the tensors is not shared');
    const own = { ...context, gemm: gemmWith(context, onnxMultiplier(start, 1, memory)) };
    const threads = await context.pool.threads(count, own, gemmWith satisfies GemmMaker);
    // A first product: a thread that cannot load onnxruntime says so now.
    threads.run(count, ({ gemm, scratch }) => {
      const [a, b, c] = ['a', 'b', 'c'].map((name) => scratch.floats(name, 1024)) as [number, number, number];
      gemm.run({ transposeA: false, transposeB: false, m: 32, n: 32, k: 32, a, b, c });
    });
    return { ...context, threads, gemm: gemmWith(context, onnxMultiplier(start, count, memory)) };
  } catch (error) {
    onlyProducts = `only matrix products in threads: ${error instanceof Error ? error.message : error}`;
    return undefined;
  }
}

/** Each product in onnxruntime's own threads, all else on this one. */
function withProductsInThreads(
  context: WasmContext,
  threads: number,
  start: OnnxStart,
  shares: boolean,
): KernelContext {
  const { memory } = context.backend.wasm.asm;
  const make = (memory: WebAssembly.Memory) => onnxMultiplier(start, threads, memory);
  const multiply = context.pool && !shares ? copyingMultiplier(make, memory) : make(memory);
  return onOneThread({ ...context, gemm: gemmWith(context, multiply) });
}
