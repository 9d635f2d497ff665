import { checkOptions, describeValue, type KnownOptions, UnavailableError } from '@cxr/image';
import { getKernelsForBackend, ready, setBackend } from '@tensorflow/tfjs-core';
import type { Backend, StartOptions } from './backends/backend.js';
import {
  BACKEND_NAMES,
  type BackendName,
  type BackendRequest,
  OLD_BACKEND_NAMES,
} from './backends/backend-name.js';
import { cpu } from './backends/cpu.js';
import { node } from './backends/node.js';
import { onnxruntime } from './backends/onnxruntime.js';
import { trialStep } from './backends/trial.js';
import { trialTraining } from './backends/trial-training.js';
import { wasm } from './backends/wasm.js';
import { webgpu } from './backends/webgpu.js';
import { registerGradients } from './gradients/index.js';
import { sourceOf } from './kernels/kernel.js';

/** The result of trying one backend. */
export interface Trial {
  /** Which one. */
  name: BackendName;
  /** True when it started and computed the trial step right. */
  ok: boolean;
  /** Why it cannot be used; or that it works, and what is missing. */
  reason: string;
}

/** The backend in use. */
export interface BackendChoice {
  /** Which one. */
  name: BackendName;
  /** All that were tried, in order; the last one is the one in use. */
  tried: Trial[];
  /** Every kernel of this backend and where it comes from, sorted by name. */
  kernels(): { kernel: string; source: string }[];
}

/** Settings of `useBackend`. */
export interface BackendOptions {
  /**
   * Threads that `onnxruntime` and `wasm` compute in, this one included: an integer of 1 or more. Fixed once the backend
   * has started. @default as many as it runs with; before it has started, as many as there are processors
   */
  threads?: number | undefined;
}

const OPTIONS: KnownOptions<BackendOptions> = { threads: true };

/** Every backend is one file of backends/, its name in `BACKEND_NAMES` and its entry here. */
const BACKENDS: Readonly<Record<BackendName, Backend>> = { node, webgpu, onnxruntime, wasm, cpu };

/** The latest call's work: calls run one after another, so that the last one's backend is the current one. */
let latest: Promise<unknown> = Promise.resolve();

/**
 * Starts a TensorFlow.js backend that can train, and makes it the current one.
 *
 * `auto` takes the fastest one that works: `node` (tfjs-node), `webgpu`, `onnxruntime` (wasm with onnxruntime-node's
 * matrix products), `wasm`, `cpu`. Each is tried with small training steps before it is chosen.
 * Calls that overlap run one after another, in their order.
 *
 * @param requested `auto`, one of `BACKEND_NAMES`, or `native`, the earlier name of `onnxruntime`. @default 'auto'
 * @throws RangeError for an unknown name or option, or a thread count that is not a positive integer.
 * @throws UnavailableError of @cxr/image when the requested backend cannot be loaded or computes the trial step wrong, saying why.
 */
export async function useBackend(
  requested: BackendRequest = 'auto',
  options: BackendOptions = {},
): Promise<BackendChoice> {
  checkOptions('useBackend', options, OPTIONS);
  const { threads } = options;
  if (threads !== undefined && !(Number.isInteger(threads) && threads > 0)) {
    throw new RangeError(`threads must be a positive integer: ${threads}`);
  }
  const names = namesOf(requested);
  const work = latest.then(() => startFirst(names, { threads, requested: requested !== 'auto' }));
  latest = work.catch(() => {});
  return work;
}

/** Starts the first of these backends that works. */
async function startFirst(names: readonly BackendName[], options: StartOptions): Promise<BackendChoice> {
  registerGradients();
  const tried: Trial[] = [];
  const causes: unknown[] = [];
  for (const name of names) {
    const backend = BACKENDS[name];
    try {
      const tfjsName = await backend.start(options);
      if (!(await setBackend(tfjsName))) throw new Error('TensorFlow.js cannot start it');
      await ready();
      await trialStep();
      await trialTraining();
      const limitation = backend.limitation?.();
      tried.push({ name, ok: true, reason: `computes the trial step${limitation ? `; ${limitation}` : ''}` });
      return { name, tried, kernels: () => kernelsOf(tfjsName, backend) };
    } catch (error) {
      tried.push({ name, ok: false, reason: firstLine(error) });
      causes.push(error);
    }
  }
  const reasons = tried.map(({ name, reason }) => `backend ${name}: ${reason}`).join('; ');
  throw new UnavailableError(reasons, {
    cause: causes.length === 1 ? causes[0] : new AggregateError(causes),
  });
}

function namesOf(requested: BackendRequest): readonly BackendName[] {
  if (requested === 'auto') return BACKEND_NAMES;
  const name = requested === 'native' ? OLD_BACKEND_NAMES.native : requested;
  if (BACKEND_NAMES.includes(name)) return [name];
  const given =
    typeof requested === 'string' ? requested : `${describeValue(requested)}; options come second`;
  throw new RangeError(`backend must be one of auto, ${BACKEND_NAMES.join(', ')}: ${given}`);
}

function kernelsOf(tfjsName: string, { stock }: Backend): { kernel: string; source: string }[] {
  return getKernelsForBackend(tfjsName)
    .map(({ kernelName }) => ({ kernel: kernelName, source: sourceOf(tfjsName, kernelName) ?? stock }))
    .sort((a, b) => (a.kernel < b.kernel ? -1 : 1));
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0]!;
}
