import { useBackend } from '@cxr/backend';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { medianFilter } from '../src/networks/median-filter.js';

beforeAll(() => useBackend('cpu'));

const SHAPE: [number, number, number, number] = [2, 5, 6, 3];

function model(): tfl.LayersModel {
  const input = tfl.input({ shape: SHAPE.slice(1) });
  return tfl.model({ inputs: input, outputs: medianFilter(input, 'median') });
}

describe('medianFilter', () => {
  it('is the fifth of the nine values, the edge repeated', () => {
    const x = tf.randomNormal(SHAPE, 0, 1, 'float32', 3) as tf.Tensor4D;
    const values = x.arraySync();
    const clamp = (at: number, length: number) => Math.min(Math.max(at, 0), length - 1);
    const expected = values.map((image) =>
      image.map((row, i) =>
        row.map((pixel, j) =>
          pixel.map((_, channel) => {
            const nine = [-1, 0, 1].flatMap((di) =>
              [-1, 0, 1].map((dj) => image[clamp(i + di, 5)]![clamp(j + dj, 6)]![channel]!),
            );
            return nine.sort((a, b) => a - b)[4]!;
          }),
        ),
      ),
    );
    expect((model().predict(x) as tf.Tensor4D).arraySync()).toEqual(expected);
  });

  it('gives the gradient to the pixels that it takes', () => {
    const filter = model();
    const x = tf.randomNormal(SHAPE, 0, 1, 'float32', 4);
    const weights = tf.randomNormal(SHAPE, 0, 1, 'float32', 5);
    const median = filter.predict(x) as tf.Tensor;
    const gradient = tf.grad((of: tf.Tensor) => tf.sum(tf.mul(filter.apply(of) as tf.Tensor, weights)))(x);
    // Each value of the result is one of the input, and no two of the input are equal: the weights of its copies add up there.
    const sums = new Map<number, number>();
    const [values, medians, factors] = [x, median, weights].map((tensor) => tensor.dataSync());
    for (const [i, value] of medians!.entries()) sums.set(value, (sums.get(value) ?? 0) + factors![i]!);
    const expected = Array.from(values!, (value) => sums.get(value) ?? 0);
    for (const [i, value] of gradient.dataSync().entries()) expect(value).toBeCloseTo(expected[i]!, 5);
  });
});
