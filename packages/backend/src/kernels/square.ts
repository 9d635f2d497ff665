import { elementwise } from './elementwise.js';
import type { KernelMaker } from './kernel.js';

/** Square. */
export const square: KernelMaker = elementwise('Square', (simd, from, to, count) =>
  simd.square(from, to, count),
);
