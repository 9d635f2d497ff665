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
    expect([...y.dataSync()].every(Number.isFinite)).toBe(true);
  });

  it('gives the values of batchNormalization without scale and centre', async () => {
    const layer = tfl.layers.batchNormalization({ scale: false, center: false, epsilon: 0 });
    const y = layer.apply(tf.tensor2d([1, 10, 3, 30], [2, 2]), { training: true }) as tf.Tensor;
    expect([...y.dataSync()].map((value) => Math.round(value * 1e5) / 1e5)).toEqual([-1, -1, 1, 1]);
  });

  it('leaks no tensors when a batch norm without scale is differentiated', () => {
    const x = tf.randomUniform([3, 4], -1, 1, 'float32', 7);
    const run = () => {
      const g = tf.grad((x) => tf.batchNorm(x, tf.zeros([4]), tf.ones([4])))(x);
      const values = [...g.dataSync()];
      g.dispose();
      return values;
    };
    const before = tf.memory().numTensors;
    for (const value of run()) expect(value).toBeCloseTo(1 / Math.sqrt(1.001), 5);
    expect(tf.memory().numTensors).toBe(before);
    x.dispose();
  });
});
