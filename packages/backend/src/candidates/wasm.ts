import { findBackend, type KernelBackend, registerBackend, setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { simdGemm } from '../gemm-simd.js';
import { registerTrainingKernels } from '../kernels/index.js';
import { loadSimd } from '../simd/module.js';
import { Scratch, type Tools, type WasmBackend } from '../tools.js';
import type { Candidate } from './candidate.js';

let ready: Promise<Tools> | undefined;

/** Readies tfjs's wasm backend and puts the training kernels on it, once. */
export function wasmTools(): Promise<Tools> {
  ready ??= prepare();
  return ready;
}

async function prepare(): Promise<Tools> {
  if (!(await setBackend('wasm'))) throw new Error('tfjs-backend-wasm does not start here');
  const backend = findBackend('wasm') as unknown as WasmBackend;
  const simd = await loadSimd(backend.wasm.asm.memory);
  const scratch = new Scratch(backend);
  const tools = { backend, simd, scratch, gemm: simdGemm(simd, scratch) };
  registerTrainingKernels('wasm', tools);
  return tools;
}

/** TensorFlow.js's wasm backend, with training kernels in WebAssembly SIMD: everywhere, no native code. */
export const wasm: Candidate = {
  name: 'wasm',
  async start() {
    await wasmTools();
    return 'wasm';
  },
};

/** Registers `name` as a second backend over the same tensors as wasm: only the kernels differ. */
export function registerBeside(name: string, backend: WasmBackend): void {
  registerBackend(name, () => backend as unknown as KernelBackend);
}
