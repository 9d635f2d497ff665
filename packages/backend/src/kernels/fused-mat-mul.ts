import {
  type _FusedMatMulAttrs,
  type _FusedMatMulInputs,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core';
import type { Given, KernelMaker } from '../kernel.js';
import { pointer } from '../tools.js';
import { applyEpilogue, takesEpilogue } from './epilogue.js';
import { matMul, takesFactors } from './mat-mul.js';

/** _FusedMatMul: BatchMatMul, then a bias a column and relu or leaky relu. */
export const fusedMatMul: KernelMaker = (tools) => ({
  name: '_FusedMatMul',
  run: ({ inputs, attrs }): TensorInfo | undefined => {
    const { a, b } = inputs as Given<_FusedMatMulInputs>;
    const { transposeA, transposeB, activation, leakyreluAlpha } = attrs as unknown as _FusedMatMulAttrs;
    const factors = { a, b, transposeA, transposeB };
    const epilogue = { bias: inputs.bias, activation, leakyreluAlpha };
    const columns = b.shape.at(transposeB ? -2 : -1)!;
    if (!takesFactors(factors) || !takesEpilogue(epilogue, columns)) return undefined;
    const y = matMul(tools, factors);
    const rows = util.sizeFromShape(y.shape) / columns;
    applyEpilogue(tools, epilogue, pointer(tools.backend, y), rows, columns);
    return y;
  },
});
