import { useBackend } from '@cxr/backend';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

const LONG = 1_000_000;

/** The error of the largest element, relative to the expected value of all. */
function error(y: tf.Tensor, expected: number): number {
  return Math.max(...y.dataSync().map((value) => Math.abs(value / expected - 1)));
}

const TENTH = Math.fround(0.1);

/** Sums of a million equal values: each addition to a running float32 sum rounds the same way. */
const SUMS: Record<string, { run: () => tf.Tensor; expected: number }> = {
  "the gradient of a convolution's filter": {
    run: () => {
      const x = tf.fill<tf.Rank.R4>([1, 1000, 1000, 1], 0.1);
      const filter = tf.ones<tf.Rank.R4>([1, 1, 1, 4]);
      return tf.grad((f) => tf.conv2d(x, f as tf.Tensor4D, 1, 'valid'))(
        filter,
        tf.fill([1, 1000, 1000, 4], 0.1),
      );
    },
    expected: LONG * TENTH ** 2,
  },
  "the gradient of a depthwise convolution's filter": {
    run: () => {
      const x = tf.fill<tf.Rank.R4>([1, 1000, 1000, 1], 0.1);
      const filter = tf.ones<tf.Rank.R4>([1, 1, 1, 1]);
      return tf.grad((f) => tf.depthwiseConv2d(x, f as tf.Tensor4D, 1, 'valid'))(
        filter,
        tf.fill([1, 1000, 1000, 1], 0.1),
      );
    },
    expected: LONG * TENTH ** 2,
  },
  "the gradient of a dense layer's weights": {
    run: () => tf.matMul(tf.fill([LONG, 3], 0.1), tf.fill([LONG, 5], 0.1), true, false),
    expected: LONG * TENTH ** 2,
  },
  'the gradient of an embedding': {
    run: () =>
      tf.grad((x) => tf.gather(x, tf.zeros([LONG], 'int32')))(tf.ones([1, 2]), tf.fill([LONG, 2], 0.1)),
    expected: LONG * TENTH,
  },
  'the sum of all': { run: () => tf.sum(tf.fill([LONG], 0.1)), expected: LONG * TENTH },
  'the mean of all': { run: () => tf.mean(tf.fill([LONG], 0.1)), expected: TENTH },
  'the mean of rows': { run: () => tf.mean(tf.fill([2, LONG], 0.1), 1, true), expected: TENTH },
  'the sum in the middle': {
    run: () => tf.sum(tf.fill([2, LONG / 2, 2], 0.1), 1),
    expected: (LONG / 2) * TENTH,
  },
  'the sum of columns': { run: () => tf.sum(tf.fill([LONG, 2], 0.1), 0), expected: LONG * TENTH },
};

/** What does not fit, and what its error says. */
const MISFITS: Record<string, { run: () => tf.Tensor; error: RegExp }> = {
  'matMul with unequal inner sizes': {
    run: () => tf.matMul(tf.ones([2, 3]), tf.ones([5, 2])),
    error: /inner s.* 3 and 5|\(3\) and \(5\)/,
  },
  'matMul with unequal inner sizes, transposed': {
    run: () => tf.matMul(tf.ones([3, 2]), tf.ones([2, 5]), true, true),
    error: /inner s.* 3 and 5|\(3\) and \(5\)/,
  },
  'matMul of nothing by something': {
    run: () => tf.matMul(tf.ones([2, 0]), tf.ones([4, 2])),
    error: /inner s.* 0 and 4|\(0\) and \(4\)/,
  },
  'matMul of batches that do not broadcast': {
    run: () => tf.matMul(tf.ones([2, 2, 3]), tf.ones([3, 3, 2])),
    error: /could not be broadcast/,
  },
  // TensorFlow.js joins the batch axes before it calls the kernel, so that [2, 3] by [2, 1] could also be [3, 2] by [2].
  'fused.matMul of batches that broadcast': {
    run: () => tf.fused.matMul({ a: tf.ones([2, 3, 1, 1]), b: tf.ones([2, 1, 1, 1]) }),
    error: /does not broadcast batches of 6 and 2 matrices: call matMul/,
  },
  'conv2dTranspose to a size that does not fit': {
    run: () =>
      tf.conv2dTranspose(
        tf.ones<tf.Rank.R4>([1, 2, 2, 1]),
        tf.ones<tf.Rank.R4>([3, 3, 1, 1]),
        [1, 9, 9, 1],
        2,
        'same',
      ),
    error: /these sizes belong to an output of \[1,5,5,1\], not \[1,2,2,1\]/,
  },
  'conv2dTranspose to another batch': {
    run: () =>
      tf.conv2dTranspose(
        tf.ones<tf.Rank.R4>([1, 2, 2, 1]),
        tf.ones<tf.Rank.R4>([3, 3, 1, 1]),
        [2, 4, 4, 1],
        2,
        'same',
      ),
    error: /these sizes belong to an output of \[2,2,2,1\], not \[1,2,2,1\]/,
  },
  'conv3dTranspose to a size that does not fit': {
    run: () =>
      tf.conv3dTranspose(
        tf.ones<tf.Rank.R5>([1, 2, 2, 2, 1]),
        tf.ones<tf.Rank.R5>([3, 3, 3, 1, 1]),
        [1, 9, 9, 9, 1],
        2,
        'same',
      ),
    error: /these sizes belong to an output of \[1,5,5,5,1\], not \[1,2,2,2,1\]/,
  },
  'a filter gradient for another output': {
    run: () =>
      tf
        .engine()
        .runKernel(
          'Conv2DBackpropFilter',
          { x: tf.ones([1, 4, 4, 1]), dy: tf.ones([1, 2, 2, 1]) },
          { filterShape: [3, 3, 1, 1], strides: 1, pad: 'same', dataFormat: 'NHWC' },
        ) as tf.Tensor,
    error: /these sizes belong to an output of \[1,4,4,1\], not \[1,2,2,1\]/,
  },
  'a gather past the end, in batches': {
    run: () => tf.gather(tf.ones([2, 3]), tf.tensor2d([[0], [3]], [2, 1], 'int32'), 1, 1),
    error: /index|3/,
  },
  'a bias of another length': {
    run: () => tf.fused.matMul({ a: tf.ones([2, 3]), b: tf.ones([3, 4]), bias: tf.ones([3]) }),
    error: /could not be broadcast/,
  },
};

