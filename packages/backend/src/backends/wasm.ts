import '@tensorflow/tfjs-backend-wasm';
import { env, findBackend, findBackendFactory, setBackend } from '@tensorflow/tfjs-core';
import { simdGemm } from '../gemm/gemm-simd.js';
import { threadedGemm } from '../gemm/gemm-threads.js';
import { inChunks } from '../gemm/long-sums.js';
import { registerTrainingKernels } from '../kernels/index.js';
import {
  type KernelContext,
  Scratch,
  type ThreadContext,
  type WasmBackend,
} from '../kernels/kernel-context.js';
import { isShared, loadSimd } from '../simd/module.js';
import { ThreadPool } from '../threads/thread-pool.js';
import type { Backend, StartOptions } from './backend.js';
import { countNames, forget, isAlive, isSpent, registerName, restorer } from './lifetime.js';
import { processors } from './platform.js';
import { giveTfjsWasm } from './tfjs-wasm.js';

/** TensorFlow.js's wasm backend, with our module in its memory. */
export interface WasmContext extends ThreadContext {
  readonly backend: WasmBackend;
  /** The threads that can use its memory; undefined where it is not shared. */
  readonly pool: ThreadPool | undefined;
}

let ready: Promise<WasmContext> | undefined;
let current: WasmContext | undefined;
let started: { context: WasmContext; threads: number; done: Promise<void> } | undefined;
const restore = restorer('wasm', 2);

/**
 * Starts tfjs's wasm backend, with our module in its memory: once, and again after it was reset or removed.
 *
 * @param share true for memory that other threads can use, where there is such memory. It stays as it is once it has started.
 */
export function wasmContext(share: boolean): Promise<WasmContext> {
  if (!ready || (current && !isAlive(current.backend))) {
    current = undefined;
    ready = prepare(share);
    ready.catch(() => {
      ready = undefined;
    });
  } else if (current && !findBackendFactory('wasm')) {
    registerName('wasm', current.backend);
  }
  return ready;
}

async function prepare(share: boolean): Promise<WasmContext> {
  // tfjs's build with threads does not start them in Node, and keeps its memory to itself.
  env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  if (isSpent('wasm')) forget('wasm');
  restore();
  const hint = await giveTfjsWasm(share && 'SharedArrayBuffer' in globalThis);
  if (!(await setBackend('wasm'))) throw new Error(`tfjs-backend-wasm does not start here${hint}`);
  const backend = findBackend('wasm') as unknown as WasmBackend;
  const { memory } = backend.wasm.asm;
  const simd = await loadSimd(memory);
  const pool = isShared(memory) ? new ThreadPool(backend, simd) : undefined;
  countNames(backend, () => pool?.end());
  const thread = { simd, scratch: new Scratch(backend) };
  current = { ...thread, gemm: inChunks(simdGemm(thread), thread), backend, pool };
  return current;
}

/** The threads asked for; else as many as a backend in this memory runs with, unless it was reset or removed; else one a processor. */
export function threadsOf(
  asked: number | undefined,
  started: { readonly context: WasmContext; readonly threads: number } | undefined,
): number {
  const runs = current && isAlive(current.backend) && started?.context === current;
  return asked ?? (runs ? started.threads : processors());
}

/** TensorFlow.js's wasm backend with training kernels in WebAssembly SIMD. Runs in Node and browsers, without native code. */
export const wasm: Backend = {
  stock: '@tensorflow/tfjs-backend-wasm',
  async start({ threads: asked }: StartOptions) {
    const threads = threadsOf(asked, started);
    const context = await wasmContext(threads > 1);
    if (started?.context === context && started.threads !== threads) {
      throw new RangeError(`wasm already runs with ${started.threads} threads: ${threads}`);
    }
    if (started?.context !== context) started = { context, threads, done: register(context, threads) };
    await started.done;
    return 'wasm';
  },
  limitation: () => oneThread,
};

async function register(context: WasmContext, threads: number): Promise<void> {
  registerTrainingKernels('wasm', threads > 1 ? await inThreads(context, threads) : onOneThread(context));
}

/** A kernel context that does all on this thread. */
export function onOneThread(context: WasmContext): KernelContext {
  return { ...context, threads: { count: 1, run: (_parts, work) => work(context, 0) } };
}

/** Why all is done on one thread although more were asked for. */
let oneThread: string | undefined;

/** Work in several threads; in one where threads do not start or may not share memory. */
async function inThreads(context: WasmContext, count: number): Promise<KernelContext> {
  try {
    if (!('SharedArrayBuffer' in globalThis)) {
      throw new Error("the page's headers do not isolate it from others (COOP and COEP)");
    }
    if (!context.pool) throw new Error('the memory of the tensors is not shared');
    const gemmOf = (thread: Omit<ThreadContext, 'gemm'>) => inChunks(simdGemm(thread), thread);
    const threads = await context.pool.threads(count, context, gemmOf);
    oneThread = undefined;
    return { ...context, threads, gemm: inChunks(threadedGemm(threads, context.gemm), context) };
  } catch (error) {
    oneThread = `on one thread: ${error instanceof Error ? error.message : error}`;
    return onOneThread(context);
  }
}
