import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { adamUpdate, batchNorm, movingAverage } from '@cxr/backend';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS, read, useBackend } from './backends.js';

/** Our shaders beside the cpu backend, in sizes that small cases do not reach: several tiles, split sums, cut-off edges. */
const CASES: Record<string, () => tf.Tensor[]> = {};

const values = (shape: number[], seed: number): tf.Tensor =>
  tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) =>
      Math.sin(1.7 * i + seed + (i % 97) * 0.1),
    ),
    shape,
  );

/** The value of `f` and its gradients for these tensors, y being multiplied by a wave. */
function withGradients(f: (...xs: tf.Tensor[]) => tf.Tensor, ...xs: tf.Tensor[]): tf.Tensor[] {
  let y!: tf.Tensor;
  const { grads } = tf.valueAndGrads((...xs) => {
    y = tf.keep(f(...xs));
    return tf.sum(tf.mul(y, values(y.shape, 9)));
  })(xs);
  const value = tf.clone(y);
  y.dispose();
  return [value, ...grads];
}

type Pad = 'same' | 'valid' | tf.backend_util.ExplicitPadding;
const EXPLICIT: Pad = [
  [0, 0],
  [1, 2],
  [2, 0],
  [0, 0],
];
for (const [x, filter, strides, pad, dilations] of [
  [[4, 32, 32, 1], [4, 4, 1, 16], 2, 'same', 1],
  [[4, 16, 16, 70], [3, 4, 70, 66], [1, 2], 'same', 1],
  [[2, 9, 11, 17], [2, 2, 17, 5], 3, 'valid', 1],
  [[2, 40, 40, 2], [1, 1, 2, 3], 2, 'same', 1],
  [[2, 12, 13, 6], [3, 3, 6, 2], 1, EXPLICIT, 2],
  [[2, 12, 13, 3], [3, 2, 3, 6], 1, 'same', [1, 3]],
  [[3, 20, 20, 1], [5, 5, 1, 1], 1, 'valid', 1],
] as [number[], number[], number | [number, number], Pad, number | [number, number]][]) {
  CASES[`convolution of [${x}] with [${filter}], stride ${strides}, dilation ${dilations}`] = () =>
    withGradients(
      (x, filter) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, pad, 'NHWC', dilations),
      values(x, 1),
      values(filter, 2),
    );
}

for (const shape of [
  [2, 2],
  [3000, 3],
  [40, 130],
  [2, 33, 31, 64],
  [5, 1],
]) {
  const channels = shape.at(-1)!;
  CASES[`batch norm of [${shape}]`] = () =>
    withGradients(
      // A mean that is large beside the deviation, from channel to channel another.
      (x, gamma, beta) => batchNorm(tf.add(x, tf.range(0, channels)), gamma, beta, { epsilon: 1e-3 }),
      ...[values(shape, 1), values([channels], 2), values([channels], 3)],
    );
}

CASES.Adam = () => {
  const attrs = { rate: 0.1, beta1: 0.5, beta2: 0.999, epsilon: 1e-6 };
  return [[7], [70, 70], []].flatMap((shape) =>
    adamUpdate(values(shape, 1), values(shape, 2), tf.square(values(shape, 3)), values(shape, 4), attrs),
  );
};
CASES['moving average'] = () => [movingAverage(values([300], 1), values([300], 2), 0.9)];
for (const [shape, axes] of [
  [[70_001], undefined],
  [[3, 5, 7], undefined],
  [[20_000, 3], [0]],
  [
    [9, 11, 4, 130],
    [0, 1, 2],
  ],
  [
    [2, 40, 50],
    [0, 1],
  ],
  [[3, 300], [0]],
  [
    [3, 5, 7],
    [1, 2],
  ],
] as [number[], number[] | undefined][]) {
  CASES[`sum and mean of [${shape}] over ${axes ?? 'all axes'}`] = () => [
    tf.sum(tf.abs(values(shape, 1)), axes),
    tf.mean(tf.abs(values(shape, 1)), axes, true),
  ];
}
// The backend keeps the buffer of a tensor that it casts.
const casts = (shape: number[], seed: number): tf.Tensor =>
  tf.cast(tf.greater(values(shape, seed), 0), 'float32');
CASES['booleans as numbers'] = () => [
  tf.mean(casts([50], 1)),
  tf.mean(casts([7, 50], 1), 0),
  movingAverage(values([50], 1), casts([50], 2), 0.5),
  ...withGradients(
    (x, filter) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same'),
    casts([2, 5, 5, 3], 1),
    casts([3, 3, 3, 4], 2),
  ),
  ...withGradients(tf.maximum, casts([50], 1), values([50], 2)),
  ...withGradients(
    (x, g, b) => batchNorm(x, g, b, { epsilon: 1 }),
    casts([9, 3], 1),
    ...[values([3], 2), casts([3], 3)],
  ),
];
CASES['leaky relu'] = () => withGradients((x) => tf.leakyRelu(x, 0.2), values([1000], 1));
CASES.maximum = () => withGradients(tf.maximum, values([300], 1), values([300], 2));
CASES.minimum = () => withGradients(tf.minimum, values([300], 1), values([300], 2));

describe.runIf(BACKENDS.includes('webgpu'))('webgpu', () => {
  const expected = new Map<string, Float32Array[]>();
  beforeAll(async () => {
    await useBackend('cpu');
    for (const [name, run] of Object.entries(CASES)) expected.set(name, await read(run));
    await useBackend('webgpu');
  });

  it.each(Object.entries(CASES))('computes as cpu does: %s', async (name, run) => {
    const found = await read(run);
    for (const [i, values] of expected.get(name)!.entries()) {
      expect(found[i]!.length).toBe(values.length);
      const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
      const worst = values.reduce((most, value, j) => Math.max(most, Math.abs(found[i]![j]! - value)), 0);
      expect(worst / scale, `tensor ${i}`).toBeLessThan(2e-5);
    }
  });

  it('lists our shaders', async () => {
    const sources = new Map(
      (await useBackend('webgpu')).kernels().map(({ kernel, source }) => [kernel, source]),
    );
    for (const name of ['CxrAdam', 'CxrBatchNorm', 'Conv2DBackpropFilter', 'Conv2DBackpropInput']) {
      expect(sources.get(name)).toBe('@cxr/backend (WGSL)');
    }
  });

  it('frees all that it makes', async () => {
    const before = tf.memory().numDataBuffers;
    for (const run of Object.values(CASES)) await read(run);
    expect(tf.memory().numDataBuffers).toBe(before);
  });

  it('lets the process end', () => {
    const core = createRequire(import.meta.url).resolve('@tensorflow/tfjs-core');
    const script = `import { useBackend } from '@cxr/backend';
      import tf from ${JSON.stringify(core)};
      const { name } = await useBackend('webgpu');
      console.log(name, String(await tf.add(1, 2).data()));`;
    const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: fileURLToPath(new URL('../../dcgan', import.meta.url)),
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect([status, stdout.trim()]).toEqual([0, 'webgpu 3']);
  });
});
