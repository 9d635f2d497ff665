import { createRequire } from 'node:module';
import { useBackend } from '@cxr/backend';
import { phantoms } from '@cxr/data';
import { exportOnnx, type NetworkOptions, train } from '@cxr/dcgan';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

// CommonJS, and loaded so that its absence (it is optional) fails this file alone.
const ort = createRequire(import.meta.url)('onnxruntime-node');

beforeAll(() => useBackend('cpu'));

/** Trained for two steps, so that moving moments and scales are not their initial ones. */
async function trained(options: Partial<NetworkOptions>) {
  const images = [...phantoms({ count: 4, seed: 1, size: 32 })].map((one, i) =>
    options.classes === undefined ? one : { ...one, label: i % 2 },
  );
  const tiny = { size: 32, width: 2, latentDim: 5, batchSize: 4, learningRateG: 0.05 } as const;
  for await (const event of train({ ...tiny, ...options, images, steps: 2 })) {
    if (event.type === 'end') return event.generator;
  }
  throw new Error('no end event');
}

describe('exportOnnx', () => {
  it.each([
    ['dcgan', {}],
    ['conditional, RGB', { classes: 2, channels: 3 }],
    ['blurred, skip sums', { upsampling: 'transposed-1-2-1', outputSkips: true }],
    ['blurred 1-3-3-1', { upsampling: 'transposed-1-3-3-1' }],
    ['notch, RGB, skip sums', { upsampling: 'transposed-notch', outputSkips: true, channels: 3 }],
    ['excited', { skipExcitation: true, size: 128 }],
    ['full size', { fullSizeFeatures: 3 }],
    ['median, conditional, RGB', { medianFilter: true, classes: 2, channels: 3 }],
    ['bilinear, conditional', { upsampling: 'bilinear', classes: 2 }],
    ['paper', { architecture: 'paper', discriminatorNorm: 'none' }],
  ] as [string, Partial<NetworkOptions>][])('gives onnxruntime the same images: %s', async (_, options) => {
    const generator = await trained(options);
    const session = await ort.InferenceSession.create(await exportOnnx(generator));
    const n = 3;
    const shapes = generator.inputs.map(({ shape }) => [n, shape[1]!]);
    const inputs = shapes.map((shape, i) =>
      i === 0
        ? tf.randomNormal(shape, 0, 1, 'float32', 4)
        : tf.cast(tf.oneHot([0, 1, 1], shape[1]!), 'float32'),
    );
    const ours = generator.predict(inputs.length > 1 ? inputs : inputs[0]!) as tf.Tensor;
    const feeds = Object.fromEntries(
      inputs.map((input, i) => [
        ['latent', 'label'][i]!,
        new ort.Tensor('float32', Float32Array.from(input.dataSync()), input.shape),
      ]),
    );
    const { output } = await session.run(feeds);
    expect(output.dims).toEqual(ours.shape);
    const expected = ours.dataSync();
    const worst = Math.max(
      ...(output.data as Float32Array).map((value, i) => Math.abs(value - expected[i]!)),
    );
    // Values within ±1; sums of up to 512 float32 products in another order.
    expect(worst).toBeLessThan(1e-5);
    expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(0.01);
  });
});
