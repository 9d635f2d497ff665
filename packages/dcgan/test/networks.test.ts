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
