import type { TensorInfo } from '@tensorflow/tfjs-core';
import { batchMatMul } from './batch-mat-mul.js';
import { finish } from './epilogue.js';
import type { KernelMaker } from './kernel.js';

/**
 * _FusedMatMul: BatchMatMul, then a bias and an activation. When an operand is transposed, the stock wasm kernel applies
 * bias and activation to the wrong elements.
 */
export const fusedMatMul: KernelMaker = (context) => {
  const product = batchMatMul(context);
  return {
    name: '_FusedMatMul',
    run: (args): TensorInfo | undefined => {
      const y = product.run(args) as TensorInfo | undefined;
      return y && finish(context, y, args);
    },
  };
};
