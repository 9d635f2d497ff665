import type { LeakyReluAttrs } from '@tensorflow/tfjs-core';
import { elementwise } from './elementwise.js';
import type { KernelMaker } from './kernel.js';

/** LeakyRelu: y = x where x > 0, alpha x elsewhere. */
export const leakyRelu: KernelMaker = elementwise('LeakyRelu', (simd, from, to, count, attrs) =>
  simd.leakyRelu(from, to, (attrs as unknown as LeakyReluAttrs).alpha, count),
);
