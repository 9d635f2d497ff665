import * as tf from '@tensorflow/tfjs-core';

/** A gradient where there is a tie or a NaN, so that differences say nothing. */
interface Tie {
  run: () => tf.Tensor;
  expected: number[];
}

type Pool = (x: tf.Tensor4D) => tf.Tensor;

function pool(
  values: number[],
  shape: [number, number, number, number],
  run: Pool,
  dy: number[],
): () => tf.Tensor {
  return () => {
    const x = tf.tensor4d(values, shape);
    const y = run(x);
    return tf.grad((x) => run(x as tf.Tensor4D))(x, tf.tensor(dy, y.shape));
  };
}

const unary = (f: (x: tf.Tensor) => tf.Tensor, values: number[]) => () =>
  tf.grad((x) => f(x))(tf.tensor1d(values));

/** Expected: TensorFlow's. A pool gives dy to the first of equals; `max` and `min` give it to each, as TensorFlow.js's specs say. */
export const TIES: Record<string, Tie> = {
  'maxPool of one negative window': {
    run: () =>
      tf.grad((x) => tf.maxPool(x as tf.Tensor4D, [1, 4], 4, 'same'))(
        tf.tensor4d([-4, -3, -2, -1], [1, 1, 4, 1]),
        tf.tensor4d([1], [1, 1, 1, 1]),
      ),
    expected: [0, 0, 0, 1],
  },
  'maxPool of negative values, one dy of four': {
    run: pool([-4, -3, -2, -1], [1, 2, 2, 1], (x) => tf.maxPool(x, 1, 1, 'valid'), [1, 0, 0, 0]),
    expected: [1, 0, 0, 0],
  },
  'maxPool of equal values: the first': {
    run: pool([-2, -2, -2, -2, 5, 5, 0, 0], [2, 2, 2, 1], (x) => tf.maxPool(x, 2, 2, 'valid'), [3, -4]),
    expected: [3, 0, 0, 0, -4, 0, 0, 0],
  },
  'maxPool of zeros, overlapping windows': {
    run: pool(new Array(9).fill(0), [1, 3, 3, 1], (x) => tf.maxPool(x, 2, 1, 'valid'), [1, 2, 3, 4]),
    expected: [1, 2, 0, 3, 4, 0, 0, 0, 0],
  },
  'maxPool of equal values at a padded edge': {
    run: pool(new Array(9).fill(-1), [1, 3, 3, 1], (x) => tf.maxPool(x, 2, 2, 'same'), [1, 2, 3, 4]),
    expected: [1, 0, 2, 0, 0, 0, 3, 0, 4],
  },
  'maxPool3d of equal negative values: the first': {
    run: () => tf.grad((x) => tf.maxPool3d(x as tf.Tensor5D, 2, 2, 'valid'))(tf.fill([2, 2, 2, 2, 1], -3)),
    expected: [1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0],
  },
  'avgPool at an edge, same': {
    run: pool([1, 2, 3], [1, 1, 3, 1], (x) => tf.avgPool(x, [1, 2], [1, 2], 'same'), [1, 1]),
    expected: [0.5, 0.5, 1],
  },
  'dilation2d of equal sums: the first': {
    run: () =>
      tf.grad((x) => tf.dilation2d(x as tf.Tensor4D, tf.zeros([2, 2, 1]), 1, 'valid'))(
        tf.fill([1, 2, 2, 1], -1),
      ),
    expected: [1, 0, 0, 0],
  },
  'max of equal values: each': { run: unary((x) => tf.max(x), [1, 7, 7]), expected: [0, 1, 1] },
  'min of equal values: each': { run: unary((x) => tf.min(x), [-1, -7, -7]), expected: [0, 1, 1] },
  'maximum of equal values: the first argument': {
    run: () => tf.concat(tf.grads((a, b) => tf.maximum(a!, b!))([tf.tensor1d([1, 2]), tf.tensor1d([1, 3])])),
    expected: [1, 0, 0, 1],
  },
  'minimum of equal values: the first argument': {
    run: () => tf.concat(tf.grads((a, b) => tf.minimum(a!, b!))([tf.tensor1d([1, 2]), tf.tensor1d([1, 1])])),
    expected: [1, 0, 0, 1],
  },
  'relu at 0': { run: unary(tf.relu, [0, -0, 1, -1]), expected: [0, 0, 1, 0] },
  'relu6 at 0 and 6': { run: unary(tf.relu6, [0, 6, 7]), expected: [0, 1, 0] },
  'relu keeps NaN': {
    run: unary(tf.relu, [Number.NaN, -Infinity, 2, -1, Number.NaN]),
    expected: [Number.NaN, 0, 1, 0, Number.NaN],
  },
  'leakyRelu keeps NaN': {
    run: unary((x) => tf.leakyRelu(x, 0.5), [2, -2, Number.NaN]),
    expected: [1, 0.5, Number.NaN],
  },
  'relu6 keeps NaN': { run: unary(tf.relu6, [Number.NaN, 1]), expected: [Number.NaN, 1] },
  'prod with one 0 and with two': {
    run: () => tf.grad((x) => tf.prod(x, 1))(tf.tensor2d([2, 0, 3, 0, 0, 3], [2, 3])),
    expected: [0, 6, 0, 0, 0, 0],
  },
  'mirrorPad reflect: mirrored parts are added': {
    run: unary((x) => tf.mirrorPad(x, [[1, 1]], 'reflect'), [1, 2, 3]),
    expected: [1, 3, 1],
  },
  'mirrorPad symmetric: mirrored parts are added': {
    run: unary((x) => tf.mirrorPad(x, [[1, 1]], 'symmetric'), [1, 2, 3]),
    expected: [2, 1, 2],
  },
  'floorDiv: 0': {
    run: () =>
      tf.concat(tf.grads((a, b) => tf.floorDiv(a!, b!))([tf.tensor1d([7, -7, 3]), tf.tensor1d([2])])),
    expected: [0, 0, 0, 0],
  },
  'segment sum leaves out rows that are none': {
    run: () =>
      tf.unsortedSegmentSum(tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]), tf.tensor1d([1, -1, 9], 'int32'), 2),
    expected: [0, 0, 1, 2],
  },
};
