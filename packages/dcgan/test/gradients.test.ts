import { useBackend } from '@cxr/backend';
import {
  type AugmentKind,
  createDiscriminator,
  createGenerator,
  diffAugment,
  fakeLoss,
  generatorLoss,
  realLoss,
} from '@cxr/dcgan';
import { createRng } from '@cxr/image';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { BatchNorm } from '../src/layers/batch-norm.js';
import { iterateSpectral } from '../src/layers/spectral.js';
import { reconstructionLoss } from '../src/networks/reconstruction.js';
import { trainableVariables } from '../src/networks/weights.js';
import { LOSS_NAMES } from '../src/training/losses.js';
import { gradientPenalty } from '../src/training/r1.js';

beforeAll(() => useBackend('cpu'));

const random = (shape: number[], seed: number): tf.Tensor => tf.randomNormal(shape, 0, 1, 'float32', seed);

/** The derivative of a function along a direction, by central differences, and what its gradient says it is. */
function alongDirection(f: (x: tf.Tensor) => tf.Scalar, x: tf.Tensor, step: number): [number, number] {
  const direction = random(x.shape, 99);
  const at = (t: number) => f(tf.add(x, tf.mul(direction, t))).dataSync()[0]!;
  const gradient = tf.grad(f)(x);
  return [(at(step) - at(-step)) / (2 * step), tf.sum(tf.mul(gradient, direction)).dataSync()[0]!];
}

/** Relative to the larger of the two. */
const difference = ([a, b]: [number, number]) => Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b));

