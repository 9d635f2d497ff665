import {
  add,
  type BatchMatMulAttrs,
  broadcast_util,
  type FusedBatchNormAttrs,
  type GradConfig,
  matMul,
  mul,
  neg,
  reshape,
  rsqrt,
  sub,
  sum,
  type Tensor,
  util,
} from '@tensorflow/tfjs-core';
import { keepWhere } from './keep-where.js';

/** Sums a gradient over the axes along which a value of `shape` was broadcast. */
function sumTo(gradient: Tensor, shape: number[]): Tensor {
  if (util.arraysEqual(gradient.shape, shape)) return gradient;
  const axes = broadcast_util.getReductionAxes(shape, gradient.shape);
  return reshape(axes.length > 0 ? sum(gradient, axes) : gradient, shape);
}

/** Maximum or Minimum; on ties dy goes to a. TensorFlow.js's own gradients do not broadcast. */
function extreme(kernelName: 'Maximum' | 'Minimum'): GradConfig {
  return {
    kernelName,
    inputsToSave: ['a', 'b'],
    gradFunc: (dy, saved) => {
      const [a, b] = saved as [Tensor, Tensor];
      const [larger, smaller] = kernelName === 'Maximum' ? [a, b] : [b, a];
      const d = dy as Tensor;
      return {
        a: () => sumTo(keepWhere(larger, smaller, d, { strict: false }), a.shape),
        b: () => sumTo(keepWhere(smaller, larger, d, { strict: true }), b.shape),
      };
    },
  };
}

/** (a − b)². TensorFlow.js's own does not broadcast. */
const squaredDifferenceGradient: GradConfig = {
  kernelName: 'SquaredDifference',
  inputsToSave: ['a', 'b'],
  gradFunc: (dy, saved) => {
    const [a, b] = saved as [Tensor, Tensor];
    const slope = () => mul(mul(dy as Tensor, 2), sub(a, b));
    return { a: () => sumTo(slope(), a.shape), b: () => neg(sumTo(slope(), b.shape)) };
  },
};

/** BatchMatMul, with leading axes that broadcast. */
const batchMatMulGradient: GradConfig = {
  kernelName: 'BatchMatMul',
  inputsToSave: ['a', 'b'],
  gradFunc: (dy, saved, attrs) => {
    const [a, b] = saved as [Tensor, Tensor];
    const { transposeA, transposeB } = attrs as unknown as BatchMatMulAttrs;
    const d = dy as Tensor;
    return {
      a: () => sumTo(transposeA ? matMul(b, d, transposeB, true) : matMul(d, b, false, !transposeB), a.shape),
      b: () => sumTo(transposeB ? matMul(d, a, true, transposeA) : matMul(a, d, !transposeA, false), b.shape),
    };
  },
};

/**
 * Batch normalisation by given moments: y = (x − mean) s scale + offset, s = 1 / √(variance + ε). TensorFlow.js's own
 * takes moments of one axis only, the last. `fillBatchNormInputs` sees to it that scale and offset are there.
 */
const fusedBatchNormGradient: GradConfig = {
  kernelName: 'FusedBatchNorm',
  inputsToSave: ['x', 'mean', 'variance', 'scale', 'offset'],
  gradFunc: (dy, saved, attrs) => {
    const [x, mean, variance, scale, offset] = saved as [Tensor, Tensor, Tensor, Tensor, Tensor];
    const { varianceEpsilon } = attrs as unknown as FusedBatchNormAttrs;
    const d = dy as Tensor;
    const inverse = rsqrt(add(variance, varianceEpsilon));
    const slope = mul(inverse, scale);
    const centred = () => mul(d, sub(x, mean));
    return {
      x: () => sumTo(mul(d, slope), x.shape),
      mean: () => neg(sumTo(mul(d, slope), mean.shape)),
      variance: () => sumTo(mul(centred(), mul(mul(slope, mul(inverse, inverse)), -0.5)), variance.shape),
      scale: () => sumTo(mul(centred(), inverse), scale.shape),
      offset: () => sumTo(d, offset.shape),
    };
  },
};

export const broadcastGradients: readonly GradConfig[] = [
  extreme('Maximum'),
  extreme('Minimum'),
  squaredDifferenceGradient,
  batchMatMulGradient,
  fusedBatchNormGradient,
];
