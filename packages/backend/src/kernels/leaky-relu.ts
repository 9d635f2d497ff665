import { type LeakyReluAttrs, type LeakyReluInputs, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { overElements } from '../threads/split.js';
import type { Given, KernelMaker } from './kernel.js';
import { pointer } from './kernel-context.js';

/** LeakyRelu: y = x where x > 0, alpha x elsewhere. */
export const leakyRelu: KernelMaker = (context) => ({
  name: 'LeakyRelu',
  run: ({ inputs, attrs }): TensorInfo | undefined => {
    const { x } = inputs as Given<LeakyReluInputs>;
    const { alpha } = attrs as unknown as LeakyReluAttrs;
    if (x.dtype !== 'float32') return undefined;
    const { backend } = context;
    const y = backend.makeOutput(x.shape, 'float32');
    const [from, to] = [pointer(backend, x), pointer(backend, y)];
    overElements(context, util.sizeFromShape(x.shape), ({ simd }, offset, count) =>
      simd.leakyRelu(from + offset, to + offset, alpha, count),
    );
    return y;
  },
});
