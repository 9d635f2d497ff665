import type { _FusedMatMulAttrs, _FusedMatMulInputs, TensorInfo } from '@tensorflow/tfjs-core';
import { finish } from './epilogue.js';
import type { Given, KernelMaker } from './kernel.js';
import { matMul, takesFactors } from './mat-mul.js';

/**
 * _FusedMatMul: BatchMatMul, then a bias and an activation. The stock wasm kernel applies bias and activation to
 * the wrong elements when an operand is transposed, so that this one takes them all.
 */
export const fusedMatMul: KernelMaker = (context) => ({
  name: '_FusedMatMul',
  run: (args): TensorInfo | undefined => {
    const { a, b } = args.inputs as Given<_FusedMatMulInputs>;
    const { transposeA, transposeB } = args.attrs as unknown as _FusedMatMulAttrs;
    const factors = { a, b, transposeA, transposeB };
    return takesFactors(factors) ? finish(context, matMul(context, factors), args) : undefined;
  },
});
