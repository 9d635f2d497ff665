import { readFileSync } from 'node:fs';
import { adamUpdate, batchNorm } from '@cxr/backend';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS, read, useBackend } from './backends.js';

type Shape4 = [number, number, number, number];

interface Convolution {
  x: Shape4;
  filter: Shape4;
  stride: number;
  dilation: number;
  pad: 'same' | 'valid' | [[number, number], [number, number]];
  yShape: Shape4;
  y: number[];
  dx: number[];
  dfilter: number[];
}

interface Goldens {
  convolutions: Convolution[];
  batchNorm: { x: Shape4; epsilon: number; y: number[]; dx: number[]; dgamma: number[]; dbeta: number[] };
  adam: { shape: number[]; rate: number; beta1: number; beta2: number; value: number[] };
}

const file = new URL('../../../fixtures/backend/gradients.json', import.meta.url);
const goldens = JSON.parse(readFileSync(file, 'utf8')) as Goldens;

/** The values that fixtures/backend/make_gradients.py uses: sin of the index times an irrational step. */
function wave(size: number, k: number): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => Math.sin((i + 1) * (0.7 + 0.0137 * k)));
}

function tensor(shape: readonly number[], k: number, add = 0): tf.Tensor {
  const values = wave(tf.util.sizeFromShape([...shape]), k);
  return tf.tensor(
    Float32Array.from(values, (value) => value + add),
    [...shape],
  );
}

/** Largest difference of the probes, relative to the size that a probe of such values has at random. */
function difference(values: Float32Array, probes: readonly number[]): number {
  const size = Math.hypot(...values) || 1;
  const found = probes.map((_, i) => {
    const weights = wave(values.length, 10 + i);
    return values.reduce((sum, value, j) => sum + value * weights[j]!, 0);
  });
  return Math.max(...found.map((probe, i) => Math.abs(probe - probes[i]!))) / size;
}

/** What the project promises; PyTorch's values are of float64, ours of float32. */
const TOLERANCE = 1e-4;

const title = ({ x, filter, stride, dilation, pad }: Convolution): string =>
  `x ${x}, filter ${filter}, stride ${stride}, dilation ${dilation}, ${typeof pad === 'string' ? pad : 'explicit'}`;

describe.each(['cpu', ...BACKENDS] as const)("%s beside PyTorch's values", (name) => {
  beforeAll(async () => {
    await useBackend(name);
  });

  it.each(goldens.convolutions.map((c) => [title(c), c] as const))('convolution: %s', async (_, c) => {
    const pad = typeof c.pad === 'string' ? c.pad : ([[0, 0], ...c.pad, [0, 0]] as const);
    const [y, dx, dfilter] = (await read(() => {
      const conv = (x: tf.Tensor, filter: tf.Tensor) =>
        tf.conv2d(
          x as tf.Tensor4D,
          filter as tf.Tensor4D,
          c.stride,
          pad as tf.backend_util.ExplicitPadding,
          'NHWC',
          c.dilation,
        );
      const inputs = [tensor(c.x, 1), tensor(c.filter, 2)] as [tf.Tensor, tf.Tensor];
      const y = conv(...inputs);
      expect(y.shape).toEqual(c.yShape);
      return [y, ...tf.grads(conv)(inputs, tensor(c.yShape, 3))];
    })) as [Float32Array, Float32Array, Float32Array];
    expect(difference(y, c.y)).toBeLessThan(TOLERANCE);
    expect(difference(dx, c.dx)).toBeLessThan(TOLERANCE);
    expect(difference(dfilter, c.dfilter)).toBeLessThan(TOLERANCE);
  });

  it('batch norm and its gradients', async () => {
    const { x, epsilon, ...probes } = goldens.batchNorm;
    const results = await read(() => {
      const norm = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) =>
        batchNorm(x, gamma, beta, { epsilon });
      const inputs = [tensor(x, 1, 3), tensor([6], 2), tensor([6], 3)] as [tf.Tensor, tf.Tensor, tf.Tensor];
      return [norm(...inputs), ...tf.grads(norm)(inputs, tensor(x, 4))];
    });
    const names = ['y', 'dx', 'dgamma', 'dbeta'] as const;
    names.forEach((part, i) => {
      expect(difference(results[i]!, probes[part])).toBeLessThan(TOLERANCE);
    });
  });

  it('three updates of Adam', async () => {
    const { shape, rate, beta1, beta2, value } = goldens.adam;
    const [found] = await read(() => {
      let state = [tensor(shape, 1), tf.zeros(shape), tf.zeros(shape)] as [tf.Tensor, tf.Tensor, tf.Tensor];
      for (let time = 1; time <= 3; time++) {
        const correction = Math.sqrt(1 - beta2 ** time);
        state = adamUpdate(...state, tensor(shape, 4 + time), {
          rate: (rate * correction) / (1 - beta1 ** time),
          beta1,
          beta2,
          epsilon: 1e-8 * correction,
        });
      }
      return [state[0]];
    });
    expect(difference(found!, value)).toBeLessThan(TOLERANCE);
  });
});
