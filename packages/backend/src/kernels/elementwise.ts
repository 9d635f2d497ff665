import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Pointer, Simd } from '../simd/module.js';
import { overElements } from '../threads/split.js';
import type { Given, KernelArguments, KernelMaker } from './kernel.js';
import { pointer } from './kernel-context.js';

/** Computes `count` floats at `to` from those at `from`. */
type Compute = (
  simd: Simd,
  from: Pointer,
  to: Pointer,
  count: number,
  attrs: KernelArguments['attrs'],
) => void;

/** A kernel that computes each element of y from that of x, for float32; other types go to the stock kernel. */
export function elementwise(name: string, compute: Compute): KernelMaker {
  return ({ backend, threads }) => ({
    name,
    run: ({ inputs, attrs }): TensorInfo | undefined => {
      const { x } = inputs as Given<{ x: TensorInfo }>;
      if (x.dtype !== 'float32') return undefined;
      const y = backend.makeOutput(x.shape, 'float32');
      const [from, to] = [pointer(backend, x), pointer(backend, y)];
      overElements({ threads }, util.sizeFromShape(x.shape), ({ simd }, offset, count) =>
        compute(simd, from + offset, to + offset, count, attrs),
      );
      return y;
    },
  });
}
