import type { ClipByValueAttrs } from '@tensorflow/tfjs-core';
import { elementwise } from './elementwise.js';
import type { KernelArguments, KernelMaker } from './kernel.js';

type Bounds = (attrs: KernelArguments['attrs']) => [min: number, max: number];

const clip = (name: string, bounds: Bounds): KernelMaker =>
  elementwise(name, (simd, from, to, count, attrs) => simd.clip(from, to, ...bounds(attrs), count));

/** Relu, Relu6 and ClipByValue. The stock wasm kernels turn NaN into a bound, which hides that training has diverged. */
export const CLIPS: readonly KernelMaker[] = [
  clip('Relu', () => [0, Number.POSITIVE_INFINITY]),
  clip('Relu6', () => [0, 6]),
  clip('ClipByValue', (attrs) => {
    const { clipValueMin, clipValueMax } = attrs as unknown as ClipByValueAttrs;
    return [clipValueMin, clipValueMax];
  }),
];
