import type { TensorInfo } from '@tensorflow/tfjs-core';
import { batchMatMul } from './batch-mat-mul.js';
import { finish } from './epilogue.js';
import type { Given, KernelMaker } from './kernel.js';

/**
 * _FusedMatMul: BatchMatMul, then a bias and an activation. When an operand is transposed, the stock wasm kernel applies
 * bias and activation to the wrong elements.
 */
export const fusedMatMul: KernelMaker = (context) => {
  const product = batchMatMul(context);
  return {
    name: '_FusedMatMul',
    run: (args): TensorInfo | undefined => {
      const { a, b } = args.inputs as Given<{ a: TensorInfo; b: TensorInfo }>;
      assertOneBatch(a, b);
      const y = product.run(args) as TensorInfo | undefined;
      return y && finish(context, y, args);
    },
  };
};

/**
 * `tf.fused.matMul` joins the batch axes of each factor into one before it calls a kernel: [2, 3] by [2, 1] becomes 6 by 2,
 * which can no longer be told from [3, 2] by [2]. Only equal batches and single matrices are clear.
 *
 * @throws RangeError for other batches.
 */
export function assertOneBatch(a: TensorInfo, b: TensorInfo): void {
  const [batchA, batchB] = [a, b].map((factor) => factor.shape.at(-3) ?? 1) as [number, number];
  if (batchA !== batchB && batchA !== 1 && batchB !== 1) {
    throw new RangeError(
      `fused.matMul does not broadcast batches of ${batchA} and ${batchB} matrices: call matMul, then add the bias`,
    );
  }
}
