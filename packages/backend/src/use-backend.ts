import { getKernelsForBackend, ready, setBackend } from '@tensorflow/tfjs-core';
import type { BackendName } from './backends/backend-name.js';
import type { Candidate } from './backends/candidate.js';
import { cpu } from './backends/cpu.js';
import { native } from './backends/native.js';
import { node } from './backends/node.js';
import { trialStep } from './backends/trial.js';
import { wasm } from './backends/wasm.js';
import { webgpu } from './backends/webgpu.js';
import { registerGradients } from './gradients/index.js';
import { sourceOf } from './kernels/kernel.js';

/** One backend that was tried, and what came of it. */
export interface Trial {
  name: BackendName;
  ok: boolean;
  reason: string;
}

/** The backend in use. */
export interface BackendChoice {
  name: BackendName;
  /** All that were tried, in order; the last one is the one in use. */
  tried: Trial[];
  /** Every kernel of this backend and where it comes from, sorted by name. */
  kernels(): { kernel: string; source: string }[];
}

/** Settings of `useBackend`. */
export interface BackendOptions {
  /** Threads for the products of `native` and `wasm`; default: as many as there are processors. */
  threads?: number;
}

const CANDIDATES: readonly Candidate[] = [node, webgpu, native, wasm, cpu];

const STOCK: Record<BackendName, string> = {
  node: '@tensorflow/tfjs-node',
  webgpu: '@tensorflow/tfjs-backend-webgpu',
  native: '@tensorflow/tfjs-backend-wasm',
  wasm: '@tensorflow/tfjs-backend-wasm',
  cpu: '@tensorflow/tfjs-backend-cpu',
};

/**
 * Readies a TensorFlow.js backend that can train, and makes it the current one.
 *
 * `auto` takes the fastest that is there: `node` (tfjs-node), `webgpu`, `native` (wasm with onnxruntime-node's
 * matrix products), `wasm`, `cpu`. Each is tried with a small training step before it is chosen.
 *
 * @throws RangeError for an unknown name, or a thread count that is not a positive integer.
 * @throws Error when the wanted backend is not there or does not compute what it should.
 */
export async function useBackend(
  wanted: 'auto' | BackendName = 'auto',
  options: BackendOptions = {},
): Promise<BackendChoice> {
  const { threads } = options;
  if (threads !== undefined && !(Number.isInteger(threads) && threads > 0)) {
    throw new RangeError(`threads must be a positive integer: ${threads}`);
  }
  const candidates = CANDIDATES.filter(({ name }) => wanted === 'auto' || name === wanted);
  if (candidates.length === 0) throw new RangeError(`unknown backend: ${wanted}`);
  registerGradients();
  const tried: Trial[] = [];
  for (const candidate of candidates) {
    const { name } = candidate;
    try {
      const tfjsName = await candidate.start({ ...options, wanted: wanted === name });
      if (!(await setBackend(tfjsName))) throw new Error('TensorFlow.js cannot start it');
      await ready();
      await trialStep();
      const lack = candidate.lack?.();
      tried.push({ name, ok: true, reason: `computes the trial step${lack ? `; ${lack}` : ''}` });
      return { name, tried, kernels: () => kernelsOf(name, tfjsName) };
    } catch (error) {
      tried.push({ name, ok: false, reason: firstLine(error) });
    }
  }
  throw new Error(tried.map(({ name, reason }) => `backend ${name}: ${reason}`).join('; '));
}

function kernelsOf(name: BackendName, tfjsName: string): { kernel: string; source: string }[] {
  return getKernelsForBackend(tfjsName)
    .map(({ kernelName }) => ({ kernel: kernelName, source: sourceOf(tfjsName, kernelName) ?? STOCK[name] }))
    .sort((a, b) => (a.kernel < b.kernel ? -1 : 1));
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0]!;
}