describe('gradients equal finite differences', () => {
  const weighted = (of: (x: tf.Tensor4D) => tf.Tensor) => (x: tf.Tensor) => {
    const y = of(x as tf.Tensor4D);
    return tf.sum(tf.mul(y, random(y.shape, 7))) as tf.Scalar;
  };

  it.each([['brightness'], ['saturation'], ['contrast'], ['translation'], ['cutout']] as AugmentKind[][])(
    'of DiffAugment: %s',
    (kind) => {
      const f = weighted((x) => diffAugment(x, [kind!], createRng(3)));
      // Linear in the image, so the step may be large; float32 sums leave about 1e-5.
      expect(difference(alongDirection(f, random([3, 8, 8, 3], 1), 0.5))).toBeLessThan(1e-4);
    },
  );

  it('of DiffAugment: all together', () => {
    const kinds: AugmentKind[] = ['brightness', 'saturation', 'contrast', 'translation', 'cutout'];
    const f = weighted((x) => diffAugment(x, kinds, createRng(4)));
    expect(difference(alongDirection(f, random([3, 8, 8, 3], 1), 0.5))).toBeLessThan(1e-4);
  });

  it.each(LOSS_NAMES)('of the losses: %s', (loss) => {
    for (const f of [realLoss, fakeLoss, generatorLoss]) {
      const pair = alongDirection((x) => f(loss, x), random([16, 1], 2), 1e-3);
      // A step of 1e-3 in float32: rounding of the loss, 6e-8 of about 1, over 2e-3, and no kink of the hinge within.
      expect(Math.abs(pair[0] - pair[1])).toBeLessThan(3e-4);
    }
  });

  it('of the discriminator’s reconstruction of images, with respect to its weights', () => {
    const model = createDiscriminator({
      size: 32,
      width: 2,
      reconstruction: 1,
      seed: 1,
      initialization: 'he',
    });
    const images = tf.clipByValue(random([4, 32, 32, 1], 5), -1, 1) as tf.Tensor4D;
    const lossOf = (): tf.Scalar => {
      const [, decoded] = model.apply(images, { training: true }) as tf.Tensor[];
      return reconstructionLoss(decoded!, images);
    };
    expect(lossOf().dataSync()[0]).toBeGreaterThan(0.1);
    const variables = trainableVariables(model);
    const { grads } = tf.variableGrads(lossOf, variables);
    // Nothing after the features at 8 × 8 but the decoder has a part in it.
    const touched = model.trainableWeights.filter((_, i) => grads[variables[i]!.name] !== undefined);
    expect(touched.map(({ originalName }) => originalName)).toEqual(
      ['down_16/kernel', 'down_16/bias', 'down_8/kernel', 'down_8_norm/gamma', 'down_8_norm/beta'].concat(
        'decode_16/kernel',
        'decode_16/bias',
      ),
    );
    const kernel = variables[0]!;
    const direction = random(kernel.shape, 6);
    const original = kernel.clone();
    const step = 1e-3;
    const at = (t: number) => {
      kernel.assign(tf.add(original, tf.mul(direction, t)));
      return lossOf().dataSync()[0]!;
    };
    const pair: [number, number] = [
      (at(step) - at(-step)) / (2 * step),
      tf.sum(tf.mul(grads[kernel.name]!, direction)).dataSync()[0]!,
    ];
    // Mean of 1024 absolute values: few change their sign within the step; float32 rounding of the loss over the step leaves 1e-4.
    expect(difference(pair)).toBeLessThan(2e-2);
  });

  it('of the R1 penalty with respect to the weights, a derivative of a derivative', () => {
    for (const options of [
      { discriminatorNorm: 'none' },
      { discriminatorNorm: 'spectral' },
      { discriminatorNorm: 'none', discriminatorBlocks: 'residual' },
    ] as const) {
      const model = createDiscriminator({ size: 32, width: 2, ...options, seed: 1 });
      const images = random([2, 32, 32, 1], 5) as tf.Tensor4D;
      const variables = trainableVariables(model);
      // Ever larger biases, of both signs, keep every unit clear of LeakyReLU's kink, where the penalty jumps.
      for (const [layer, bias] of variables.filter(({ shape }) => shape.length === 1).entries()) {
        const size = 10 * 100 ** layer;
        bias.assign(tf.tensor1d(Array.from({ length: bias.size }, (_, i) => (i % 2 === 0 ? size : -size))));
      }
      const kernel = variables[2]!;
      const penalty = () => gradientPenalty((x) => model.apply(x, { training: true }) as tf.Tensor, images);
      const { grads } = tf.variableGrads(penalty, [kernel]);
      const direction = random(kernel.shape, 6);
      const original = kernel.clone();
      // Weights are about 0.02; a tenth of that: the penalty is a smooth function of them.
      const step = 2e-4;
      const at = (t: number) => {
        kernel.assign(tf.add(original, tf.mul(direction, t)));
        return penalty().dataSync()[0]!;
      };
      const pair: [number, number] = [
        (at(step) - at(-step)) / (2 * step),
        tf.sum(tf.mul(grads[kernel.name]!, direction)).dataSync()[0]!,
      ];
      // The third derivative's share falls with the square of the step; float32 rounding is divided by it.
      expect(difference(pair)).toBeLessThan(5e-3);
    }
  });
});

describe('our layers compute what the stock layers do', () => {
  it('BatchNorm: output, gradients and moving moments', () => {
    const args = { momentum: 0.9, epsilon: 1e-5, inputShape: [3, 3, 4] };
    const models = [new BatchNorm(args), tfl.layers.batchNormalization(args)].map((layer) =>
      tfl.sequential({ layers: [layer] }),
    );
    const weights = [1, 2].map((seed) => random([4], seed));
    const x = tf.add(tf.mul(random([5, 3, 3, 4], 3), 2), 1);
    const results = models.map((model) => {
      model.setWeights([...weights, tf.zeros([4]), tf.ones([4])]);
      const f = (input: tf.Tensor) =>
        tf.sum(
          tf.mul(model.apply(input, { training: true }) as tf.Tensor, random([5, 3, 3, 4], 4)),
        ) as tf.Scalar;
      const variables = trainableVariables(model);
      const ofWeights = tf.variableGrads(() => f(x), variables).grads;
      const tensors = [tf.grad(f)(x), ...variables.map((variable) => ofWeights[variable.name]!)];
      return [...tensors, ...model.weights.map((weight) => weight.read())].map((tensor) => tensor.dataSync());
    });
    for (const [i, ours] of results[0]!.entries()) {
      // Sums of 45 float32 terms in another order.
      for (const [j, value] of ours.entries()) expect(value).toBeCloseTo(results[1]![i]![j]!, 4);
    }
  });

  it('and are saved under the stock names', () => {
    const names = createGenerator({ size: 32, width: 1 }).layers.map((layer) => layer.getClassName());
    expect(names).toContain('BatchNormalization');
    expect(names).not.toContain('BatchNorm');
  });
});

