import {
  engine,
  type GradConfig,
  type LeakyReluAttrs,
  mul,
  type NamedAttrMap,
  step,
  type Tensor,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { has } from '../kernels/kernel.js';

/** The name of our kernel: dx from x and dy. */
export const LEAKY_RELU_GRAD = 'CxrLeakyReluGrad';

/** Attributes of `LEAKY_RELU_GRAD`. */
export interface LeakyReluGradAttrs {
  /** Slope for x ≤ 0; 0 gives relu. */
  alpha: number;
}

/** dx = dy where x > 0, alpha dy elsewhere; can be differentiated again. */
function leakyReluGrad(x: Tensor, dy: Tensor, attrs: LeakyReluGradAttrs): Tensor {
  if (!has(LEAKY_RELU_GRAD)) return mul(dy, step(x, attrs.alpha));
  return engine().runKernel(LEAKY_RELU_GRAD, { x, dy }, attrs as unknown as NamedAttrMap) as Tensor;
}

/** The gradient of LeakyRelu in one pass; TensorFlow.js's own takes three, and cannot be differentiated again. */
export const leakyReluGradient: GradConfig = {
  kernelName: 'LeakyRelu',
  inputsToSave: ['x'],
  gradFunc: (dy, saved, attrs) => {
    const { alpha } = attrs as unknown as LeakyReluAttrs;
    return { x: () => leakyReluGrad(saved[0]!, dy as Tensor, { alpha }) };
  },
};

/** The gradient of Relu in one pass. */
export const reluGradient: GradConfig = {
  kernelName: 'Relu',
  inputsToSave: ['x'],
  gradFunc: (dy, saved) => ({ x: () => leakyReluGrad(saved[0]!, dy as Tensor, { alpha: 0 }) }),
};

/** The second derivative: linear in dy, 0 in x. */
export const leakyReluGradGradient: GradConfig = {
  kernelName: LEAKY_RELU_GRAD,
  inputsToSave: ['x'],
  gradFunc: (ddx, saved, attrs) => ({
    x: () => zerosLike(saved[0]!),
    dy: () => leakyReluGrad(saved[0]!, ddx as Tensor, attrs as unknown as LeakyReluGradAttrs),
  }),
};
