import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { BATCH_NORM_GRAD, type BatchNormAttrs } from '../batch-norm.js';
import { overColumns } from '../threads/split.js';
import type { Given, KernelMaker } from './kernel.js';
import { pointer } from './kernel-context.js';

/** The gradients of batch normalisation: [dx, dgamma, dbeta] from x, dy, gamma and the batch's moments. */
export const batchNormGrad: KernelMaker = (context) => ({
  name: BATCH_NORM_GRAD,
  run: ({ inputs, attrs }): TensorInfo[] => {
    const { x, dy, gamma, mean, variance } = inputs as Given<
      Record<'x' | 'dy' | 'gamma' | 'mean' | 'variance', TensorInfo>
    >;
    const { epsilon } = attrs as unknown as BatchNormAttrs;
    const { backend } = context;
    const channels = x.shape.at(-1)!;
    const dx = backend.makeOutput(x.shape, 'float32');
    const dgamma = backend.makeOutput([channels], 'float32');
    const dbeta = backend.makeOutput([channels], 'float32');
    const at = [x, dy, gamma, mean, variance, dx, dgamma, dbeta].map((t) => pointer(backend, t));
    const rows = util.sizeFromShape(x.shape) / channels;
    overColumns(context, rows, channels, ({ simd, scratch }, offset, count) => {
      const from = at.map((pointer) => pointer + offset);
      const pointers = from as [number, number, number, number, number, number, number, number];
      simd.batchNormGrad(...pointers, scratch.floats('columns', 3 * count), epsilon, rows, count, channels);
    });
    return [dx, dgamma, dbeta];
  },
});