describe.each(['cpu', 'wasm', 'onnxruntime'] as const)('%s', (name) => {
  beforeAll(async () => {
    await useBackend(name);
  });

  // The cpu backend's own products keep a running float32 sum of blocks.
  it.each(Object.entries(SUMS))('keeps the digits of %s over a million terms', (_, { run, expected }) => {
    expect(tf.tidy(() => error(run(), expected))).toBeLessThan(name === 'cpu' ? 2e-4 : 1e-5);
  });

  it.each(Object.entries(MISFITS))('refuses %s', (_, { run, error }) => {
    expect(() => tf.tidy(run)).toThrow(error);
  });

  it('gives zeros for a product over nothing, and nothing for no rows', () => {
    const [zeros, none] = [
      tf.matMul(tf.ones([2, 0]), tf.ones([0, 3])),
      tf.matMul(tf.ones([0, 2]), tf.ones([2, 3])),
    ];
    expect([...zeros.dataSync()]).toEqual([0, 0, 0, 0, 0, 0]);
    expect([none.shape, none.dataSync().length]).toEqual([[0, 3], 0]);
  });

  it('does not hide a NaN or an infinity', () => {
    const x = [Number.NaN, -Infinity, Infinity, -1, 9];
    const a = tf.tensor2d(x, [5, 1]);
    const b = tf.tensor2d([[1]]);
    const relu = [Number.NaN, 0, Infinity, 0, 9];
    const relu6 = [Number.NaN, 0, 6, 0, 6];
    expect([...tf.relu(tf.tensor1d(x)).dataSync()]).toEqual(relu);
    expect([...tf.relu6(tf.tensor1d(x)).dataSync()]).toEqual(relu6);
    expect([...tf.fused.matMul({ a, b, activation: 'relu' }).dataSync()]).toEqual(relu);
    expect([...tf.fused.matMul({ a, b, activation: 'relu6' }).dataSync()]).toEqual(relu6);
    expect([...tf.clipByValue(tf.tensor1d(x), -2, 2).dataSync()]).toEqual([Number.NaN, -2, 2, -1, 2]);
  });

  it('leaves no memory behind that TensorFlow.js does not count', () => {
    const activations = ['linear', 'relu', 'relu6', 'leakyrelu', 'elu', 'sigmoid', 'prelu'] as const;
    const step = () =>
      tf.tidy(() => {
        for (const activation of activations) {
          const preluActivationWeights = tf.fill<tf.Rank.R3>([1, 1, 3], 0.3);
          const fused = { activation, ...(activation === 'prelu' && { preluActivationWeights }) };
          const [x, filter] = [tf.ones<tf.Rank.R4>([1, 4, 4, 2]), tf.ones<tf.Rank.R4>([2, 2, 2, 3])];
          for (const bias of [tf.ones([3]), tf.ones([1])]) {
            tf.fused.conv2d({ x, filter, strides: 1, pad: 'same', bias, ...fused });
            if (activation === 'prelu') continue;
            tf.fused.matMul({ a: tf.ones([2, 3]), b: tf.ones([3, 3]), bias, activation });
          }
        }
      });
    step();
    const buffers = () => (tf.backend() as unknown as { numDataIds(): number }).numDataIds();
    const before = buffers();
    step();
    expect(buffers()).toBe(before);
  });
});
