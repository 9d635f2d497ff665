import type { Conv2DBackpropFilterAttrs, Conv2DBackpropInputAttrs, TensorInfo } from '@tensorflow/tfjs-core';
import { filterGradientInfo, inputGradientInfo } from './conv2d-info.js';
import { assertOneBatch } from './fused-mat-mul.js';
import type { Given, Kernel } from './kernel.js';

/** Checks that run before the cpu backend's own kernels, which give wrong values, or read past the end of a tensor, where sizes do not fit. */
export const guards: readonly Kernel[] = [
  {
    name: 'Conv2DBackpropInput',
    run: ({ inputs, attrs }) => {
      const { dy, filter } = inputs as Given<{ dy: TensorInfo; filter: TensorInfo }>;
      inputGradientInfo(dy, filter, attrs as unknown as Conv2DBackpropInputAttrs);
      return undefined;
    },
  },
  {
    name: 'Conv2DBackpropFilter',
    run: ({ inputs, attrs }) => {
      const { x, dy } = inputs as Given<{ x: TensorInfo; dy: TensorInfo }>;
      filterGradientInfo(x, dy, attrs as unknown as Conv2DBackpropFilterAttrs);
      return undefined;
    },
  },
  {
    name: '_FusedMatMul',
    run: ({ inputs }) => {
      const { a, b } = inputs as Given<{ a: TensorInfo; b: TensorInfo }>;
      assertOneBatch(a, b);
      return undefined;
    },
  },
];
