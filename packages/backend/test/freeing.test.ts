import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { useBackend } from './backends.js';

type Images = tf.Tensor4D;

/** Convolutions and leaky relus, one after the other, of `[2, 8, 8, 4]`: 2 KiB each. */
function chain(x: tf.Tensor, filter: tf.Tensor, length: number): tf.Tensor {
  let y = x as Images;
  for (let i = 0; i < length; i++) y = tf.leakyRelu(tf.conv2d(y, filter as Images, 1, 'same'), 0.2);
  return y;
}

const images = (): tf.Tensor => tf.randomNormal([2, 8, 8, 4], 0, 1, 'float32', 1);
const filters = (): tf.Tensor => tf.randomNormal([3, 3, 4, 4], 0, 0.1, 'float32', 2);

/** The largest number of bytes in tensors after any kernel that computes gradients of a chain. */
async function peak(run: () => tf.Tensor[]): Promise<number> {
  const start = tf.memory().numBytes;
  const { kernels, result } = await tf.profile(() => run());
  tf.dispose(result as tf.Tensor[]);
  const forward = kernels.findLastIndex(({ name }) => name === 'LeakyRelu');
  return Math.max(...kernels.slice(forward + 1).map(({ totalBytesSnapshot }) => totalBytesSnapshot - start));
}

describe.each(['cpu', 'wasm', 'onnxruntime'] as const)('gradients on %s', (backend) => {
  beforeEach(async () => {
    await useBackend(backend);
  });

  it('are freed when they have been read', async () => {
    const [x, filter] = [images(), filters()];
    const bytes = x.size * 4;
    const run = (length: number) => () => tf.grads((f) => chain(x, f!, length))([filter]);
    const [short, long] = [await peak(run(4)), await peak(run(8))];
    // Each link keeps its convolution and its leaky relu. If their gradients were kept too, it would be four tensors.
    expect((long - short) / bytes).toBeLessThan(4 * 3);
    expect((long - short) / bytes).toBeGreaterThan(4 * 1.5);
    tf.dispose([x, filter]);
  });

  it('are kept where the caller gave them', () => {
    const [x, filter, dy] = [images(), filters(), images()];
    const found = tf.tidy(() => {
      const first = tf.grad((x) => chain(x, filter, 2))(x, dy);
      const second = tf.grad((x) => chain(x, filter, 2))(x, dy);
      return tf.max(tf.abs(tf.sub(first, second))).dataSync()[0];
    });
    expect(found).toBe(0);
    expect(dy.isDisposed).toBe(false);
    tf.dispose([x, filter, dy]);
  });

  it('may be given to several inputs by a custom gradient', () => {
    const found = tf.tidy(() => {
      const [x, filter] = [images(), filters()];
      const both = tf.customGrad((a, b) => {
        return { value: tf.add(a as tf.Tensor, b as tf.Tensor), gradFunc: (dy: tf.Tensor) => [dy, dy] };
      });
      const sum = (x: tf.Tensor) => tf.leakyRelu(both(chain(x, filter, 2), chain(x, filter, 3)), 0.2);
      const plain = (x: tf.Tensor) => tf.leakyRelu(tf.add(chain(x, filter, 2), chain(x, filter, 3)), 0.2);
      const [a, b] = [tf.grad(sum)(x), tf.grad(plain)(x)];
      return tf.max(tf.abs(tf.sub(a, b))).dataSync()[0];
    });
    expect(found).toBe(0);
  });

  it('can be differentiated', () => {
    const found = tf.tidy(() => {
      const x = tf.tensor1d([0.5, 2]);
      const cube = (x: tf.Tensor): tf.Tensor =>
        tf.mul(tf.relu(tf.reshape(x, [1, 2])), tf.square(tf.reshape(x, [1, 2])));
      const slope = (x: tf.Tensor): tf.Tensor => tf.grad((x) => tf.sum(tf.relu(tf.add(cube(x), 0))))(x);
      return [
        ...tf
          .grad((x) => tf.sum(slope(x)))(x)
          .dataSync(),
      ];
    });
    expect(found).toEqual([3, 12]);
  });
});
