import { type LeakyReluAttrs, type LeakyReluInputs, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Given, KernelMaker } from './kernel.js';
import { pointer } from './kernel-context.js';

/** LeakyRelu: y = x where x > 0, alpha x elsewhere. */
export const leakyRelu: KernelMaker = ({ backend, simd }) => ({
  name: 'LeakyRelu',
  run: ({ inputs, attrs }): TensorInfo | undefined => {
    const { x } = inputs as Given<LeakyReluInputs>;
    const { alpha } = attrs as unknown as LeakyReluAttrs;
    if (x.dtype !== 'float32') return undefined;
    const y = backend.makeOutput(x.shape, 'float32');
    simd.leakyRelu(pointer(backend, x), pointer(backend, y), alpha, util.sizeFromShape(x.shape));
    return y;
  },
});
