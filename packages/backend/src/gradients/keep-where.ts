import {
  engine,
  type GradConfig,
  greater,
  greaterEqual,
  type NamedAttrMap,
  type Tensor,
  util,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { has } from '../kernels/kernel.js';

/** The name of our kernel: x where one tensor is the larger. */
export const KEEP_WHERE = 'CxrKeepWhere';

/** Attributes of `KEEP_WHERE`. */
export interface KeepWhereAttrs {
  /** Whether equal values give 0. */
  strict: boolean;
}

/** x where a ≥ b (a > b with `strict`), 0 elsewhere; can be differentiated again. In one pass where the shapes are equal. */
export function keepWhere(a: Tensor, b: Tensor, x: Tensor, attrs: KeepWhereAttrs): Tensor {
  const alike = [a, b].every(({ shape, dtype }) => dtype === 'float32' && util.arraysEqual(shape, x.shape));
  if (alike && has(KEEP_WHERE))
    return engine().runKernel(KEEP_WHERE, { a, b, x }, attrs as unknown as NamedAttrMap) as Tensor;
  // Not by a product: 0 times infinity is no number.
  return where(attrs.strict ? greater(a, b) : greaterEqual(a, b), x, zerosLike(x));
}

/** Linear in x, 0 in a and b. */
export const keepWhereGradient: GradConfig = {
  kernelName: KEEP_WHERE,
  inputsToSave: ['a', 'b'],
  gradFunc: (dy, saved, attrs) => {
    const [a, b] = saved as [Tensor, Tensor];
    return {
      a: () => zerosLike(a),
      b: () => zerosLike(b),
      x: () => keepWhere(a, b, dy as Tensor, attrs as unknown as KeepWhereAttrs),
    };
  },
};
