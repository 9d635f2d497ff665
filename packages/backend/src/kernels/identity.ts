import type { IdentityInputs, TensorInfo } from '@tensorflow/tfjs-core';
import type { Given, KernelMaker } from './kernel.js';

/**
 * Identity: another name for the same values. The stock wasm kernel copies them, and TensorFlow.js calls it for
 * every tensor that a gradient saves. No kernel writes into its inputs, so sharing is safe.
 */
export const identity: KernelMaker = ({ backend }) => ({
  name: 'Identity',
  run: ({ inputs }): TensorInfo => {
    const { x } = inputs as Given<IdentityInputs>;
    backend.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  },
});
