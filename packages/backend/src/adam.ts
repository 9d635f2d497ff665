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
} from '@tensorflow/tfjs-core';
import { has } from './kernels/kernel.js';

/** A kernel of ours: [value, first, second] from value, first, second, gradient. */
export const ADAM = 'CxrAdam';

/** Settings of one update of Adam. */
export interface AdamAttrs {
  /** Learning rate times √(1 − β2ᵗ) / (1 − β1ᵗ). */
  rate: number;
  beta1: number;
  beta2: number;
  /** ε times √(1 − β2ᵗ). */
  epsilon: number;
}

/**
 * One update of Adam (Kingma and Ba, 2015, algorithm 1 in the order of its section 2: both bias corrections are in
 * `rate` and `epsilon`), in one pass over the weights where the backend has the kernel.
 *
 * @returns the new value, first moment and second moment, which the caller assigns to its variables.
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
  const m = add(mul(first, beta1), mul(gradient, 1 - beta1));
  const v = add(mul(second, beta2), mul(square(gradient), 1 - beta2));
  return [sub(value, div(mul(m, rate), add(sqrt(v), epsilon))), m, v];
}
