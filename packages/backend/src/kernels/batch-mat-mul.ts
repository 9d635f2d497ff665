import type { BatchMatMulAttrs, BatchMatMulInputs, TensorInfo } from '@tensorflow/tfjs-core';
import type { Given, KernelMaker } from './kernel.js';
import { matMul, takesFactors } from './mat-mul.js';

/** BatchMatMul: [..., m, k] times [..., k, n]; each may be stored transposed. */
export const batchMatMul: KernelMaker = (context) => ({
  name: 'BatchMatMul',
  run: ({ inputs, attrs }): TensorInfo | undefined => {
    const { a, b } = inputs as Given<BatchMatMulInputs>;
    const { transposeA, transposeB } = attrs as unknown as BatchMatMulAttrs;
    const factors = { a, b, transposeA, transposeB };
    return takesFactors(factors) ? matMul(context, factors) : undefined;
  },
});
