import { adamUpdate, type BackendName, batchNorm } from '@cxr/backend';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS, useBackend } from './backends.js';

const STEPS = 50;

function values(shape: number[], seed: number, scale: number): tf.Tensor {
  let state = seed * 2654435761 + 1;
  const data = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 31 - 1) * scale;
  });
  return tf.tensor(data, shape);
}

interface Run {
  losses: number[];
  /** Tensors alive and bytes held after each step. */
  tensors: number[];
}

/** A discriminator with all the layers of a DCGAN, trained to tell two fixed batches apart. */
async function train(backend: BackendName): Promise<Run> {
  await useBackend(backend);
  const shapes = [[4, 4, 1, 8], [4, 4, 8, 16], [16], [16], [4, 4, 8, 16], [128, 1], [1]];
  const weights = tf.tidy(() =>
    shapes.map((shape, i) => tf.variable(shape[0] === 16 ? tf.ones(shape) : values(shape, i + 1, 0.2))),
  );
  const moments = tf.tidy(() =>
    weights.map((weight) => [tf.variable(tf.zerosLike(weight)), tf.variable(tf.zerosLike(weight))] as const),
  );
  const inputs = tf.tidy(() => [values([4, 16, 16, 1], 20, 1), values([4, 16, 16, 1], 21, 0.7)]);
  const logits = (x: tf.Tensor): tf.Tensor => {
    const [first, second, gamma, beta, up, dense, bias] = weights as tf.Tensor[];
    let y: tf.Tensor = tf.leakyRelu(tf.conv2d(x as tf.Tensor4D, first as tf.Tensor4D, 2, 'same'), 0.2);
    y = tf.conv2d(y as tf.Tensor4D, second as tf.Tensor4D, 2, 'same');
    y = tf.leakyRelu(batchNorm(y, gamma!, beta!, { epsilon: 1e-5 }), 0.2);
    const size: [number, number, number, number] = [4, 8, 8, 8];
    y = tf.relu(tf.conv2dTranspose(y as tf.Tensor4D, up as tf.Tensor4D, size, 2, 'same'));
    y = tf.reshape(tf.avgPool(y as tf.Tensor4D, 2, 2, 'same'), [4, -1]);
    return tf.add(tf.matMul(y, dense!), bias!);
  };
  const loss = (): tf.Scalar =>
    tf.mean(tf.concat([tf.softplus(tf.neg(logits(inputs[0]!))), tf.softplus(logits(inputs[1]!))]));
  const run: Run = { losses: [], tensors: [] };
  for (let time = 1; time <= STEPS; time++) {
    const { value, grads } = tf.variableGrads(loss);
    tf.tidy(() => {
      const correction = Math.sqrt(1 - 0.999 ** time);
      const rate = (1e-3 * correction) / (1 - 0.5 ** time);
      const attrs = { rate, beta1: 0.5, beta2: 0.999, epsilon: 1e-8 * correction };
      for (const [i, weight] of weights.entries()) {
        const [first, second] = moments[i]!;
        const updated = adamUpdate(weight, first, second, grads[weight.name]!, attrs);
        [weight, first, second].forEach((variable, j) => {
          variable.assign(updated[j]!);
        });
      }
    });
    run.losses.push((await value.data())[0]!);
    tf.dispose([value, grads]);
    run.tensors.push(tf.memory().numTensors);
  }
  tf.dispose([weights, moments.flat(), inputs]);
  return run;
}

let reference: Run;

// Plain JavaScript is slow, and the more so where other tests run beside this.
beforeAll(async () => {
  reference = await train('cpu');
}, 240_000);

describe.each(BACKENDS)('training on %s', (backend) => {
  let run: Run;

  // A software graphics processor compiles and runs its shaders slowly.
  beforeAll(async () => {
    run = await train(backend);
  }, 240_000);

  it('gives the loss curve of the cpu backend', () => {
    expect(reference.losses.at(-1)).toBeLessThan(reference.losses[0]! / 2);
    run.losses.forEach((loss, step) => {
      // Float32 sums in another order differ by 1e-7; each of 50 steps of Adam may enlarge that a little.
      expect(Math.abs(loss / reference.losses[step]! - 1)).toBeLessThan(1e-3);
    });
  });

  it('leaves no tensor behind', () => {
    expect(run.tensors.at(-1)).toBe(run.tensors[4]);
  });

  it('is the same again, bit for bit, on the same backend', async () => {
    expect((await train(backend)).losses).toEqual(run.losses);
  }, 240_000);
});
