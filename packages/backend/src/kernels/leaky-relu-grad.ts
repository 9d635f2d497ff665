import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { LEAKY_RELU_GRAD, type LeakyReluGradAttrs } from '../gradients/leaky-relu.js';
import { overElements } from '../threads/split.js';
import type { Given, KernelMaker } from './kernel.js';
import { pointer } from './kernel-context.js';

/** The gradient of LeakyRelu (of Relu with alpha 0): dx = dy where x > 0, alpha dy elsewhere. */
export const leakyReluGrad: KernelMaker = (context) => ({
  name: LEAKY_RELU_GRAD,
  run: ({ inputs, attrs }): TensorInfo => {
    const { x, dy } = inputs as Given<{ x: TensorInfo; dy: TensorInfo }>;
    const { alpha } = attrs as unknown as LeakyReluGradAttrs;
    const { backend } = context;
    const dx = backend.makeOutput(x.shape, 'float32');
    const [from, by, to] = [x, dy, dx].map((t) => pointer(backend, t)) as [number, number, number];
    overElements(context, util.sizeFromShape(x.shape), ({ simd }, offset, count) =>
      simd.leakyReluGrad(from + offset, by + offset, to + offset, alpha, count),
    );
    return dx;
  },
});
