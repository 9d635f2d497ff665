import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { useBackend } from './backends.js';

type Images = tf.Tensor4D;

const random = (shape: Images['shape'], seed: number): Images =>
  tf.randomNormal(shape, 0, 1, 'float32', seed);

/** The largest difference of two tensors. */
const difference = (a: tf.Tensor, b: tf.Tensor): number => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!;

describe.each(['wasm', 'onnxruntime'] as const)('transformed filters on %s', (backend) => {
  it('are computed again after an update', async () => {
    await useBackend(backend);
    const differences = tf.tidy(() => {
      const x = random([4, 16, 16, 16], 1);
      const [first, second] = [random([4, 4, 16, 16], 2), random([4, 4, 16, 16], 3)];
      const filter = tf.variable(first, true);
      const run = (f: tf.Tensor) => tf.conv2d(x, f as Images, 2, 'same');
      const before = run(filter);
      filter.assign(second);
      const after = run(filter);
      filter.assign(first);
      const again = run(filter);
      filter.dispose();
      return [difference(after, run(second)), difference(before, again), difference(before, after)];
    });
    expect(differences.slice(0, 2)).toEqual([0, 0]);
    expect(differences[2]).toBeGreaterThan(1);
  });

  it('are those of the shape, the stride and the size of the image', async () => {
    await useBackend(backend);
    const differences = tf.tidy(() => {
      const filter = random([4, 4, 16, 32], 2);
      const other = tf.reshape(filter, [4, 4, 32, 16]) as Images;
      const cases = [
        [random([4, 16, 16, 16], 1), filter],
        [random([4, 32, 32, 16], 1), filter],
        [random([4, 16, 16, 32], 1), other],
        [random([4, 16, 16, 16], 1), filter],
      ] as const;
      const results = cases.map(([x, f]) => tf.conv2d(x, f, 2, 'same'));
      return results.map((y, i) =>
        difference(y, tf.conv2d(cases[i]![0], tf.mul(cases[i]![1], 1), 2, 'same')),
      );
    });
    expect(differences).toEqual([0, 0, 0, 0]);
  });

  it('take no more memory for filters that have gone', async () => {
    await useBackend(backend);
    const heap = () => (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length;
    const run = () =>
      tf.tidy(() => {
        tf.conv2d(random([8, 8, 8, 128], 1), random([4, 4, 128, 256], 2), 2, 'same');
      });
    for (let i = 0; i < 3; i++) run();
    const before = heap();
    for (let i = 0; i < 12; i++) run();
    expect(heap()).toBe(before);
  });

  it('do without room where there are many', async () => {
    await useBackend(backend);
    const differences = tf.tidy(() => {
      const x = random([8, 8, 8, 256], 1);
      const filters = [1, 2, 3, 4, 5].map((seed) => random([4, 4, 256, 512], seed));
      const run = (f: Images) => tf.conv2d(x, f, 2, 'same');
      const first = filters.map(run);
      return filters.map((f, i) => difference(first[i]!, run(f)));
    });
    expect(differences).toEqual([0, 0, 0, 0, 0]);
  });
});
