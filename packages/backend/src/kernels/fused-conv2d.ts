import type { TensorInfo } from '@tensorflow/tfjs-core';
import { conv2d } from './conv2d.js';
import { finish } from './epilogue.js';
import type { KernelMaker } from './kernel.js';

/** FusedConv2D: Conv2D, then a bias and an activation. */
export const fusedConv2d: KernelMaker = (context) => {
  const product = conv2d(context);
  return {
    name: 'FusedConv2D',
    run: (args): TensorInfo | undefined => {
      const y = product.run(args) as TensorInfo | undefined;
      return y && finish(context, y, args);
    },
  };
};
