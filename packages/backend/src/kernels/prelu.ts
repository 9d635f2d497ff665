import { broadcast_util, util } from '@tensorflow/tfjs-core';
import { places } from './mat-mul.js';
import type { PlainKernel } from './plain.js';

/** Prelu: x where x ≥ 0, alpha x elsewhere. Stock wasm does not broadcast alpha. */
export const prelu: PlainKernel = {
  name: 'Prelu',
  inputs: ['x', 'alpha'],
  plan: ({ x, alpha }) => {
    if (x!.dtype !== 'float32' || alpha!.dtype !== 'float32') return undefined;
    if (util.arraysEqual(x!.shape, alpha!.shape)) return undefined;
    const shape = broadcast_util.assertAndGetBroadcastShape(x!.shape, alpha!.shape);
    const placeX = places(x!.shape, shape);
    const placeAlpha = places(alpha!.shape, shape);
    return {
      shape,
      fill: (y, x, alpha) => {
        for (let i = 0; i < y.length; i++) {
          const value = x![placeX(i)]!;
          y[i] = value >= 0 ? value : alpha![placeAlpha(i)]! * value;
        }
      },
    };
  },
};
