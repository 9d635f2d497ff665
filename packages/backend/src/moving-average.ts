import { add, engine, mul, type NamedAttrMap, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { has } from './kernels/kernel.js';

/** The name of our kernel: the new average from average, latest. */
export const MOVING_AVERAGE = 'CxrMovingAverage';

/** Attributes of `MOVING_AVERAGE`. */
export interface MovingAverageAttrs {
  decay: number;
}

/**
 * decay · average + (1 − decay) · latest: one step of an exponential moving average, of weights or of batch norm's moments. One pass
 * on the backend `webgpu`; several operations elsewhere. It has no gradient.
 *
 * @param average of any shape, float32.
 * @param latest shaped as average.
 * @param decay how much of the average stays, 0 to 1.
 * @returns the new average, for the caller to assign to its variable.
 */
export function movingAverage(average: Tensor, latest: Tensor, decay: number): Tensor {
  if (!has(MOVING_AVERAGE)) {
    return tidy(() => add(mul(average, decay), mul(latest, 1 - decay)));
  }
  const attrs: MovingAverageAttrs = { decay };
  return engine().runKernel(MOVING_AVERAGE, { average, latest }, attrs as unknown as NamedAttrMap) as Tensor;
}
