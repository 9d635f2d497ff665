import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { useBackend } from '@cxr/backend';
import { readGenerator } from '@cxr/dcgan';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, it } from 'vitest';

const read = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../../fixtures/gpu/${name}`, import.meta.url)));
const images: Record<string, number[]> = JSON.parse(read('images.json').toString());
const latents = Float32Array.from({ length: 200 }, (_, i) => 1.5 * Math.sin(12.9898 * i));

beforeAll(() => useBackend('cpu'));

/** Every seventh value of the images, as in `images.json`. */
async function draw(generator: tfl.LayersModel): Promise<number[]> {
  const drawn = tf.tidy(() => generator.predict(tf.tensor2d(latents, [2, 100])) as tf.Tensor);
  const values = await drawn.data();
  drawn.dispose();
  return Array.from(values).filter((_, i) => i % 7 === 0);
}

it.each(Object.keys(images))(
  'draws from a generator of %s that PyTorch trained what PyTorch draws',
  async (name) => {
    const { generator, config, step } = readGenerator(read(`${name}.safetensors`));
    expect([config.preset, config.size, config.batchSize, step]).toEqual([name, 32, 4, 5]);
    const drawn = await draw(generator);
    generator.dispose();
    const expected = images[name]!;
    expect(drawn.length).toBe(expected.length);
    expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(0.01);
    // Sums of float32 in another order; images.json has six decimals.
    for (const [i, value] of expected.entries()) expect(Math.abs(drawn[i]! - value)).toBeLessThan(1e-5);
  },
);
