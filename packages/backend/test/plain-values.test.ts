import { adamUpdate, batchNorm, movingAverage, useBackend } from '@cxr/backend';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';

/** Kernels that are the same on all backends are compared here with values computed by hand, not with each other. */
describe.each(['cpu', 'wasm', 'onnxruntime'] as const)('%s', (name) => {
  beforeAll(async () => {
    await useBackend(name);
  });

  it('leaves no tensor but the results of its own functions', () => {
    const [x, y] = [tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([5, 6, 7, 9], [2, 2])];
    const [scale, offset] = [tf.tensor1d([1, 2]), tf.tensor1d([3, 4])];
    const attrs = { rate: 0.1, beta1: 0.5, beta2: 0.9, epsilon: 1e-8 };
    for (const results of [
      () => adamUpdate(x, y, y, x, attrs),
      () => [movingAverage(x, y, 0.5)],
      () => [batchNorm(x, scale, offset, { epsilon: 1e-3 })],
    ]) {
      const before = tf.memory().numTensors;
      tf.dispose(results());
      expect(tf.memory().numTensors).toBe(before);
    }
    tf.dispose([x, y, scale, offset]);
  });

  it('dilates: the largest of x + filter in each window', () => {
    const x = tf.tensor4d([1, 5, 2, -3, 0, -7, 4, 4, -9], [1, 3, 3, 1]);
    const filter = tf.tensor3d([0, 10, -1, 0.5], [2, 2, 1]);
    // By hand, such as max(1 + 0, 5 + 10, -3 - 1, 0 + 0.5) = 15.
    expect([...tf.dilation2d(x, filter, 1, 'valid').dataSync()]).toEqual([15, 12, 10, 3]);
  });

  it('adds up segments with more sums than are held at a time', () => {
    const segments = 2 ** 19;
    const x = tf.tensor2d([1, 2, 3, 4, 5, 10, 20, 30, 40, 50, 100, 200, 300, 400, 500], [3, 5]);
    const ids = tf.tensor1d([0, segments - 1, 0], 'int32');
    const sums = tf.unsortedSegmentSum(x, ids, segments);
    const rows = tf.concat([tf.slice(sums, [0, 0], [1, 5]), tf.slice(sums, [segments - 1, 0], [1, 5])]);
    expect([...rows.dataSync()]).toEqual([101, 202, 303, 404, 505, 10, 20, 30, 40, 50]);
    tf.dispose([sums, rows]);
  });

  it('adds up a product over more terms than one part has, each with its own factors', () => {
    const [k, m, n] = [40_000, 3, 2];
    const a = Float32Array.from({ length: k * m }, (_, i) => ((i * 7) % 11) - 5);
    const b = Float32Array.from({ length: k * n }, (_, i) => ((i * 5) % 13) - 6);
    const expected = new Array<number>(m * n).fill(0);
    for (let row = 0; row < k; row++)
      for (let i = 0; i < m; i++)
        for (let j = 0; j < n; j++) expected[i * n + j]! += a[row * m + i]! * b[row * n + j]!;
    const product = tf.matMul(tf.tensor2d(a, [k, m]), tf.tensor2d(b, [k, n]), true, false);
    // Whole numbers below 2^24: exact in float32 in any order.
    expect([...product.dataSync()]).toEqual(expected);
  });

  it('adds up and multiplies along an axis counted from the end', () => {
    const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
    const all = (y: tf.Tensor) => [y.shape, [...y.dataSync()]];
    expect(all(tf.cumsum(x, -1))).toEqual([
      [2, 3],
      [1, 3, 6, 4, 9, 15],
    ]);
    expect(all(tf.cumsum(x, -2, true))).toEqual([
      [2, 3],
      [0, 0, 0, 1, 2, 3],
    ]);
    expect(all(tf.cumprod(x, -1, false, true))).toEqual([
      [2, 3],
      [6, 6, 3, 120, 30, 6],
    ]);
    expect(all(tf.cumprod(x, -2))).toEqual([
      [2, 3],
      [1, 2, 3, 4, 10, 18],
    ]);
    for (const axis of [2, -3, 0.5]) {
      expect(() => tf.cumsum(x, axis)).toThrow(
        new RangeError(`cumsum: axis must be an axis of [2,3]: ${axis}`),
      );
      expect(() => tf.cumprod(x, axis)).toThrow(RangeError);
    }
    expect(() => tf.cumsum(tf.scalar(1))).toThrow(RangeError);
  });

  it('multiplies batches that both broadcast', () => {
    const a = tf.tensor([1, 2, 3, 4], [2, 1, 1, 2]);
    const b = tf.tensor([1, 2, 3, 4, 5, 6], [1, 3, 2, 1]);
    const y = tf.matMul(a, b);
    expect([y.shape, ...y.dataSync()]).toEqual([[2, 3, 1, 1], 5, 11, 17, 11, 25, 39]);
  });

  it('multiplies a batch that broadcasts on its last axis', () => {
    const a = tf.tensor([10, 100], [2, 1, 1, 1]);
    const b = tf.tensor([1, 2, 3, 4, 5, 6], [2, 3, 1, 1]);
    expect([...tf.matMul(a, b).dataSync()]).toEqual([10, 20, 30, 400, 500, 600]);
  });

  it('keeps NaN in pools and extremes', () => {
    const { NaN: nan } = Number;
    const x = tf.tensor4d([nan, 1, 2, -3, 4, 5, 6, nan, -1, -2, -3, -4], [1, 2, 6, 1]);
    // The windows hold nan, 1, 6, nan; then 2, -3, -1, -2; then 4, 5, -3, -4.
    expect([...tf.maxPool(x, 2, 2, 'valid').dataSync()]).toEqual([nan, 2, 5]);
    expect([...tf.avgPool(x, 2, 2, 'valid').dataSync()]).toEqual([nan, -1, 0.5]);
    const volume = tf.reshape<tf.Rank.R5>(x, [1, 1, 2, 6, 1]);
    expect([...tf.maxPool3d(volume, [1, 2, 2], [1, 2, 2], 'valid').dataSync()]).toEqual([nan, 2, 5]);
    expect([...tf.avgPool3d(volume, [1, 2, 2], [1, 2, 2], 'valid').dataSync()]).toEqual([nan, -1, 0.5]);
    const infinite = tf.tensor4d([Infinity, -Infinity, 1, -Infinity], [1, 1, 4, 1]);
    expect([...tf.avgPool(infinite, [1, 2], [1, 2], 'valid').dataSync()]).toEqual([nan, -Infinity]);
    const [a, b] = [tf.tensor1d([nan, 1, 2, -3]), tf.tensor1d([0, nan, -2, 5])];
    expect([...tf.maximum(a, b).dataSync()]).toEqual([nan, nan, 2, 5]);
    expect([...tf.minimum(a, b).dataSync()]).toEqual([nan, nan, -2, -3]);
    expect([...tf.maximum(a, 0).dataSync()]).toEqual([nan, 1, 2, 0]);
    expect([...tf.minimum(nan, b).dataSync()]).toEqual([nan, nan, nan, nan]);
    const rows = tf.minimum(tf.tensor2d([1, nan], [2, 1]), tf.tensor1d([0, 3]));
    expect([...rows.dataSync()]).toEqual([0, 1, nan, nan]);
  });

  it('finds where the maxima of windows are', () => {
    const x = tf.tensor4d([-4, -3, -2, -1], [1, 1, 4, 1]);
    const { result, indexes } = tf.maxPoolWithArgmax(x, [1, 4], 4, 'same');
    expect([...result!.dataSync(), ...indexes!.dataSync()]).toEqual([-1, 3]);
    const two = tf.tensor4d([-4, 8, -3, 7, -2, 5, -1, 6, 1, 1, 2, 2, 3, 3, 4, 4], [2, 2, 2, 2]);
    const flat = (withBatch: boolean) => [
      ...tf.maxPoolWithArgmax(two, 2, 2, 'valid', withBatch).indexes!.dataSync(),
    ];
    // Index (y · 2 + x) · 2 + channel, and 8 more for the second image.
    expect([...tf.maxPoolWithArgmax(two, 2, 2, 'valid').result!.dataSync()]).toEqual([-1, 8, 4, 4]);
    expect(flat(false)).toEqual([6, 1, 6, 7]);
    expect(flat(true)).toEqual([6, 1, 14, 15]);
    expect(indexes!.dtype).toBe('int32');
    const nan = Number.NaN;
    const broken = tf.maxPoolWithArgmax(tf.tensor4d([1, nan, 3, 2], [1, 1, 4, 1]), [1, 2], [1, 2], 'valid');
    expect([...broken.result!.dataSync(), ...broken.indexes!.dataSync()]).toEqual([nan, 3, 1, 2]);
  });

  it('starts again without a warning', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    await useBackend(name);
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });
});

it('keeps the digits of a sum of four million equal values', async () => {
  for (const name of ['wasm', 'onnxruntime'] as const) {
    await useBackend(name);
    const x = tf.fill([4_000_000], 0.1);
    const [sum, mean] = [tf.sum(x), tf.mean(x)];
    expect(sum.dataSync()[0]).toBeCloseTo(4_000_000 * Math.fround(0.1), 0);
    expect(mean.dataSync()[0]).toBeCloseTo(0.1, 7);
    tf.dispose([x, sum, mean]);
  }
});
