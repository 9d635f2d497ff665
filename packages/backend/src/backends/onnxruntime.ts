import { copyRegisteredKernels, findBackendFactory, getKernelsForBackend } from '@tensorflow/tfjs-core';
import { type OnnxRuntime, onnxruntimeGemm } from '../gemm/gemm-onnxruntime.js';
import { registerTrainingKernels } from '../kernels/index.js';
import type { KernelContext } from '../kernels/kernel-context.js';
import type { Backend, StartOptions } from './backend.js';
import { registerName } from './lifetime.js';
import { nodeRequire, processors } from './platform.js';
import { wasmContext } from './wasm.js';

/** TensorFlow.js's name for this backend. */
const NAME = 'cxr-onnxruntime';

let started: { context: KernelContext; threads: number } | undefined;

/** The wasm backend's memory and small kernels; the large matrix products are computed by onnxruntime-node. */
export const onnxruntime: Backend = {
  stock: '@tensorflow/tfjs-backend-wasm',
  async start({ threads = processors() }: StartOptions) {
    const runtime = loadRuntime();
    const context = await wasmContext();
    if (started?.context === context && started.threads !== threads) {
      throw new RangeError(`onnxruntime already runs with ${started.threads} threads: ${threads}`);
    }
    if (started?.context !== context) {
      if (getKernelsForBackend(NAME).length === 0) copyRegisteredKernels('wasm', NAME);
      registerTrainingKernels(NAME, {
        ...context,
        gemm: onnxruntimeGemm(runtime, threads, context, context.gemm),
      });
      registerName(NAME, context.backend);
      started = { context, threads };
    }
    if (!findBackendFactory(NAME)) registerName(NAME, context.backend);
    return NAME;
  },
};

/** Loads onnxruntime-node's own binding: its public API is asynchronous, but a TensorFlow.js kernel must be synchronous. */
function loadRuntime(): OnnxRuntime {
  const require = nodeRequire();
  if (!require) throw new Error('onnxruntime-node runs in Node only');
  const main = require.resolve('onnxruntime-node');
  const { Tensor } = require('onnxruntime-node') as Pick<OnnxRuntime, 'Tensor'>;
  const { binding, initOrt } = require(main.replace(/index\.js$/, 'binding.js')) as {
    binding?: Pick<OnnxRuntime, 'InferenceSession'>;
    initOrt?: () => void;
  };
  if (!binding?.InferenceSession || !initOrt)
    throw new Error(`${main}: no synchronous binding in this version`);
  initOrt();
  return { Tensor, InferenceSession: binding.InferenceSession };
}
