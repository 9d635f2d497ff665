import { useBackend } from '@cxr/backend';
import { takeBatch } from '@cxr/data';
import { collectTrainingSet, resolveConfig, Trainer } from '@cxr/dcgan';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { spectrumLoss } from '../src/training/spectrum-loss.js';
import { images } from './train-support.js';

beforeAll(() => useBackend('cpu'));

const noise = (shape: [number, number, number, number], seed: number, scale = 0.3): tf.Tensor4D =>
  tf.mul(tf.randomNormal(shape, 0, 1, 'float32', seed), scale);

const value = (fakes: tf.Tensor4D, reals: tf.Tensor4D): number => spectrumLoss(fakes, reals).dataSync()[0]!;

/** The definition, in doubles: each window times Hann's, each pair of frequencies by itself. */
function expected(fakes: tf.Tensor4D, reals: tf.Tensor4D): number {
  const [a, b] = [meanLogs(fakes), meanLogs(reals)];
  return a.reduce((sum, log, i) => sum + (log - b[i]!) ** 2, 0) / a.length;
}

function meanLogs(images: tf.Tensor4D): number[] {
  const [n, size, , channels] = images.shape;
  const pixels = images.dataSync();
  const hann = Array.from({ length: 32 }, (_, t) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (t + 0.5)) / 32));
  const norm = hann.reduce((sum, weight) => sum + weight ** 2, 0) ** 2;
  const logs: number[] = [];
  for (let top = 0; top + 32 <= size; top += 16) {
    for (let left = 0; left + 32 <= size; left += 16) {
      for (let v = 0; v <= 16; v++) {
        for (let u = 0; u <= 16; u++) {
          let sum = 0;
          for (let image = 0; image < n * channels; image++) {
            const at = (y: number, x: number) =>
              pixels[
                ((Math.floor(image / channels) * size + top + y) * size + left + x) * channels +
                  (image % channels)
              ]!;
            // |F(v, u)|² and |F(v, −u)|², half of each: together they are the four products of cosines and sines.
            let power = 0;
            for (const sign of [1, -1]) {
              let [re, im] = [0, 0];
              for (let y = 0; y < 32; y++) {
                for (let x = 0; x < 32; x++) {
                  const angle = (2 * Math.PI * (v * y + sign * u * x)) / 32;
                  const weighted = at(y, x) * hann[y]! * hann[x]!;
                  re += weighted * Math.cos(angle);
                  im += weighted * Math.sin(angle);
                }
              }
              power += (re ** 2 + im ** 2) / 2 / norm;
            }
            sum += Math.log(power + (2 / 255) ** 2 / 12);
          }
          logs.push(sum / (n * channels));
        }
      }
    }
  }
  return logs;
}

describe('the loss of spectra', () => {
  it.each([
    ['one window', [2, 32, 32, 1]],
    ['nine windows', [1, 64, 64, 1]],
    ['three channels', [1, 32, 32, 3]],
  ] as [string, [number, number, number, number]][])('is as defined: %s', (_, shape) => {
    const [fakes, reals] = [noise(shape, 1), noise(shape, 2, 0.1)];
    const loss = expected(fakes, reals);
    expect(loss).toBeGreaterThan(1);
    // Logarithms of sums of 1024 float32 products, some of which nearly cancel.
    expect(Math.abs(value(fakes, reals) / loss - 1)).toBeLessThan(1e-4);
  });

  it('is 0 for the same images, in any order', () => {
    const images = noise([4, 64, 64, 1], 3);
    expect(value(images, images)).toBe(0);
    expect(value(tf.reverse(images, 0), images)).toBeLessThan(1e-9);
  });

  it('sees a checkerboard of two grey levels', () => {
    const smooth = tf.tensor4d(
      Float32Array.from(
        { length: 8 * 64 * 64 },
        (_, i) => 0.5 * Math.sin((i % 64) / 9 + Math.floor(i / 4096)),
      ),
      [8, 64, 64, 1],
    );
    const images = tf.add(smooth, noise([8, 64, 64, 1], 4, 1 / 255)) as tf.Tensor4D;
    const board = tf.tensor4d(
      Float32Array.from({ length: 64 * 64 }, (_, i) => ((i + Math.floor(i / 64)) % 2 === 0 ? 2 : -2) / 127.5),
      [1, 64, 64, 1],
    );
    const other = tf.add(smooth, noise([8, 64, 64, 1], 5, 1 / 255)) as tf.Tensor4D;
    const without = value(other, images);
    const withBoard = value(tf.add(other, board) as tf.Tensor4D, images);
    expect(withBoard).toBeGreaterThan(3 * without);
  });

  it('has the gradient of finite differences', () => {
    const [fakes, reals, direction] = [
      noise([2, 32, 32, 1], 6),
      noise([2, 32, 32, 1], 7, 0.1),
      noise([2, 32, 32, 1], 8, 1),
    ];
    const along = tf
      .sum(tf.mul(tf.grad((x) => spectrumLoss(x as tf.Tensor4D, reals))(fakes), direction))
      .dataSync()[0]!;
    const at = (t: number) => value(tf.add(fakes, tf.mul(direction, t)) as tf.Tensor4D, reals);
    const difference = (at(1e-3) - at(-1e-3)) / 2e-3;
    // Steps of 1e-3 in float32: 1e-7 of about 5, over 2e-3, of a slope near 10.
    expect(Math.abs(difference / along - 1)).toBeLessThan(5e-3);
  });

  it('brings a generator’s spectrum nearer to the reals’ in a few steps', async () => {
    const config = resolveConfig({ size: 32, width: 2, latentDim: 4, batchSize: 8, seed: 5 });
    const set = await collectTrainingSet(images, config);
    const { data, shape } = takeBatch(set.images, [...images.keys()]);
    const reals = tf.tensor4d(data, shape);
    const latents = tf.randomNormal([8, 4], 0, 1, 'float32', 1);
    const distanceAfter = async (spectrum: number): Promise<number> => {
      const trainer = new Trainer({ ...config, spectrum });
      for (let step = 0; step < 12; step++) await trainer.trainStep(set);
      const fakes = trainer.generator.apply(latents, { training: true }) as tf.Tensor4D;
      trainer.dispose();
      return value(fakes, reals);
    };
    expect(await distanceAfter(5)).toBeLessThan(0.8 * (await distanceAfter(0)));
  });
});
