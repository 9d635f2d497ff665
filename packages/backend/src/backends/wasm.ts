import { env, findBackend, type KernelBackend, registerBackend, setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { simdGemm } from '../gemm/gemm-simd.js';
import { threadedGemm } from '../gemm/gemm-threads.js';
import { registerTrainingKernels } from '../kernels/index.js';
import { type Gemm, Scratch, type Tools, type WasmBackend } from '../kernels/tools.js';
import { loadSimd } from '../simd/module.js';
import type { Candidate, CandidateOptions } from './candidate.js';
import { processors } from './platform.js';
import { giveTfjsWasm } from './tfjs-wasm.js';

let ready: Promise<Tools> | undefined;
let started: { threads: number; done: Promise<void> } | undefined;

/** Readies tfjs's wasm backend, with our module in its memory, once. */
export function wasmTools(): Promise<Tools> {
  ready ??= prepare();
  return ready;
}

async function prepare(): Promise<Tools> {
  // tfjs's build with threads keeps its tensors in shared memory, which our module cannot work in.
  env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  await giveTfjsWasm();
  if (!(await setBackend('wasm'))) throw new Error('tfjs-backend-wasm does not start here');
  const backend = findBackend('wasm') as unknown as WasmBackend;
  const simd = await loadSimd(backend.wasm.asm.memory);
  const scratch = new Scratch(backend);
  return { backend, simd, scratch, gemm: simdGemm(simd, scratch) };
}

/** TensorFlow.js's wasm backend, with training kernels in WebAssembly SIMD: everywhere, no native code. */
export const wasm: Candidate = {
  name: 'wasm',
  async start({ threads = processors() }: CandidateOptions) {
    if (started && started.threads !== threads) {
      throw new RangeError(`wasm already runs with ${started.threads} threads: ${threads}`);
    }
    started ??= { threads, done: register(threads) };
    await started.done;
    return 'wasm';
  },
};

async function register(threads: number): Promise<void> {
  const tools = await wasmTools();
  const gemm = threads > 1 ? await inThreads(tools, threads) : tools.gemm;
  registerTrainingKernels('wasm', { ...tools, gemm });
}

/** Products in threads; on one where a page is not isolated from others, so that it may not share memory. */
async function inThreads(tools: Tools, threads: number): Promise<Gemm> {
  try {
    return await threadedGemm(tools, tools.gemm, threads);
  } catch {
    return tools.gemm;
  }
}

/** Registers `name` as a second backend over the same tensors as wasm: only the kernels differ. */
export function registerBeside(name: string, backend: WasmBackend): void {
  registerBackend(name, () => backend as unknown as KernelBackend);
}
