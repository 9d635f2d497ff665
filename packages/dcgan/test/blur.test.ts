import { useBackend } from '@cxr/backend';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { BLUR_FILTERS, type BlurFilter, blur } from '../src/layers/blur.js';
import { HighPass } from '../src/layers/high-pass.js';
import { MinibatchStd } from '../src/layers/minibatch-std.js';

const FILTERS = Object.keys(BLUR_FILTERS) as BlurFilter[];
const random = (shape: number[], seed: number): tf.Tensor4D =>
  tf.randomNormal(shape as [number, number, number, number], 0, 1, 'float32', seed) as tf.Tensor4D;

/** The sum over taps, pixel by pixel. */
function naive(x: number[][][][], taps: readonly number[], padding: number): number[][][][] {
  const side = (length: number) => length + 2 * padding - taps.length + 1;
  return x.map((image) =>
    Array.from({ length: side(image.length) }, (_, row) =>
      Array.from({ length: side(image[0]!.length) }, (_, column) =>
        image[0]![0]!.map((_, channel) => {
          let sum = 0;
          for (const [i, a] of taps.entries()) {
            for (const [j, b] of taps.entries()) {
              sum += a * b * (image[row + i - padding]?.[column + j - padding]?.[channel] ?? 0);
            }
          }
          return sum;
        }),
      ),
    ),
  );
}

describe.each(['cpu', 'wasm', 'onnxruntime'] as const)('blur: %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(FILTERS.flatMap((filter) => [0, 1, 2].map((padding) => [filter, padding] as const)))(
    'is the sum over its taps, and so is its gradient turned around: %s, padding %i',
    (filter, padding) => {
      const taps = BLUR_FILTERS[filter];
      const x = random([2, 7, 6, 3], 1);
      const y = blur(x, taps, padding);
      const expected = naive(x.arraySync(), taps, padding).flat(3);
      const ours = [...y.dataSync()];
      expect(ours.length).toBe(expected.length);
      for (const [i, value] of ours.entries()) expect(value).toBeCloseTo(expected[i]!, 5);
      // ⟨dy, blur(v)⟩ = ⟨gradient, v⟩ for any v.
      const [dy, v] = [random(y.shape, 2), random(x.shape, 3)];
      const gradient = tf.grad((input) => tf.sum(tf.mul(blur(input as tf.Tensor4D, taps, padding), dy)))(x);
      const left = tf.sum(tf.mul(dy, blur(v, taps, padding))).dataSync()[0]!;
      expect(tf.sum(tf.mul(gradient, v)).dataSync()[0]!).toBeCloseTo(left, 3);
    },
  );

  it('can be differentiated twice', () => {
    const x = random([1, 6, 6, 2], 4);
    // f = Σ blur(x)³ / 6, so that the gradient of ½‖∇f‖² along v is ∇f · H v.
    const f = (input: tf.Tensor) =>
      tf.div(tf.sum(tf.pow(blur(input as tf.Tensor4D, [0.25, 0.5, 0.25], 1), 3)), 6);
    const half = (input: tf.Tensor) => tf.div(tf.sum(tf.square(tf.grad(f)(input))), 2);
    const v = random(x.shape, 5);
    const along = tf.sum(tf.mul(tf.grad(half)(x), v)).dataSync()[0]!;
    const at = (t: number) => half(tf.add(x, tf.mul(v, t))).dataSync()[0]!;
    // float32 rounding of about 1e-7 over a step of 2e-2.
    expect((at(0.01) - at(-0.01)) / 0.02).toBeCloseTo(along, 2);
  });
});

describe('the filters', () => {
  it.each(FILTERS)('keep a constant, and take away the lattice of stride 2: %s', (filter) => {
    const taps = BLUR_FILTERS[filter];
    const response = (frequency: number) =>
      Math.hypot(
        ...[Math.cos, Math.sin].map((wave) =>
          taps.reduce((sum, tap, i) => sum + tap * wave(frequency * i), 0),
        ),
      );
    expect(response(0)).toBeCloseTo(1, 10);
    expect(response(Math.PI)).toBeCloseTo(0, 10);
    const half = { '1-2-1': 0.5, '1-3-3-1': Math.SQRT1_2 ** 3, notch: 0.75 }[filter];
    expect(response(Math.PI / 2)).toBeCloseTo(half, 10);
  });
});

describe('HighPass', () => {
  beforeAll(() => useBackend('cpu'));
  const layer = new HighPass({ name: 'band' });

  it('adds nothing for a constant image, borders included, and 8 times what a blur takes from a pixel', () => {
    const flat = (layer.apply(tf.fill([1, 5, 5, 1], -0.7)) as tf.Tensor4D).arraySync()[0]!;
    for (const [image, band] of flat.flat()) {
      expect(image).toBeCloseTo(-0.7, 6);
      expect(band).toBeCloseTo(0, 5);
    }
    const dot = tf.reshape(tf.cast(tf.oneHot(tf.tensor1d([12], 'int32'), 25), 'float32'), [1, 5, 5, 1]);
    const bands = (layer.apply(dot) as tf.Tensor4D).arraySync()[0]!;
    expect(bands[2]![2]![1]).toBeCloseTo(8 * (1 - 4 / 16), 5);
    expect(bands[1]![1]![1]).toBeCloseTo(-8 / 16, 5);
    expect(bands[0]![2]![1]).toBeCloseTo(0, 5);
  });
});

describe('MinibatchStd', () => {
  beforeAll(() => useBackend('cpu'));
  const channel = (group: number, x: tf.Tensor4D): number[] => {
    const y = new MinibatchStd({ group, name: 'std' }).apply(x) as tf.Tensor4D;
    const [n, h, w, c] = x.shape;
    expect(y.shape).toEqual([n, h, w, c + 1]);
    expect(tf.slice(y, [0, 0, 0, 0], x.shape).dataSync()).toEqual(x.dataSync());
    const values = tf.slice(y, [0, 0, 0, c], [n, h, w, 1]).arraySync() as number[][][][];
    // One number for all positions of an image.
    for (const image of values) expect(new Set(image.flat(2)).size).toBe(1);
    return values.map((image) => image[0]![0]![0]!);
  };

  it('is the deviation within each group, averaged over positions and channels', () => {
    // Images 0 and 2 are a group, and 1 and 3: values differ by 2 and by 6, so the deviations are 1 and 3.
    const x = tf.tensor4d([0, 10, 10, 20, 2, 12, 16, 26], [4, 1, 2, 1]);
    const [a, b, c, d] = channel(2, x);
    expect([a, c]).toEqual([expect.closeTo(1, 4), expect.closeTo(1, 4)]);
    expect([b, d]).toEqual([expect.closeTo(3, 4), expect.closeTo(3, 4)]);
    // One group: of 0, 10, 2, 16 and of 10, 20, 12, 26 (numpy: std([0, 10, 2, 16]) = 6.403…).
    for (const value of channel(4, x)) expect(value).toBeCloseTo(6.4031242, 4);
    for (const value of channel(8, x)) expect(value).toBeCloseTo(6.4031242, 4);
  });

  it('refuses a batch that is no whole number of groups', () => {
    expect(() => channel(3, tf.zeros([4, 1, 1, 1]))).toThrow('invalid batch: 4 images (groups of 3');
  });
});
