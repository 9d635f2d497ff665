import { env, findBackend, findBackendFactory, setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { simdGemm } from '../gemm/gemm-simd.js';
import { threadedGemm } from '../gemm/gemm-threads.js';
import { registerTrainingKernels } from '../kernels/index.js';
import { type Gemm, type KernelContext, Scratch, type WasmBackend } from '../kernels/kernel-context.js';
import { loadSimd } from '../simd/module.js';
import type { Backend, StartOptions } from './backend.js';
import { countNames, forget, isAlive, isSpent, registerName, restorer } from './lifetime.js';
import { processors } from './platform.js';
import { giveTfjsWasm } from './tfjs-wasm.js';

let ready: Promise<KernelContext> | undefined;
let current: KernelContext | undefined;
let started: { context: KernelContext; threads: number; done: Promise<void> } | undefined;
const restore = restorer('wasm', 2);

/** Starts tfjs's wasm backend, with our module in its memory: once, and again after it was reset or removed. */
export function wasmContext(): Promise<KernelContext> {
  if (!ready || (current && !isAlive(current.backend))) {
    current = undefined;
    ready = prepare();
    ready.catch(() => {
      ready = undefined;
    });
  } else if (current && !findBackendFactory('wasm')) {
    registerName('wasm', current.backend);
  }
  return ready;
}

async function prepare(): Promise<KernelContext> {
  // tfjs's build with threads keeps its tensors in shared memory, which our module cannot use.
  env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  if (isSpent('wasm')) forget('wasm');
  restore();
  const hint = await giveTfjsWasm();
  if (!(await setBackend('wasm'))) throw new Error(`tfjs-backend-wasm does not start here${hint}`);
  const backend = findBackend('wasm') as unknown as WasmBackend;
  countNames(backend);
  const simd = await loadSimd(backend.wasm.asm.memory);
  const scratch = new Scratch(backend);
  current = { backend, simd, scratch, gemm: simdGemm(simd, scratch) };
  return current;
}

/** TensorFlow.js's wasm backend with training kernels in WebAssembly SIMD. Runs in Node and browsers, without native code. */
export const wasm: Backend = {
  stock: '@tensorflow/tfjs-backend-wasm',
  async start({ threads = processors() }: StartOptions) {
    const context = await wasmContext();
    if (started?.context === context && started.threads !== threads) {
      throw new RangeError(`wasm already runs with ${started.threads} threads: ${threads}`);
    }
    if (started?.context !== context) started = { context, threads, done: register(context, threads) };
    await started.done;
    return 'wasm';
  },
  limitation: () => oneThread,
};

async function register(context: KernelContext, threads: number): Promise<void> {
  const gemm = threads > 1 ? await inThreads(context, threads) : context.gemm;
  registerTrainingKernels('wasm', { ...context, gemm });
}

/** Why the products run on one thread although more were asked for. */
let oneThread: string | undefined;

/** Products in several threads; in one where threads do not start or may not share memory. */
async function inThreads(context: KernelContext, threads: number): Promise<Gemm> {
  try {
    if (!('SharedArrayBuffer' in globalThis)) {
      throw new Error("the page's headers do not isolate it from others (COOP and COEP)");
    }
    const gemm = await threadedGemm(context, context.gemm, threads);
    oneThread = undefined;
    return gemm;
  } catch (error) {
    oneThread = `on one thread: ${error instanceof Error ? error.message : error}`;
    return context.gemm;
  }
}
