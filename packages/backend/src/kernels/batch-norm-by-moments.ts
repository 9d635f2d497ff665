import { type FusedBatchNormAttrs, util } from '@tensorflow/tfjs-core';
import { places } from './mat-mul.js';
import type { PlainKernel } from './plain.js';

/**
 * FusedBatchNorm with moments, offset and scale that broadcast to x along any axes, for batch normalisation on an axis other
 * than the last. Stock kernels always apply them along the last axis.
 */
export const batchNormByMoments: PlainKernel = {
  name: 'FusedBatchNorm',
  inputs: ['x', 'mean', 'variance', 'offset', 'scale'],
  plan: (inputs, { varianceEpsilon }: FusedBatchNormAttrs) => {
    const shape = inputs.x!.shape;
    const others = [inputs.mean, inputs.variance, inputs.offset, inputs.scale];
    const last = shape.at(-1);
    const alongLast = others.every((t) => !t || util.arraysEqual(t.shape, [last!]));
    if (alongLast || inputs.x!.dtype !== 'float32') return undefined;
    const [atMean, atVariance, atOffset, atScale] = others.map((t) =>
      t ? places(t.shape, shape) : () => 0,
    ) as [(i: number) => number, (i: number) => number, (i: number) => number, (i: number) => number];
    return {
      shape,
      fill: (y, x, mean, variance, offset, scale) => {
        for (let i = 0; i < y.length; i++) {
          const slope = (scale?.[atScale(i)] ?? 1) / Math.sqrt(variance![atVariance(i)]! + varianceEpsilon);
          y[i] = (x![i]! - mean![atMean(i)]!) * slope + (offset?.[atOffset(i)] ?? 0);
        }
      },
    };
  },
};
