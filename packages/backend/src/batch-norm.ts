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
import { madeGradient, readsGradient } from './gradients/freeing.js';
import { has } from './kernels/kernel.js';

/** The names of our kernels: [y, mean, variance] from x, gamma, beta; and [dx, dgamma, dbeta]. */
export const BATCH_NORM = 'CxrBatchNorm';
export const BATCH_NORM_GRAD = 'CxrBatchNormGrad';

/** Attributes of both kernels. */
export interface BatchNormAttrs {
  /** Added to the variance: above 0. */
  epsilon: number;
}

/** Settings of `batchNorm`. */
export interface BatchNormOptions extends BatchNormAttrs {
  /** Receives the batch's mean and biased variance, both `[c]`, which are disposed after it returns. @default none */
  onMoments?: ((mean: Tensor, variance: Tensor) => void) | undefined;
}

type Three = [Tensor, Tensor, Tensor];

/**
 * Batch normalisation by the batch's own moments, over all axes of x except the last: Ioffe and Szegedy, 2015,
 * section 3. One kernel and one gradient kernel on `onnxruntime` and `wasm`; elsewhere a composition of operations
 * with the same gradient. It cannot be differentiated twice.
 *
 * @param x `[..., c]`, of rank 2 or more.
 * @param gamma the scale, `[c]`.
 * @param beta the offset, `[c]`.
 * @returns y, shaped as x.
 * @throws Error when x has fewer than two axes.
 */
export function batchNorm(x: Tensor, gamma: Tensor, beta: Tensor, options: BatchNormOptions): Tensor {
  const { epsilon, onMoments } = options;
  const op = customGrad((...args) => {
    const [x, gamma, beta, save] = args as unknown as [Tensor, Tensor, Tensor, GradSaveFunc];
    const [value, batchMean, variance] = forward(x, gamma, beta, epsilon);
    onMoments?.(batchMean, variance);
    save([x, gamma, batchMean, variance]);
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor[] => {
      const [x, gamma, batchMean, variance] = saved as [Tensor, Tensor, Tensor, Tensor];
      readsGradient(dy);
      const [dx, ...others] = backward(x, dy, gamma, batchMean, variance, epsilon);
      return [madeGradient(dx), ...others];
    };
    return { value, gradFunc };
  });
  return op(x, gamma, beta);
}

function forward(x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number): Three {
  if (has(BATCH_NORM)) return runKernel(BATCH_NORM, { x, gamma, beta }, epsilon);
  const axes = leadingAxes(x);
  const batchMean = mean(x, axes);
  const centred = sub(x, batchMean);
  const variance = mean(square(centred), axes);
  const scale = mul(gamma, rsqrt(add(variance, epsilon)));
  return [add(mul(centred, scale), beta), batchMean, variance];
}

function backward(
  x: Tensor,
  dy: Tensor,
  gamma: Tensor,
  batchMean: Tensor,
  variance: Tensor,
  epsilon: number,
): Three {
  if (has(BATCH_NORM_GRAD)) {
    return runKernel(BATCH_NORM_GRAD, { x, dy, gamma, mean: batchMean, variance }, epsilon);
  }
  const axes = leadingAxes(x);
  const rows = x.size / x.shape.at(-1)!;
  const centred = sub(x, batchMean);
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
  util.assert(x.rank >= 2, () => `batch norm needs two axes or more: [${x.shape}]`);
  return Array.from({ length: x.rank - 1 }, (_, axis) => axis);
}
