import { useBackend } from '@cxr/backend';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { read } from './backends.js';

const THREADS = 3;

/** Seeded values in [-1, 1). */
function tensor(shape: number[], seed: number): tf.Tensor {
  let state = seed * 2654435761 + 1;
  const values = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
  return tf.tensor(values, shape);
}

/** Large enough that other threads take part, in each way that work is shared, and sizes that do not divide. */
const OPERATIONS: Record<string, () => tf.Tensor[]> = {
  'a product by its rows': () => [tf.matMul(tensor([301, 65], 1), tensor([65, 77], 2))],
  'a product by its rows, the second factor transposed': () => [
    tf.matMul(tensor([222, 71], 3), tensor([83, 71], 4), false, true),
  ],
  'a product by its columns, the first factor transposed': () => [
    tf.matMul(tensor([1027, 33], 5), tensor([1027, 45], 6), true, false),
  ],
  'a product of fewer rows than there are tiles': () => [
    tf.matMul(tensor([5, 600], 7), tensor([600, 700], 8)),
  ],
  // Each thread computes some of the five images: by the unfolding, with x and y exchanged, by the fold, by residues, by Winograd.
  'five images, more channels out': () => convolution([5, 20, 20, 8], [3, 3, 8, 16], 1),
  'five images, fewer channels out': () => convolution([5, 20, 20, 16], [3, 3, 16, 8], 1),
  'five images, stride 2, few channels': () => convolution([5, 30, 30, 8], [3, 3, 8, 32], 2),
  'five images, stride 2': () => convolution([5, 30, 30, 16], [3, 3, 16, 32], 2),
  'five images, stride 2, 4 × 4 taps': () => convolution([5, 32, 32, 16], [4, 4, 16, 16], 2),
  // The unfolded matrix comes in several chunks: their products add up.
  'a convolution and its gradients': () => {
    const inputs = [tensor([1, 69, 69, 4], 9), tensor([15, 15, 4, 5], 10)];
    const conv = (x: tf.Tensor, filter: tf.Tensor) =>
      tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same');
    const dy = tensor([1, 69, 69, 5], 11);
    return [conv(inputs[0]!, inputs[1]!), ...tf.grads((x, filter) => conv(x!, filter!))(inputs, dy)];
  },
};

/** A convolution and its gradients. */
function convolution(x: Shape, filter: Shape, stride: number): tf.Tensor[] {
  const inputs = [tensor(x, 12), tensor(filter, 13)];
  const conv = (x: tf.Tensor, filter: tf.Tensor) =>
    tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, 'same');
  const y = conv(inputs[0]!, inputs[1]!);
  return [y, ...tf.grads((x, filter) => conv(x!, filter!))(inputs, tensor(y.shape, 14))];
}

type Shape = [number, number, number, number];

describe.each(['wasm', 'onnxruntime'] as const)(`%s in ${THREADS} threads`, (backend) => {
  const expected = new Map<string, Float32Array[]>();

  beforeAll(async () => {
    await useBackend('cpu');
    for (const [name, run] of Object.entries(OPERATIONS)) expected.set(name, await read(run));
    await useBackend(backend, { threads: THREADS });
  }, 240_000);

  it('says how many threads its kernels run in', async () => {
    const { kernels } = await useBackend(backend, { threads: THREADS });
    const source = kernels().find(({ kernel }) => kernel === 'Conv2D')?.source;
    expect(source).toBe(
      backend === 'wasm' ? '@cxr/backend (WebAssembly SIMD), 3 threads' : 'onnxruntime-node',
    );
  });

  it.each(Object.keys(OPERATIONS))('computes as cpu does, and the same again: %s', async (name) => {
    const found = await read(OPERATIONS[name]!);
    expect(await read(OPERATIONS[name]!)).toEqual(found);
    expected.get(name)!.forEach((reference, i) => {
      const size = reference.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const worst = reference.reduce((most, value, j) => Math.max(most, Math.abs(value - found[i]![j]!)), 0);
      // What the project promises; float32 in another order differs by some 1e-6 of the largest value.
      expect(worst).toBeLessThan(1e-4 * size);
    });
  });

  it('keeps to the threads it was started with', async () => {
    await expect(useBackend(backend, { threads: 2 })).rejects.toThrow(
      `${backend} already runs with 3 threads: 2`,
    );
  });
});