describe('diffAugment', () => {
  it('translates each image by its own draw, zeros moving in', () => {
    const images = tf.add(tf.abs(random([6, 8, 10, 2], 1)), 1) as tf.Tensor4D;
    const moved = diffAugment(images, ['translation'], createRng(5)).arraySync() as number[][][][];
    const source = images.arraySync() as number[][][][];
    // The draws that the function makes: rows within 8 / 8 of either side, then columns within 10 / 8, rounded.
    const draws = createRng(5);
    const down = source.map(() => draws.integer(3) - 1);
    const right = source.map(() => draws.integer(3) - 1);
    expect(new Set(down.map((d, i) => `${d} ${right[i]}`)).size).toBeGreaterThan(2);
    for (const [i, picture] of moved.entries()) {
      for (const [y, row] of picture.entries()) {
        for (const [x, pixel] of row.entries()) {
          expect(pixel).toEqual(source[i]![y - down[i]!]?.[x - right[i]!] ?? [0, 0]);
        }
      }
    }
  });

  it('cuts a square of half the side out of each image', () => {
    const cut = diffAugment(tf.ones([200, 8, 8, 1]), ['cutout'], createRng(6));
    const zeros = tf.sub(64, tf.sum(cut, [1, 2, 3])).dataSync();
    // Whole where its centre lies inside, a quarter of it (4 pixels) where the centre lies on a corner.
    expect(Math.max(...zeros)).toBe(16);
    expect(Math.min(...zeros)).toBe(4);
  });
});

describe('spectral normalisation', () => {
  it('brings the largest singular value of each weight to 1', () => {
    const model = createDiscriminator({ size: 32, width: 2, discriminatorNorm: 'spectral' });
    iterateSpectral(model, 200);
    for (const layer of model.layers.filter(
      ({ name }) => name.startsWith('down_') && !name.includes('leaky'),
    )) {
      const [kernel, , left, right] = layer.getWeights() as tf.Tensor[];
      const matrix = tf.reshape(kernel!, [-1, kernel!.shape.at(-1)!]) as tf.Tensor2D;
      const sigma = tf.sum(tf.mul(tf.matMul(matrix, right as tf.Tensor2D), left!)).dataSync()[0]!;
      // W'W has the squares of the singular values as eigenvalues: σ bounds every ‖Wx‖, and W right reaches it.
      expect(tf.norm(tf.matMul(matrix, right as tf.Tensor2D)).dataSync()[0]!).toBeCloseTo(sigma, 4);
      for (let seed = 0; seed < 20; seed++) {
        const x = random([matrix.shape[1], 1], seed) as tf.Tensor2D;
        const stretch = tf.div(tf.norm(tf.matMul(matrix, x)), tf.norm(x)).dataSync()[0]!;
        expect(stretch).toBeLessThanOrEqual(sigma * (1 + 1e-5));
      }
    }
  });
});

describe('the losses, used alone', () => {
  it.each(LOSS_NAMES)('leave nothing but the loss: %s', (loss) => {
    const logits = tf.tensor2d([0.5, -2], [2, 1]);
    for (const f of [realLoss, fakeLoss, generatorLoss]) {
      const before = tf.memory().numTensors;
      f(loss, logits).dispose();
      expect(tf.memory().numTensors).toBe(before);
    }
  });
});
