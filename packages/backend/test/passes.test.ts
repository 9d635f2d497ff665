import { adamUpdate, type BackendName, batchNorm } from '@cxr/backend';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS, read, useBackend } from './backends.js';

/** Seeded values in [-1, 1), with a zero and both signs of small numbers among them. */
function tensor(shape: number[], seed: number): tf.Tensor {
  let state = seed * 2654435761 + 1;
  const values = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
  values.set([0, -1e-20, 1e-20].slice(0, values.length));
  return tf.tensor(values, shape);
}

/** Operations whose kernels or gradients are ours, each giving tensors to compare with the cpu backend's. */
const OPERATIONS: Record<string, () => tf.Tensor[]> = {
  'leaky relu and its gradient': () => {
    const x = tensor([3, 5, 7], 1);
    const f = (x: tf.Tensor) => tf.leakyRelu(x, 0.2);
    return [f(x), tf.grad(f)(x, tensor([3, 5, 7], 2))];
  },
  'the second derivative through leaky relu': () => {
    const f = (x: tf.Tensor) => tf.square(tf.leakyRelu(x, 0.3));
    const slope = (x: tf.Tensor) => tf.grad(f)(x);
    return [tf.grad(slope)(tensor([41], 3))];
  },
  'relu and its gradient': () => {
    const x = tensor([2, 33], 4);
    return [tf.relu(x), tf.grad(tf.relu)(x, tensor([2, 33], 5))];
  },
  'the larger and the smaller of two, with ties, and their gradients': () => {
    // Both have 0 and tiny values of both signs in front; 39 elements end within a group of four.
    const [a, b, dy] = [tensor([3, 13], 20), tensor([3, 13], 21), tensor([3, 13], 22)];
    const both = [tf.maximum, tf.minimum].flatMap((f) => [
      f(a, b),
      f(a, 0.25),
      f(a, tensor([13], 23)),
      ...tf.grads((a, b) => f(a, b))([a, b], dy),
      ...tf.grads((a, b) => f(a, b))([a, tensor([13], 23)], dy),
    ]);
    const slope = (x: tf.Tensor) => tf.grad((x: tf.Tensor) => tf.square(tf.maximum(x, b)))(x);
    return [...both, tf.grad(slope)(a)];
  },
  'parts of tensors, padded tensors and their gradients': () => {
    const image = tensor([2, 5, 37, 1], 24);
    const small = tensor([3, 4, 5], 25);
    const crop = (x: tf.Tensor) => tf.slice(x, [0, 1, 2, 0], [2, 3, 34, 1]);
    const border: [number, number][] = [
      [0, 0],
      [1, 2],
      [3, 0],
      [0, 0],
    ];
    return [
      crop(image),
      tf.grad(crop)(image),
      tf.grad((x: tf.Tensor) => tf.pad(x, border))(image, tensor([2, 8, 40, 1], 26)),
      tf.pad(image, border, 0.5),
      tf.slice(image, [1, 0, 0, 0], [1, 5, 37, 1]),
      tf.slice(image, [0, 0, 0, 0], [2, 5, 37, 1]),
      tf.slice(small, [1, 2], [2, -1]),
      tf.slice(small, [0, 0, 4], [3, 4, 1]),
      tf.slice(small, [1, 1, 1], [0, 2, 2]),
      tf.slice(tf.range(0, 40, 1, 'int32'), 7, 30),
      tf.pad(tf.range(0, 20, 1, 'int32'), [[1, 2]], 9),
      tf.pad(tf.zeros([0, 2]), [
        [1, 0],
        [0, 1],
      ]),
      tf.slice(tf.tensor([true, false, true], [3], 'bool'), [1], [2]),
    ];
  },
  'sums and means down the columns': () => {
    const x = tensor([3, 7, 5, 13], 6);
    return [
      tf.sum(x, [0, 1, 2]),
      tf.mean(x, [0, 1, 2]),
      tf.sum(x, [2, 0, 1], true),
      tf.mean(x, [0, 1, 2], true),
      tf.sum(x, [0, 1]),
      tf.sum(x, [3]),
      tf.mean(x),
      tf.sum(tensor([700, 3], 7), 0),
    ];
  },
  'the bias gradient of an addition': () => {
    const f = (x: tf.Tensor, b: tf.Tensor) => tf.mul(tf.add(x, b), tf.add(x, b));
    return tf.grads(f)([tensor([4, 3, 3, 6], 8), tensor([6], 9)]);
  },
  'batch norm, its moments and its gradients': () => {
    // An offset far from 0 next to the spread: moments by a difference of squares would lose digits.
    const x = tf.add(tensor([4, 9, 11, 6], 10), 5);
    const moments: tf.Tensor[] = [];
    const f = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) =>
      batchNorm(x, gamma, beta, {
        epsilon: 1e-3,
        onMoments: (mean, variance) => {
          if (moments.length === 0) moments.push(tf.keep(mean.clone()), tf.keep(variance.clone()));
        },
      });
    const inputs = [x, tensor([6], 11), tensor([6], 12)] as const;
    return [f(...inputs), ...tf.grads(f)([...inputs], tensor([4, 9, 11, 6], 13)), ...moments];
  },
  'one update of Adam': () => {
    const [value, first, gradient] = [14, 15, 16].map((seed) => tensor([5, 27], seed)) as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ];
    const settings = { rate: 0.01, beta1: 0.5, beta2: 0.9, epsilon: 1e-4 };
    return adamUpdate(value, first, tf.abs(tensor([5, 27], 17)), gradient, settings);
  },
  'a copy that outlives its original': () => {
    const x = tensor([10], 18);
    const y = x.clone();
    x.dispose();
    return [tf.add(y, 1)];
  },
  'fused convolutions with each activation': () => {
    const x = tensor([2, 7, 6, 3], 19) as tf.Tensor4D;
    const filter = tensor([3, 3, 3, 5], 20) as tf.Tensor4D;
    const bias = tensor([5], 21);
    const activations = ['linear', 'relu', 'leakyrelu', 'relu6', 'elu', 'sigmoid'] as const;
    return activations.map((activation) =>
      tf.fused.conv2d({ x, filter, strides: 2, pad: 'same', bias, activation, leakyreluAlpha: 0.1 }),
    );
  },
  'fused matrix products with each activation': () => {
    const a = tensor([6, 9], 22) as tf.Tensor2D;
    const b = tensor([4, 9], 23) as tf.Tensor2D;
    const activations = ['linear', 'relu', 'leakyrelu', 'relu6', 'elu', 'sigmoid'] as const;
    return activations.map((activation) =>
      tf.fused.matMul({ a, b, transposeB: true, bias: tensor([4], 24), activation, leakyreluAlpha: 0.1 }),
    );
  },
};

async function compute(backend: BackendName): Promise<Map<string, Float32Array[]>> {
  await useBackend(backend);
  const results = new Map<string, Float32Array[]>();
  for (const [name, run] of Object.entries(OPERATIONS)) results.set(name, await read(run));
  return results;
}

describe.each(BACKENDS)('%s', (backend) => {
  let expected: Map<string, Float32Array[]>;
  let found: Map<string, Float32Array[]>;

  beforeAll(async () => {
    expected = await compute('cpu');
    found = await compute(backend);
  });

  it.each(Object.keys(OPERATIONS))('computes as cpu does: %s', (name) => {
    const values = found.get(name)!;
    expect(values.length).toBe(expected.get(name)!.length);
    expected.get(name)!.forEach((reference, i) => {
      const scale = Math.max(...reference.map(Math.abs));
      const worst = Math.max(...reference.map((value, j) => Math.abs(value - values[i]![j]!)));
      // What the project promises; float32 in another order differs by some 1e-6 of the largest value.
      expect(worst).toBeLessThanOrEqual(1e-4 * scale);
    });
  });
});
