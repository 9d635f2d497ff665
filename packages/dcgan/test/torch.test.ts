import { readFile } from 'node:fs/promises';
import { useBackend } from '@cxr/backend';
import { phantoms, readNpz } from '@cxr/data';
import { collectTrainingSet, createDiscriminator, resolveConfig, Trainer, type TrainState } from '@cxr/dcgan';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { trainableVariables } from '../src/networks/weights.js';
import { gradientPenalty } from '../src/training/r1.js';

/** Made by PyTorch in float64: fixtures/dcgan/torch_steps.py. */
interface Golden {
  losses: [number, number][];
  /** Of each weight: its sum, its sum of squares, its first values. */
  weights: Record<string, number[]>;
}

it.each(['cpu', 'wasm'] as const)('two training steps equal those of PyTorch: %s', async (backend) => {
  await useBackend(backend);
  const file = new URL('../../../fixtures/dcgan/train_steps.json', import.meta.url);
  const golden: Golden = JSON.parse(await readFile(file, 'utf8'));
  const config = resolveConfig({
    size: 32,
    width: 2,
    latentDim: 4,
    batchSize: 4,
    seed: 5,
    learningRateG: 0.01,
  });
  const set = await collectTrainingSet(phantoms({ count: 6, seed: 1, size: 32 }), config);
  const trainer = new Trainer(config);
  for (const [lossD, lossG] of golden.losses) {
    const metrics = await trainer.trainStep(set);
    // float32 here, float64 there.
    expect(metrics.lossD).toBeCloseTo(lossD, 5);
    expect(metrics.lossG).toBeCloseTo(lossG, 5);
  }
  compareWeights(await trainer.state(), golden);
  trainer.dispose();
});

/** Three steps by fixtures/dcgan/torch_variants.py. */
it.each([
  ['paper', 'two updates of the discriminator with their own Adam times, half batches, dropout, averaging'],
  ['modern', 'spectral norm, hinge loss, R1 every second step, averaging'],
  ['blurred', '1-2-1 in both networks, skip sums, high pass, minibatch deviation, He, R1, cosine decay'],
  ['bilinear', 'bilinear, 1-3-3-1 before the strides, high pass, minibatch deviation, linear decay'],
  ['notch', 'notch, 1-2-1 before the strides of spectral convolutions, skip sums, LeCam'],
  ['excited', 'skip-layer excitation, He'],
  ['decoded', 'the discriminator’s decoder, high pass, He'],
  ['residual', 'residual blocks of a width of their own, bilinear, skip sums, features at full size, R1, He'],
  ['wide', '5 × 5 transposed convolutions and 1-3-3-1, He'],
] as const)('three training steps equal those of PyTorch: %s, %s', async (variant, _) => {
  await useBackend(variant === 'paper' || variant === 'modern' ? 'cpu' : 'wasm');
  const settings = (await readFixture('variants.json'))[variant];
  const golden: Golden = (await readFixture('variants_steps.json'))[variant];
  const config = resolveConfig(settings);
  const set = await collectTrainingSet(phantoms({ count: 6, seed: 1, size: 32 }), config);
  const trainer = new Trainer(config);
  for (const [lossD, lossG] of golden.losses) {
    const metrics = await trainer.trainStep(set);
    expect(metrics.lossD).toBeCloseTo(lossD, 4);
    expect(metrics.lossG).toBeCloseTo(lossG, 4);
  }
  compareWeights(await trainer.state(), golden);
  trainer.dispose();
});

/** By fixtures/dcgan/torch_residual.py. */
it.each(['cpu', 'wasm', 'onnxruntime'] as const)(
  'the residual discriminator and its R1 penalty equal those of PyTorch: %s',
  async (backend) => {
    await useBackend(backend);
    const golden = await readFixture('residual.json');
    const settings = (await readFixture('variants.json')).residual;
    const arrays = await readNpz(await readFile(fixture('variants_inputs.npz')));
    const given = (name: string): tf.Tensor => {
      const { data, shape } = arrays[`residual/${name}`]!;
      return tf.tensor(data as Float32Array, [...shape]);
    };
    const model = createDiscriminator(resolveConfig(settings));
    model.setWeights(model.weights.map(({ originalName }) => given(`discriminator/${originalName}`)));
    const images = given('reals/0') as tf.Tensor4D;
    const look = (x: tf.Tensor4D): tf.Tensor => model.apply(x, { training: true }) as tf.Tensor;
    const near = (found: number, expected: number, tolerance: number, name: string): void => {
      expect(Math.abs(found - expected) / Math.max(0.1, Math.abs(expected)), name).toBeLessThan(tolerance);
    };
    // float32 here, float64 there: sums of 400 terms of about 1 in a logit leave some 1e-6.
    const logits = look(images).dataSync();
    for (const [i, expected] of golden.logits.entries()) near(logits[i]!, expected, 1e-5, `logit ${i}`);
    const variables = trainableVariables(model);
    const { value, grads } = tf.variableGrads(() => gradientPenalty(look, images), variables);
    near(value.dataSync()[0]!, golden.penalty, 1e-5, 'penalty');
    // Each goes through all layers three times.
    const norms = Object.entries<number>(golden.penaltyGradientNorms);
    expect(norms.length).toBe(variables.length);
    for (const [name, expected] of norms) {
      const at = model.trainableWeights.findIndex(({ originalName }) => originalName === name);
      const gradient = grads[variables[at]!.name];
      near(gradient ? tf.norm(gradient).dataSync()[0]! : 0, expected, 1e-4, name);
    }
    model.dispose();
  },
);

const fixture = (name: string): URL => new URL(`../../../fixtures/dcgan/${name}`, import.meta.url);

// biome-ignore lint/suspicious/noExplicitAny: any JSON
async function readFixture(name: string): Promise<any> {
  return JSON.parse(await readFile(fixture(name), 'utf8'));
}

function compareWeights(state: TrainState, golden: Golden): void {
  let compared = 0;
  for (const [network, key] of [
    ['generator', 'generator'],
    ['discriminator', 'discriminator'],
    ['average', 'ema'],
  ] as const) {
    for (const { name, data } of state[key]?.weights ?? []) {
      const of = (value: (x: number) => number) => data.reduce((sum, x) => sum + value(x), 0);
      const ours = [of((x) => x), of((x) => x * x), ...data.subarray(0, 4)];
      const theirs = golden.weights[`${network}/${name}`]!;
      // Adam's first steps are nearly the sign of the gradient times the rate (0.01, 2e-4): a wrong sign shows at
      // once, while the float32 rounding of a gradient near 0 can move a single weight by a part of the rate.
      for (const [i, value] of ours.entries()) {
        expect(Math.abs(value - theirs[i]!) / Math.max(1, Math.abs(theirs[i]!)), `${name} ${i}`).toBeLessThan(
          2e-4,
        );
      }
      compared++;
    }
  }
  expect(compared).toBe(Object.keys(golden.weights).length);
}
