import { env, findBackend, findBackendFactory, setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { simdGemm } from '../gemm/gemm-simd.js';
import { threadedGemm } from '../gemm/gemm-threads.js';
import { registerTrainingKernels } from '../kernels/index.js';
import { type Gemm, Scratch, type Tools, type WasmBackend } from '../kernels/tools.js';
import { loadSimd } from '../simd/module.js';
import type { Candidate, CandidateOptions } from './candidate.js';
import { countNames, forget, isAlive, isSpent, registerName, restorer } from './lifetime.js';
import { processors } from './platform.js';
import { giveTfjsWasm } from './tfjs-wasm.js';

let ready: Promise<Tools> | undefined;
let current: Tools | undefined;
let started: { tools: Tools; threads: number; done: Promise<void> } | undefined;
const restore = restorer('wasm', 2);

/** Readies tfjs's wasm backend, with our module in its memory: once, and again after it was reset or removed. */
export function wasmTools(): Promise<Tools> {
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

async function prepare(): Promise<Tools> {
  // tfjs's build with threads keeps its tensors in shared memory, which our module cannot work in.
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

/** TensorFlow.js's wasm backend, with training kernels in WebAssembly SIMD: everywhere, no native code. */
export const wasm: Candidate = {
  name: 'wasm',
  async start({ threads = processors() }: CandidateOptions) {
    const tools = await wasmTools();
    if (started?.tools === tools && started.threads !== threads) {
      throw new RangeError(`wasm already runs with ${started.threads} threads: ${threads}`);
    }
    if (started?.tools !== tools) started = { tools, threads, done: register(tools, threads) };
    await started.done;
    return 'wasm';
  },
  lack: () => alone,
};

async function register(tools: Tools, threads: number): Promise<void> {
  const gemm = threads > 1 ? await inThreads(tools, threads) : tools.gemm;
  registerTrainingKernels('wasm', { ...tools, gemm });
}

/** Why there are no threads, where some were asked for. */
let alone: string | undefined;

/** Products in threads; on one where threads do not start or may not share memory. */
async function inThreads(tools: Tools, threads: number): Promise<Gemm> {
  try {
    if (!('SharedArrayBuffer' in globalThis)) {
      throw new Error("the page's headers do not isolate it from others (COOP and COEP)");
    }
    const gemm = await threadedGemm(tools, tools.gemm, threads);
    alone = undefined;
    return gemm;
  } catch (error) {
    alone = `on one thread: ${error instanceof Error ? error.message : error}`;
    return tools.gemm;
  }
}
