import {
  add,
  div,
  engine,
  mul,
  type NamedAttrMap,
  sqrt,
  square,
  sub,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { has } from './kernels/kernel.js';

/** The name of our kernel: [value, first, second] from value, first, second, gradient. */
export const ADAM = 'CxrAdam';

/** Settings of one update of Adam, at step t ≥ 1. */
export interface AdamAttrs {
  /** Learning rate times √(1 − β2ᵗ) / (1 − β1ᵗ). */
  rate: number;
  /** Decay of the first moment, in [0, 1). */
  beta1: number;
  /** Decay of the second moment, in [0, 1). */
  beta2: number;
  /** ε times √(1 − β2ᵗ). */
  epsilon: number;
}

/**
 * One update of Adam (Kingma and Ba, 2015, algorithm 1 in the order of its section 2: both bias corrections are in
 * `rate` and `epsilon`). One pass over the weights on the backends `onnxruntime` and `wasm`; several operations elsewhere.
 *
 * @param value the weights, of any shape.
 * @param first the first moment, shaped as value.
 * @param second the second moment, shaped as value, never negative.
 * @param gradient of the loss with respect to value, shaped as value.
 * @returns the new value, first moment and second moment, for the caller to assign to its variables.
 */
export function adamUpdate(
  value: Tensor,
  first: Tensor,
  second: Tensor,
  gradient: Tensor,
  attrs: AdamAttrs,
): [value: Tensor, first: Tensor, second: Tensor] {
  if (has(ADAM)) {
    const inputs = { value, first, second, gradient };
    return engine().runKernel(ADAM, inputs, attrs as unknown as NamedAttrMap) as unknown as [
      Tensor,
      Tensor,
      Tensor,
    ];
  }
  const { rate, beta1, beta2, epsilon } = attrs;
  return tidy(() => {
    const m = add(mul(first, beta1), mul(gradient, 1 - beta1));
    const v = add(mul(second, beta2), mul(square(gradient), 1 - beta2));
    return [sub(value, div(mul(m, rate), add(sqrt(v), epsilon))), m, v];
  });
}
