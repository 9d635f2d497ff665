import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { KEEP_WHERE, type KeepWhereAttrs } from '../gradients/keep-where.js';
import { overElements } from '../threads/split.js';
import type { Given, KernelMaker } from './kernel.js';
import { pointer } from './kernel-context.js';

/** x where a ≥ b (a > b with `strict`), 0 elsewhere; all of one shape, float32. */
export const keepWhere: KernelMaker = (context) => ({
  name: KEEP_WHERE,
  run: ({ inputs, attrs }): TensorInfo => {
    const { a, b, x } = inputs as Given<{ a: TensorInfo; b: TensorInfo; x: TensorInfo }>;
    const { strict } = attrs as unknown as KeepWhereAttrs;
    const { backend } = context;
    const y = backend.makeOutput(x.shape, 'float32');
    const [pa, pb, from, to] = [a, b, x, y].map((t) => pointer(backend, t)) as [
      number,
      number,
      number,
      number,
    ];
    overElements(context, util.sizeFromShape(x.shape), ({ simd }, offset, count) =>
      simd.keepWhere(pa + offset, pb + offset, from + offset, to + offset, strict, count),
    );
    return y;
  },
});
