import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { BATCH_NORM, type BatchNormAttrs } from '../batch-norm.js';
import { overColumns } from '../threads/split.js';
import type { Given, KernelMaker } from './kernel.js';
import { pointer } from './kernel-context.js';

/** Batch normalisation by the batch's own moments: [y, mean, variance] from x [..., c], gamma [c], beta [c]. */
export const batchNorm: KernelMaker = (context) => ({
  name: BATCH_NORM,
  run: ({ inputs, attrs }): TensorInfo[] => {
    const { x, gamma, beta } = inputs as Given<Record<'x' | 'gamma' | 'beta', TensorInfo>>;
    const { epsilon } = attrs as unknown as BatchNormAttrs;
    const { backend } = context;
    const channels = x.shape.at(-1)!;
    const y = backend.makeOutput(x.shape, 'float32');
    const mean = backend.makeOutput([channels], 'float32');
    const variance = backend.makeOutput([channels], 'float32');
    const at = [x, gamma, beta, y, mean, variance].map((t) => pointer(backend, t));
    const rows = util.sizeFromShape(x.shape) / channels;
    overColumns(context, rows, channels, ({ simd, scratch }, offset, count) => {
      const from = at.map((pointer) => pointer + offset);
      const pointers = from as [number, number, number, number, number, number];
      simd.batchNorm(...pointers, scratch.floats('columns', 2 * count), epsilon, rows, count, channels);
    });
    return [y, mean, variance];
  },
});
