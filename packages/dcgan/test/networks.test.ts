import { useBackend } from '@cxr/backend';
import { createDiscriminator, createGenerator, type Size } from '@cxr/dcgan';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

beforeAll(() => useBackend('cpu'));

describe('createGenerator and createDiscriminator', () => {
  it.each([32, 64, 128, 256] as Size[])(
    'turn latents into images and images into logits at %i pixels',
    (size) => {
      const generator = createGenerator({ size, width: 1, channels: 3, latentDim: 5 });
      const discriminator = createDiscriminator({ size, width: 1, channels: 3 });
      const images = generator.predict(tf.randomNormal([2, 5])) as tf.Tensor;
      expect(images.shape).toEqual([2, size, size, 3]);
      expect(tf.max(tf.abs(images)).dataSync()[0]).toBeLessThanOrEqual(1);
      expect((discriminator.predict(images) as tf.Tensor).shape).toEqual([2, 1]);
    },
  );

  it('have the layers of Radford et al. at 64 pixels, with as many weights as that gives', () => {
    const generator = createGenerator({ size: 64, width: 64, channels: 3 });
    const convT = (from: number, to: number) => 16 * from * to;
    const norms = 4 * (512 + 256 + 128 + 64);
    expect(generator.countParams()).toBe(
      100 * 16 * 512 + convT(512, 256) + convT(256, 128) + convT(128, 64) + convT(64, 3) + 3 + norms,
    );
    const discriminator = createDiscriminator({ size: 64, width: 64, channels: 3 });
    expect(discriminator.countParams()).toBe(
      convT(3, 64) +
        64 +
        convT(64, 128) +
        convT(128, 256) +
        convT(256, 512) +
        4 * (128 + 256 + 512) +
        16 * 512 +
        1,
    );
  });

  it('start from N(0, 0.02), the same for the same seed', () => {
    const kernel = (seed: number) =>
      createGenerator({ size: 32, width: 16, seed }).getLayer('up_8').getWeights()[0]!.dataSync<'float32'>();
    const a = kernel(7);
    expect(kernel(7)).toEqual(a);
    expect(kernel(8)).not.toEqual(a);
    const mean = a.reduce((sum, w) => sum + w, 0) / a.length;
    const deviation = Math.sqrt(a.reduce((sum, w) => sum + (w - mean) ** 2, 0) / a.length);
    // 32768 draws: the standard error is 1.1e-4 of the mean and 0.8e-4 of the deviation; four of each.
    expect(Math.abs(mean)).toBeLessThan(5e-4);
    expect(Math.abs(deviation - 0.02)).toBeLessThan(4e-4);
  });

  it('have residual blocks with a width of their own where asked', () => {
    const discriminator = createDiscriminator({
      ...{
        size: 32,
        width: 5,
        discriminatorWidth: 2,
        discriminatorBlocks: 'residual',
        discriminatorNorm: 'none',
      },
      ...{ minibatchStd: 2, highPass: true, initialization: 'he' },
    });
    const kernels = discriminator.weights.filter(({ originalName }) => originalName.endsWith('kernel'));
    const shapes = Object.fromEntries(kernels.map(({ originalName, shape }) => [originalName, shape]));
    expect(shapes).toEqual({
      ...{ 'from_image/kernel': [3, 3, 2, 2] },
      ...{ 'down_16/kernel': [4, 4, 2, 4], 'down_16_conv/kernel': [3, 3, 4, 4] },
      ...{ 'down_16_shortcut/kernel': [1, 1, 2, 4], 'down_8/kernel': [4, 4, 4, 8] },
      ...{ 'down_8_conv/kernel': [3, 3, 8, 8], 'down_8_shortcut/kernel': [1, 1, 4, 8] },
      ...{ 'down_4/kernel': [4, 4, 8, 16], 'down_4_conv/kernel': [3, 3, 16, 16] },
      ...{ 'down_4_shortcut/kernel': [1, 1, 8, 16], 'end/kernel': [3, 3, 17, 16], 'logit/kernel': [256, 1] },
    });
    const plain = createDiscriminator({ size: 32, width: 5, discriminatorWidth: 2 });
    expect(plain.getLayer('down_16').getWeights()[0]!.shape).toEqual([4, 4, 1, 2]);
  });

  it('start residual blocks by He, with half the variance where no rectifier follows', () => {
    const options = {
      size: 32,
      width: 16,
      discriminatorBlocks: 'residual',
      discriminatorNorm: 'none',
    } as const;
    const model = createDiscriminator({ ...options, minibatchStd: 4, initialization: 'he', seed: 2 });
    const spread = (name: string) => {
      const values = model.getLayer(name).getWeights()[0]!;
      return [Math.sqrt(tf.mean(tf.square(values)).dataSync<'float32'>()[0]!), values.size] as const;
    };
    // The minibatch deviation is one input of 129: the last convolution starts as if it were not there.
    for (const [name, gain, inputs] of [
      ...[
        ['from_image', 2, 9] as const,
        ['down_8', 2, 16 * 32] as const,
        ['down_8_conv', 2, 9 * 64] as const,
      ],
      ...[['down_4_shortcut', 1, 64] as const, ['end', 2, 9 * 128] as const, ['logit', 1, 16 * 128] as const],
    ]) {
      const [found, count] = spread(name);
      // Five standard errors of the deviation of `count` normal draws.
      expect(Math.abs(found / Math.sqrt(gain / inputs) - 1), name).toBeLessThan(5 / Math.sqrt(2 * count));
    }
  });

  it('start a conditional discriminator with logits of the size that they have without classes', () => {
    const options = { size: 32, width: 8, discriminatorNorm: 'none', initialization: 'he', seed: 3 } as const;
    const images = tf.randomUniform([64, 32, 32, 1], -1, 1, 'float32', 5);
    const size = (logits: tf.Tensor) => Math.sqrt(tf.mean(tf.square(logits)).dataSync<'float32'>()[0]!);
    const alone = size(createDiscriminator(options).predict(images) as tf.Tensor);
    const conditional = createDiscriminator({ ...options, classes: 2 });
    const labels = tf.tile(tf.eye(2), [32, 1]);
    // The projection adds as much again: √2 times the size. Before, it was ten times.
    expect(size(conditional.predict([images, labels]) as tf.Tensor)).toBeLessThan(4 * alone);
  });

  it('name a value out of range', () => {
    expect(() => createGenerator({ size: 48 as Size, width: 8 })).toThrow('invalid size: 48');
    expect(() => createDiscriminator({ size: 32, width: 0.5 })).toThrow('invalid width: 0.5');
    expect(() => createDiscriminator({ size: 32, width: 8, channels: 2 as 1 })).toThrow(
      'invalid channels: 2',
    );
    expect(() => createDiscriminator({ size: 32, width: 8, discriminatorNorm: 'layer' as 'batch' })).toThrow(
      'layer',
    );
  });
});
