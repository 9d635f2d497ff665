import {
  add,
  customGrad,
  div,
  engine,
  type GradSaveFunc,
  mean,
  mul,
  type NamedAttrMap,
  rsqrt,
  square,
  sub,
  sum,
  type Tensor,
  util,
} from '@tensorflow/tfjs-core';
import { has } from './kernels/kernel.js';

/** Kernels of ours: [y, mean, variance] from x, gamma, beta; and [dx, dgamma, dbeta]. */
export const BATCH_NORM = 'CxrBatchNorm';
export const BATCH_NORM_GRAD = 'CxrBatchNormGrad';

/** Attributes of both kernels. */
export interface BatchNormAttrs {
  epsilon: number;
}

/** Settings of `batchNorm`. */
export interface BatchNormOptions extends BatchNormAttrs {
  /** Told the batch's mean and biased variance, both `[c]`: they live until it returns. */
  onMoments?: (mean: Tensor, variance: Tensor) => void;
}

type Three = [Tensor, Tensor, Tensor];

/**
 * Batch normalisation by the batch's own moments, over all axes of x but the last: Ioffe and Szegedy, 2015,
 * section 3. One kernel and one gradient kernel where the backend has them; elsewhere a composition, whose
 * gradient is written out by hand too. Second derivatives do not pass through it.
 *
 * @param x `[..., c]`
 * @param gamma `[c]`
 * @param beta `[c]`
 * @returns y, shaped as x.
 */
export function batchNorm(x: Tensor, gamma: Tensor, beta: Tensor, options: BatchNormOptions): Tensor {
  const { epsilon, onMoments } = options;
  const op = customGrad((...args) => {
    const [x, gamma, beta, save] = args as unknown as [Tensor, Tensor, Tensor, GradSaveFunc];
    const [value, average, variance] = forward(x, gamma, beta, epsilon);
    onMoments?.(average, variance);
    save([x, gamma, average, variance]);
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor[] => {
      const [x, gamma, average, variance] = saved as [Tensor, Tensor, Tensor, Tensor];
      return backward(x, dy, gamma, average, variance, epsilon);
    };
    return { value, gradFunc };
  });
  return op(x, gamma, beta);
}

function forward(x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number): Three {
  if (has(BATCH_NORM)) return runKernel(BATCH_NORM, { x, gamma, beta }, epsilon);
  const axes = leadingAxes(x);
  const average = mean(x, axes);
  const centred = sub(x, average);
  const variance = mean(square(centred), axes);
  const scale = mul(gamma, rsqrt(add(variance, epsilon)));
  return [add(mul(centred, scale), beta), average, variance];
}

function backward(
  x: Tensor,
  dy: Tensor,
  gamma: Tensor,
  average: Tensor,
  variance: Tensor,
  epsilon: number,
): Three {
  if (has(BATCH_NORM_GRAD)) {
    return runKernel(BATCH_NORM_GRAD, { x, dy, gamma, mean: average, variance }, epsilon);
  }
  const axes = leadingAxes(x);
  const rows = x.size / x.shape.at(-1)!;
  const centred = sub(x, average);
  const inverse = rsqrt(add(variance, epsilon));
  const dbeta = sum(dy, axes);
  const dot = sum(mul(dy, centred), axes);
  // dx = gamma s (dy − mean(dy) − (x − mean) s² mean(dy (x − mean))), s = 1 / sqrt(variance + epsilon)
  const slope = mul(square(inverse), div(dot, rows));
  const inner = sub(sub(dy, div(dbeta, rows)), mul(centred, slope));
  return [mul(inner, mul(gamma, inverse)), mul(dot, inverse), dbeta];
}

function runKernel(name: string, inputs: Record<string, Tensor>, epsilon: number): Three {
  const attrs: BatchNormAttrs = { epsilon };
  return engine().runKernel(name, inputs, attrs as unknown as NamedAttrMap) as unknown as Three;
}

function leadingAxes(x: Tensor): number[] {
  util.assert(x.rank >= 2, () => `batch norm needs at least two axes: [${x.shape}]`);
  return Array.from({ length: x.rank - 1 }, (_, axis) => axis);
}
