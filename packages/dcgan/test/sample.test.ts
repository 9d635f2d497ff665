import { useBackend } from '@cxr/backend';
import { toBatch } from '@cxr/data';
import {
  createGenerator,
  drawLatent,
  findNearest,
  interpolate,
  labelOf,
  render,
  sample,
  stretchContrast,
} from '@cxr/dcgan';
import { type Image, type ImageSet, image, image as wrap } from '@cxr/image';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { slerp } from '../src/sampling/interpolate.js';

beforeAll(() => useBackend('cpu'));

const tiny = { size: 32, width: 1, latentDim: 6, seed: 2 } as const;
const all = async (images: AsyncIterable<Image>): Promise<Uint8Array[]> => {
  const pixels: Uint8Array[] = [];
  for await (const { data } of images) pixels.push(data as Uint8Array);
  return pixels;
};

describe('sample', () => {
  it('gives the same images for a seed, whatever the batch size and the count', async () => {
    const generator = createGenerator(tiny);
    const seven = await all(sample(generator, { count: 7, seed: 3, batchSize: 3 }));
    expect(seven).toHaveLength(7);
    expect(seven[0]).toHaveLength(32 * 32);
    expect(await all(sample(generator, { count: 5, seed: 3, batchSize: 64 }))).toEqual(seven.slice(0, 5));
    expect(await all(sample(generator, { count: 7, seed: 4 }))).not.toEqual(seven);
  });

  it('begins with seed 0, draws none where none are asked for, and ends when aborted', async () => {
    const generator = createGenerator(tiny);
    expect(await all(sample(generator, { count: 2 }))).toEqual(
      await all(sample(generator, { count: 2, seed: 0 })),
    );
    expect(await all(sample(generator, { count: 0 }))).toEqual([]);
    const controller = new AbortController();
    const images = sample(generator, { count: 4, batchSize: 2, signal: controller.signal });
    for (const _ of [0, 1]) expect((await images.next()).done).toBe(false);
    controller.abort(new Error('enough'));
    await expect(images.next()).rejects.toThrow('enough');
  });

  it('rounds −1 … 1 to 0 … 255', async () => {
    const generator = createGenerator(tiny);
    const layer = generator.getLayer('image');
    const [kernel] = layer.getWeights() as tf.Tensor[];
    const shown = async (bias: number): Promise<number> => {
      layer.setWeights([tf.zerosLike(kernel!), tf.tensor1d([bias])]);
      return (await render(generator, new Float32Array(6)))[0]!.get(5, 5, 0);
    };
    expect(await shown(-99)).toBe(0);
    expect(await shown(99)).toBe(255);
    // tanh(0.5) = 0.46212: (1.46212) · 127.5 = 186.42
    expect(await shown(0.5)).toBe(186);
  });

  it('stretches the numbers themselves, not the grey levels that they are rounded to', async () => {
    const generator = createGenerator(tiny);
    const options = { count: 3, seed: 3 };
    const plain = await all(sample(generator, options));
    const stretched = await all(sample(generator, { ...options, stretch: true }));
    for (const [i, bytes] of stretched.entries()) {
      expect([Math.min(...bytes), Math.max(...bytes)]).toEqual([0, 255]);
      // A generator that is not trained has few grey levels, and all 256 between them.
      expect(new Set(bytes).size).toBeGreaterThan(new Set(plain[i]).size);
    }
    const layer = generator.getLayer('image');
    layer.setWeights((layer.getWeights() as tf.Tensor[]).map((weights) => tf.zerosLike(weights)));
    const [flat] = await all(sample(generator, { count: 1, stretch: true }));
    expect(flat!.every((value) => value === 128)).toBe(true);
  });

  it('truncates latents to a bound, and changes only those beyond it', () => {
    const plain = drawLatent(1, 0, 1000);
    const truncated = drawLatent(1, 0, 1000, 0.5);
    expect(Math.max(...plain)).toBeGreaterThan(2);
    expect(truncated.every((value) => Math.abs(value) <= 0.5)).toBe(true);
    expect(drawLatent(1, 0, 1000, 1e9)).toEqual(plain);
  });

  it('draws each class in turn, or the one asked for', async () => {
    const generator = createGenerator({ ...tiny, classes: 2 });
    const pixels = async (label?: number) => all(sample(generator, { count: 2, label }));
    const [first, second] = await pixels();
    expect((await pixels(0))[0]).toEqual(first);
    expect((await pixels(1))[1]).toEqual(second);
    expect((await pixels(1))[0]).not.toEqual(first);
    await expect(pixels(2)).rejects.toThrow('invalid label: 2');
  });

  it('names a value out of range', async () => {
    const generator = createGenerator(tiny);
    await expect(all(sample(generator, { count: -1 }))).rejects.toThrow('invalid count: -1');
    await expect(all(sample(generator, { count: 1, batchSize: 0 }))).rejects.toThrow('invalid batchSize: 0');
    await expect(all(sample(generator, { count: 1, truncation: 0 }))).rejects.toThrow(
      'invalid truncation: 0',
    );
  });

  it('leaves no tensor behind', async () => {
    const generator = createGenerator(tiny);
    const before = tf.memory().numTensors;
    await all(sample(generator, { count: 5, batchSize: 2 }));
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('interpolate', () => {
  it('goes from one sample to the other', async () => {
    const generator = createGenerator(tiny);
    const strip = await interpolate(generator, { from: { seed: 1 }, to: { seed: 1, index: 3 }, steps: 5 });
    const samples = await all(sample(generator, { count: 4, seed: 1 }));
    expect(strip.map(({ data }) => data)).toHaveLength(5);
    expect(strip[0]!.data).toEqual(samples[0]);
    expect(strip[4]!.data).toEqual(samples[3]);
    expect(strip[2]!.data).not.toEqual(samples[0]);
  });

  it('turns by even angles', () => {
    const [a, b] = [Float32Array.of(2, 0), Float32Array.of(0, 2)];
    const third = slerp(a, b, 1 / 3);
    expect(third[0]).toBeCloseTo(2 * Math.cos(Math.PI / 6), 6);
    expect(third[1]).toBeCloseTo(2 * Math.sin(Math.PI / 6), 6);
    expect(slerp(a, a, 0.5)).toEqual(a);
  });
});

describe('labels', () => {
  it('are found by name, by number and by number in words', () => {
    const names = ['NORMAL', 'PNEUMONIA', '0'];
    expect(['NORMAL', 'PNEUMONIA', '0', '1', 2].map((label) => labelOf(label, 3, names))).toEqual([
      0, 1, 2, 1, 2,
    ]);
    expect(labelOf('1', 2)).toBe(1);
    for (const label of ['normal', '3', -1, 0.5, '', ' ']) {
      expect(() => labelOf(label, 3, ['NORMAL', 'PNEUMONIA', 'TB'])).toThrow(
        `invalid label: ${label} (NORMAL, PNEUMONIA, TB, or 0 to 2)`,
      );
    }
    expect(() => labelOf(2, 2)).toThrow('invalid label: 2 (0 to 1)');
  });

  it('are refused where they would be ignored', async () => {
    const plain = createGenerator(tiny);
    const message = 'invalid label: 0 (the generator is unconditional)';
    await expect(all(sample(plain, { count: 1, label: 0 }))).rejects.toThrow(message);
    await expect(render(plain, new Float32Array(6), [0])).rejects.toThrow(message);
    const ends = { from: { seed: 1 }, to: { seed: 2 } };
    await expect(interpolate(plain, { ...ends, label: 0 })).rejects.toThrow(message);
  });

  it('must be as many as the latents, and whole numbers in range', async () => {
    const generator = createGenerator({ ...tiny, classes: 2 });
    const latents = new Float32Array(12);
    await expect(render(generator, latents)).rejects.toThrow('invalid labels: none for 2 latents');
    await expect(render(generator, latents, [1])).rejects.toThrow('invalid labels: 1 for 2 latents');
    await expect(render(generator, latents, [1, 0.5])).rejects.toThrow('invalid label: 0.5 (0 to 1)');
    await expect(render(generator, latents, [1, 2])).rejects.toThrow('invalid label: 2 (0 to 1)');
    await expect(render(generator, latents.subarray(1), [1, 1])).rejects.toThrow(
      'invalid latents length: 11',
    );
    expect(await render(generator, latents, [0, 1])).toHaveLength(2);
  });

  it('of an interpolation are the class asked for, or the first', async () => {
    const generator = createGenerator({ ...tiny, classes: 2 });
    const strip = async (label?: number) => {
      const images = await interpolate(generator, { from: { seed: 1 }, to: { seed: 2 }, steps: 2, label });
      return images.map(({ data }) => data);
    };
    expect(await strip()).toEqual(await strip(0));
    expect(await strip(1)).not.toEqual(await strip(0));
    expect((await strip(1))[0]).toEqual((await all(sample(generator, { count: 1, seed: 1, label: 1 })))[0]);
  });
});

describe('findNearest', () => {
  const flat = (value: number, size = 4) => image(new Uint8Array(size * size).fill(value), size, size, 1);

  it("finds each image's nearest real, at its size", async () => {
    const reals = [flat(0, 8), flat(100, 3), flat(200, 4)].map((one, i) => ({
      name: `real ${i}`,
      image: one,
    }));
    const found = await findNearest([flat(90), flat(201)], reals);
    expect(found).toMatchObject([
      { index: 1, name: 'real 1', distance: 10 },
      { index: 2, name: 'real 2', distance: 1 },
    ]);
    expect(found[0]!.image.shape).toEqual([4, 4, 1]);
  });

  it('needs reals, and images of one shape', async () => {
    await expect(findNearest([], [flat(1)])).rejects.toThrow('no fakes');
    await expect(findNearest([flat(1)], [])).rejects.toThrow('no reals');
    await expect(findNearest([flat(1), flat(1, 5)], [flat(1)])).rejects.toThrow('differ in shape');
  });

  it('reads fakes of every form of a set: floats, 16 bits, views, batches', async () => {
    const bytes = Uint8Array.from({ length: 64 }, (_, i) => 3 * i);
    const of = (image: Image) => image.transpose(1, 0, 2);
    const plain = wrap(bytes, 8, 8, 1);
    const forms: ImageSet[] = [
      [plain],
      [
        wrap(
          Float32Array.from(bytes, (byte) => byte / 255),
          8,
          8,
          1,
        ),
      ],
      [
        wrap(
          Uint16Array.from(bytes, (byte) => 257 * byte),
          8,
          8,
          1,
        ),
      ],
      { data: Float32Array.from(bytes, (byte) => byte / 127.5 - 1), shape: [1, 8, 8, 1], range: [-1, 1] },
      toBatch([plain]),
    ];
    for (const form of forms) expect((await findNearest(form, [plain]))[0]!.distance).toBe(0);
    expect((await findNearest([of(plain)], [of(plain)]))[0]!.distance).toBe(0);
    expect((await findNearest([of(plain)], [plain]))[0]!.distance).toBeGreaterThan(50);
    const broken = wrap(
      Float32Array.from(bytes, () => Number.NaN),
      8,
      8,
      1,
    );
    await expect(findNearest([broken], [plain])).rejects.toThrow('NaN');
    await expect(findNearest([wrap(new Uint8Array(32), 4, 8, 1)], [plain])).rejects.toThrow('not square');
  });
});

describe('stretchContrast', () => {
  it('makes 0 and 255 of the lowest and highest sample over all channels, as imageio does to floats', () => {
    const bytes = (source: Image) => [...stretchContrast(source).data];
    expect(bytes(image(Uint8Array.of(50, 100, 100, 150, 75, 60), 1, 2, 3))).toEqual([
      0, 128, 128, 255, 64, 26,
    ]);
    expect(bytes(image(Float32Array.of(0.5, 0.501, 0.5002), 1, 3, 1))).toEqual([0, 255, 51]);
    expect(bytes(image(Uint16Array.of(1000, 1255, 1001), 1, 3, 1))).toEqual([0, 255, 1]);
    expect(bytes(image(Uint8Array.of(9, 9), 1, 2, 1))).toEqual([9, 9]);
  });

  it('refuses what is no image, and floats outside 0..1', () => {
    expect(() => stretchContrast('x' as never)).toThrow(TypeError);
    expect(() => stretchContrast(undefined as never)).toThrow(TypeError);
    expect(() => stretchContrast(image(Float32Array.of(2, 0), 1, 2, 1))).toThrow(RangeError);
    expect(() => stretchContrast(image(Float32Array.of(Number.NaN, 0), 1, 2, 1))).toThrow(RangeError);
  });
});
