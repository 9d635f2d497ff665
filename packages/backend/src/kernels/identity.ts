import type { IdentityInputs, TensorInfo } from '@tensorflow/tfjs-core';
import type { Given, KernelMaker } from './kernel.js';

/**
 * Identity: a second tensor over the same memory. The stock wasm kernel copies, and TensorFlow.js calls it for every tensor
 * that a gradient saves. Sharing is safe, since no kernel writes into its inputs.
 */
export const identity: KernelMaker = ({ backend }) => ({
  name: 'Identity',
  run: ({ inputs }): TensorInfo => {
    const { x } = inputs as Given<IdentityInputs>;
    backend.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  },
});
