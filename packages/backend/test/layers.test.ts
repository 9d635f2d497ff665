import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS, useBackend } from './backends.js';

/** Trains `middle` between a convolution and a dense layer, twice over two images, and returns the losses. */
async function fit(
  middle: tfl.layers.Layer,
  shape = [6, 5, 2],
): Promise<{ model: tfl.Sequential; losses: number[] }> {
  const init = { kernelInitializer: tfl.initializers.glorotUniform({ seed: 3 }) };
  const model = tfl.sequential({
    layers: [
      tfl.layers.conv2d({ filters: 4, kernelSize: 3, inputShape: shape, ...init }),
      middle,
      tfl.layers.flatten(),
      tfl.layers.dense({ units: 1, ...init }),
    ],
  });
  model.compile({ optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError' });
  const x = tf.randomUniform([8, ...shape], -1, 1, 'float32', 1);
  const y = tf.randomUniform([8, 1], -1, 1, 'float32', 2);
  const { history } = await model.fit(x, y, { epochs: 4, shuffle: false, batchSize: 4 });
  tf.dispose([x, y]);
  return { model, losses: history.loss as number[] };
}

describe.each(['cpu', ...BACKENDS] as const)('models on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  it.each([
    { scale: false },
    { center: false },
    { scale: false, center: false },
    { axis: 1, scale: false },
    { axis: 1, center: false },
  ])('train batchNormalization with %o', async (options) => {
    const { model, losses } = await fit(tfl.layers.batchNormalization(options));
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
    // Two moments that are not trained, and gamma or beta where they are asked for.
    const trained = Number(options.scale !== false) + Number(options.center !== false);
    expect(model.layers[1]!.getWeights()).toHaveLength(2 + trained);
    const x = tf.randomUniform([2, 6, 5, 2], -1, 1, 'float32', 5);
    const y = model.predict(x) as tf.Tensor;
    expect([...(await y.data())].every(Number.isFinite)).toBe(true);
  });

  it('gives the values of batchNormalization without scale and centre', async () => {
    const layer = tfl.layers.batchNormalization({ scale: false, center: false, epsilon: 0 });
    const y = layer.apply(tf.tensor2d([1, 10, 3, 30], [2, 2]), { training: true }) as tf.Tensor;
    expect([...(await y.data())].map((value) => Math.round(value * 1e5) / 1e5)).toEqual([-1, -1, 1, 1]);
  });

  it.each([
    ['resizing', () => tfl.layers.resizing({ height: 3, width: 5 }), [3, 5]],
    [
      'resizing, nearest',
      () => tfl.layers.resizing({ height: 3, width: 5, interpolation: 'nearest' }),
      [3, 5],
    ],
    ['centerCrop', () => tfl.layers.centerCrop({ height: 2, width: 2 }), [2, 2]],
    ['centerCrop to a larger size', () => tfl.layers.centerCrop({ height: 6, width: 2 }), [6, 2]],
  ] as const)('train with %s in a model', async (_, make, size) => {
    const { model, losses } = await fit(make());
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
    expect(model.layers[1]!.outputShape).toEqual([null, ...size, 4]);
    expect(model.layers[0]!.outputShape).toEqual([null, 4, 3, 4]);
  });

  it('crop the middle', async () => {
    const x = tf.reshape(tf.range(0, 40), [1, 5, 8, 1]);
    const y = tfl.layers.centerCrop({ height: 2, width: 3 }).apply(x) as tf.Tensor;
    expect([...(await y.data())]).toEqual([10, 11, 12, 18, 19, 20]);
  });

  it('give separableConv2d with channels first the values of channels last', async () => {
    const shared = { filters: 3, kernelSize: 2, depthMultiplier: 2 } as const;
    const first = tfl.layers.separableConv2d({ ...shared, dataFormat: 'channelsFirst' });
    const last = tfl.layers.separableConv2d(shared);
    const x = tf.randomUniform([2, 4, 5, 2], -1, 1, 'float32', 8);
    const transposed = tf.transpose(x, [0, 3, 1, 2]);
    first.apply(transposed);
    last.apply(x);
    first.setWeights([...last.getWeights().slice(0, 2), tf.tensor1d([1, -2, 3])]);
    last.setWeights(first.getWeights());
    const found = tf.transpose(first.apply(transposed) as tf.Tensor, [0, 2, 3, 1]);
    const expected = last.apply(x) as tf.Tensor;
    expect(found.shape).toEqual(expected.shape);
    const error = (await tf.max(tf.abs(tf.sub(found, expected))).data())[0];
    expect(error).toBeLessThan(1e-6);
  });

  it.each([
    [
      'CropAndResize',
      () => tf.grad((x) => tf.image.cropAndResize(x as tf.Tensor4D, [[0, 0, 1, 1]], [0], [2, 2])),
    ],
    ['RotateWithOffset', () => tf.grad((x) => tf.image.rotateWithOffset(x as tf.Tensor4D, 0.3))],
    ['Einsum', () => tf.grad((x) => tf.einsum('abcd->abc', x))],
  ])('names %s, which has no gradient', (name, make) => {
    expect(() => tf.tidy(() => make()(tf.ones([1, 4, 4, 2])))).toThrow(name);
  });

  it('leaks no tensors when a batch norm without scale is differentiated', async () => {
    const x = tf.randomUniform([3, 4], -1, 1, 'float32', 7);
    const run = async () => {
      const g = tf.grad((x) => tf.batchNorm(x, tf.zeros([4]), tf.ones([4])))(x);
      const values = [...(await g.data())];
      g.dispose();
      return values;
    };
    const before = tf.memory().numTensors;
    for (const value of await run()) expect(value).toBeCloseTo(1 / Math.sqrt(1.001), 5);
    expect(tf.memory().numTensors).toBe(before);
    x.dispose();
  });
});
