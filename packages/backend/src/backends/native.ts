import { copyRegisteredKernels, findBackendFactory, getKernelsForBackend } from '@tensorflow/tfjs-core';
import { type NativeRuntime, nativeGemm } from '../gemm/gemm-native.js';
import { registerTrainingKernels } from '../kernels/index.js';
import type { Tools } from '../kernels/tools.js';
import type { Candidate, CandidateOptions } from './candidate.js';
import { registerName } from './lifetime.js';
import { nodeRequire, processors } from './platform.js';
import { wasmTools } from './wasm.js';

/** The tfjs backend name of `native`. */
const NAME = 'cxr-native';

let started: { tools: Tools; threads: number } | undefined;

/** The wasm backend's memory and small kernels, with the heavy products computed by onnxruntime-node. */
export const native: Candidate = {
  name: 'native',
  async start({ threads = processors() }: CandidateOptions) {
    const runtime = loadRuntime();
    const tools = await wasmTools();
    if (started?.tools === tools && started.threads !== threads) {
      throw new RangeError(`native already runs with ${started.threads} threads: ${threads}`);
    }
    if (started?.tools !== tools) {
      if (getKernelsForBackend(NAME).length === 0) copyRegisteredKernels('wasm', NAME);
      registerTrainingKernels(NAME, { ...tools, gemm: nativeGemm(runtime, threads, tools, tools.gemm) });
      registerName(NAME, tools.backend);
      started = { tools, threads };
    }
    if (!findBackendFactory(NAME)) registerName(NAME, tools.backend);
    return NAME;
  },
};

/** onnxruntime-node's native binding: its public API is asynchronous, a tfjs kernel is not. */
function loadRuntime(): NativeRuntime {
  const require = nodeRequire();
  if (!require) throw new Error('onnxruntime-node runs in Node only');
  const main = require.resolve('onnxruntime-node');
  const { Tensor } = require('onnxruntime-node') as Pick<NativeRuntime, 'Tensor'>;
  const { binding, initOrt } = require(main.replace(/index\.js$/, 'binding.js')) as {
    binding?: Pick<NativeRuntime, 'InferenceSession'>;
    initOrt?: () => void;
  };
  if (!binding?.InferenceSession || !initOrt)
    throw new Error(`${main}: no synchronous binding in this version`);
  initOrt();
  return { Tensor, InferenceSession: binding.InferenceSession };
}
