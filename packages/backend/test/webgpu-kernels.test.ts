import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerWebgpuKernels } from '../src/kernels/webgpu/index.js';

/** Stands in for TensorFlow.js's webgpu backend: cpu's kernels, but for a sum that takes at most 7 tensors, as its shader does. */
const NAMES = ['AddN', 'Identity', 'AvgPoolGrad', 'ResizeBilinearGrad', 'ResizeNearestNeighborGrad'];
NAMES.push('MaxPool', 'Reverse', 'Transpose', 'MaxPool3DGrad', 'AvgPool3DGrad', 'Cumsum', 'Cumprod');

beforeAll(async () => {
  tf.registerBackend('webgpu', () => tf.findBackendFactory('cpu')() as tf.KernelBackend);
  for (const name of NAMES) {
    const stock = tf.getKernel(name, 'cpu');
    const kernelFunc: tf.KernelFunc = (args) => {
      const count = (args.inputs as unknown as tf.TensorInfo[]).length;
      if (name === 'AddN' && count > 7) throw new Error(`${count} storage buffers`);
      if (args.attrs?.reverse) throw new Error('a shader for another length');
      return stock.kernelFunc(args);
    };
    tf.registerKernel({ ...stock, backendName: 'webgpu', kernelFunc });
  }
  await tf.setBackend('webgpu');
  registerWebgpuKernels();
});
afterAll(() => tf.setBackend('cpu'));

describe('webgpu', () => {
  it.each([1, 2, 7, 8, 13, 14, 40])('adds up %d tensors', (count) => {
    const sum = tf.tidy(() => {
      const terms = Array.from({ length: count }, (_, i) => tf.tensor1d([i, 1]));
      const { numDataBuffers } = tf.memory();
      const sum = tf.addN(terms).dataSync();
      expect(tf.memory().numDataBuffers - numDataBuffers).toBeLessThanOrEqual(1);
      return [...sum];
    });
    expect(sum).toEqual([(count * (count - 1)) / 2, count]);
  });

  it.each([
    [1, false, [6, 5, 3, 15, 11, 6]],
    [-1, false, [6, 5, 3, 15, 11, 6]],
    [-1, true, [5, 3, 0, 11, 6, 0]],
    [0, true, [4, 5, 6, 0, 0, 0]],
  ])('sums up from the end of axis %d, exclusive %s', (axis, exclusive, expected) => {
    const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
    expect([...tf.tidy(() => tf.cumsum(x, axis, exclusive, true).dataSync())]).toEqual(expected);
    x.dispose();
  });

  const run = (name: string, shapes: Record<string, number[]>, attrs: object): tf.Tensor => {
    const inputs = Object.fromEntries(Object.entries(shapes).map(([key, shape]) => [key, tf.ones(shape)]));
    return tf.engine().runKernel(name, inputs, attrs as tf.NamedAttrMap);
  };
  const pool = { filterSize: 2, strides: 2, dimRoundingMode: undefined };
  const image = [1, 5, 5, 1];

  it.each([
    ['MaxPool', { x: image }, { ...pool, pad: 1 }, 'a max pool with explicit padding'],
    [
      'AvgPoolGrad',
      { dy: [1, 3, 3, 1], input: image },
      { ...pool, pad: 'same' },
      'the gradient of an average pool with padding',
    ],
    [
      'AvgPool3DGrad',
      { dy: [1, 2, 2, 2, 1], input: [1, 4, 4, 4, 1] },
      { ...pool, pad: 'valid' },
      'the gradient of a 3-D average',
    ],
    [
      'MaxPool3DGrad',
      { dy: [1, 2, 2, 2, 1], input: [1, 4, 4, 4, 1] },
      { ...pool, pad: 'valid' },
      'the gradient of a 3-D max',
    ],
    [
      'ResizeBilinearGrad',
      { dy: image, images: [1, 3, 3, 1] },
      { halfPixelCenters: true },
      'the gradient of a resize with half',
    ],
    [
      'ResizeNearestNeighborGrad',
      { dy: image, images: [1, 3, 3, 1] },
      { halfPixelCenters: true },
      'the gradient of a resize with half',
    ],
  ])('refuses %s where the stock kernel is wrong', (name, shapes, attrs, what) => {
    expect(() => run(name, shapes as Record<string, number[]>, attrs)).toThrow(
      new RegExp(`^backend webgpu computes ${what}`),
    );
  });

  it('leaves the other gradients to the stock kernels', () => {
    const { shape } = run('AvgPoolGrad', { dy: [1, 2, 2, 1], input: image }, { ...pool, pad: 'valid' });
    expect(shape).toEqual(image);
    expect(run('MaxPool', { x: image }, { ...pool, pad: 'same' }).shape).toEqual([1, 3, 3, 1]);
    expect(run('MaxPool', { x: image }, { ...pool, pad: 0 }).shape).toEqual([1, 2, 2, 1]);
    const resized = run(
      'ResizeBilinearGrad',
      { dy: image, images: [1, 3, 3, 1] },
      { alignCorners: false, halfPixelCenters: false },
    );
    expect(resized.shape).toEqual([1, 3, 3, 1]);
  });
});
