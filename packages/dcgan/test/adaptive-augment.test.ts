import { useBackend } from '@cxr/backend';
import { phantoms } from '@cxr/data';
import { collectTrainingSet, diffAugment, resolveConfig, Trainer } from '@cxr/dcgan';
import { createRng } from '@cxr/image';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { adaptProbability } from '../src/training/adaptive-augment.js';

beforeAll(() => useBackend('cpu'));

describe('adaptProbability', () => {
  it.each([
    // The mean sign is 2 · accuracy − 1: 0.62 is above 0.6, 0.58 below.
    [0.5, 0.81, 0.501],
    [0.5, 0.79, 0.499],
    [0.5, 0.75, 0.499],
    [0, 0.2, 0],
    [1, 1, 1],
    [0.9999, 1, 1],
  ])('goes from %d, with %d of the reals found, to %d', (probability, accuracyReal, expected) => {
    const next = adaptProbability(probability, { accuracyReal, target: 0.6, images: 100 });
    expect(next).toBeCloseTo(expected, 10);
  });

  it('stays where the mean sign is the target', () => {
    expect(adaptProbability(0.3, { accuracyReal: 0.75, target: 0.5, images: 100 })).toBe(0.3);
  });
});

describe('diffAugment with a probability', () => {
  it.each(['brightness', 'saturation', 'contrast', 'translation', 'cutout'] as const)(
    'changes that share of the images, and leaves the others as they are: %s',
    (kind) => {
      const n = 400;
      const images = tf.add(tf.randomUniform([n, 8, 8, 3], 0, 1, 'float32', 3), 1) as tf.Tensor4D;
      const changed = (probability: number): number => {
        const result = diffAugment(images, [kind], createRng(1), probability);
        const moved = tf.max(tf.abs(tf.sub(result, images)), [1, 2, 3]);
        return tf.sum(tf.cast(tf.greater(moved, 1e-5), 'float32')).dataSync()[0]! / n;
      };
      expect(changed(0)).toBe(0);
      // A translation by nothing is one of nine; five standard deviations of 400 draws are 0.11.
      const whole = kind === 'translation' ? 8 / 9 : 1;
      expect(Math.abs(changed(0.3) - 0.3 * whole)).toBeLessThan(0.11);
    },
  );

  it('draws the same as ever where every image is changed', () => {
    const images = tf.randomNormal([4, 8, 8, 1], 0, 1, 'float32', 1) as tf.Tensor4D;
    const kinds = ['brightness', 'contrast', 'translation', 'cutout'] as const;
    const [one, other] = [
      diffAugment(images, kinds, createRng(2)),
      diffAugment(images, kinds, createRng(2), 1),
    ];
    expect(one.dataSync()).toEqual(other.dataSync());
  });

  it.each([-0.1, 1.1, Number.NaN])('refuses a probability of %d', (probability) => {
    expect(() => diffAugment(tf.zeros([1, 8, 8, 1]), [], createRng(1), probability)).toThrow(
      `invalid probability: ${probability} (0 to 1)`,
    );
  });
});

it('a run with ada begins without augmentation, and follows the discriminator', async () => {
  const config = resolveConfig({
    size: 32,
    width: 2,
    latentDim: 4,
    batchSize: 4,
    diffAugment: ['cutout'],
    ada: 0.2,
  });
  const set = await collectTrainingSet(phantoms({ count: 6, seed: 1, size: 32 }), config);
  const trainer = new Trainer(config);
  let probability = 0;
  for (let step = 0; step < 4; step++) {
    const metrics = await trainer.trainStep(set);
    const rise = Math.sign(2 * metrics.accuracyReal - 1 - 0.2) * 4e-5;
    probability = Math.max(0, probability + rise);
    expect(metrics.augmentProbability).toBeCloseTo(probability, 10);
  }
  expect((await trainer.state()).augmentProbability).toBeCloseTo(probability, 10);
  trainer.dispose();
});
