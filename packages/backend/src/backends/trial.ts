import {
  conv2d,
  leakyRelu,
  matMul,
  reshape,
  type Scalar,
  sum,
  type Tensor,
  type Tensor4D,
  tensor2d,
  tensor4d,
  tidy,
  valueAndGrads,
} from '@tensorflow/tfjs-core';
import { checksum } from './trial-training.js';

/**
 * Runs a small training step on the current backend: convolution, leaky relu, matrix product, and all their gradients.
 * Every number in it is a small multiple of a power of two, so float32 sums are exact in any order.
 *
 * @throws Error when a checksum differs from the known one.
 */
export async function trialStep(): Promise<void> {
  const [loss, ...gradients] = tidy(() => {
    const step = valueAndGrads((x, filter, weights): Scalar => {
      const hidden = leakyRelu(conv2d(x as Tensor4D, filter as Tensor4D, 2, 'same'), 0.5);
      return sum(matMul(reshape(hidden, [2, -1]), weights!));
    });
    const { value, grads } = step([
      tensor4d(ramp(2 * 6 * 6 * 3, 7), [2, 6, 6, 3]),
      tensor4d(ramp(4 * 4 * 3 * 5, 5), [4, 4, 3, 5]),
      tensor2d(ramp(45 * 2, 3), [45, 2]),
    ]);
    return [value, ...grads];
  }) as [Tensor, ...Tensor[]];
  const found = [checksum(await loss.data())];
  for (const gradient of gradients) found.push(checksum(await gradient.data()));
  for (const tensor of [loss, ...gradients]) tensor.dispose();
  if (String(found) !== String(KNOWN)) throw new Error(`its trial step gives ${found}, not ${KNOWN}`);
}

/** Checksums of the loss and of the gradients for x, filter and weights, computed on the cpu backend. */
const KNOWN: readonly number[] = [9, -1150, -105, 630.5];

/** A repeating ramp of `period` values, from −(period − 1) / 2 up by 1. */
function ramp(length: number, period: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => (i % period) - (period - 1) / 2);
}
