import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { useBackend } from '@cxr/backend';
import { phantom } from '@cxr/data';
import { readImage } from '@cxr/data/node';
import {
  activations,
  computeFid,
  createTfjsEngine,
  DIMS,
  type Dims,
  type InceptionEngine,
  type InceptionWeights,
  prepareImage,
  randomWeights,
  statistics,
} from '@cxr/fid';
import { createEngine, createOnnxruntimeEngine, loadWeights } from '@cxr/fid/node';
import { createRng } from '@cxr/image';
import * as tf from '@tensorflow/tfjs-core';
import ndarray from 'ndarray';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fixtures, readFloats, shared, weightsFile } from './shared.js';

/** ‖a − b‖ / ‖b‖ of each image's activations, the largest. */
function worst(got: ArrayLike<number>, want: ArrayLike<number>, dims: number): number {
  let largest = 0;
  for (let start = 0; start < want.length; start += dims) {
    let difference = 0;
    let norm = 0;
    for (let i = start; i < start + dims; i++) {
      difference += (got[i]! - want[i]!) ** 2;
      norm += want[i]! ** 2;
    }
    largest = Math.max(largest, Math.sqrt(difference / norm));
  }
  return largest;
}

function noise(n: number, seed: number) {
  const rng = createRng(seed);
  const pixels = Uint8Array.from({ length: n * 299 * 299 * 3 }, () => rng.integer(256));
  return ndarray(pixels, [n, 299, 299, 3]);
}

describe('engines with random weights', () => {
  const weights = randomWeights(1);

  beforeAll(async () => {
    await useBackend('wasm');
  });

  it.each(DIMS)('agree with each other at %i dims', async (dims) => {
    const batch = noise(1, dims);
    const onnxruntime = await createOnnxruntimeEngine(weights, { dims });
    const tfjs = createTfjsEngine(weights, { dims });
    const [a, b] = [await onnxruntime.activations(batch), await tfjs.activations(batch)];
    expect(a.shape).toEqual([1, dims]);
    // Float32 sums in another order, through up to 94 layers.
    expect(worst(b.data, a.data, dims)).toBeLessThan(1e-4);
    for (const engine of [onnxruntime, tfjs]) engine.dispose();
  });

  it('give bytes and the same values as floats the same activations, whatever the strides', async () => {
    const engine = await createOnnxruntimeEngine(weights, { dims: 64 });
    const bytes = noise(2, 5);
    const floats = ndarray(Float32Array.from(bytes.data), bytes.shape);
    const planes = new Uint8Array(bytes.size);
    const view = ndarray(planes, [2, 3, 299, 299]).transpose(0, 2, 3, 1);
    for (let i = 0; i < bytes.size; i++) {
      const [n, y, x, c] = [
        Math.floor(i / 268203),
        Math.floor(i / 897) % 299,
        Math.floor(i / 3) % 299,
        i % 3,
      ];
      view.set(n, y, x, c, bytes.data[i]!);
    }
    const want = await engine.activations(bytes);
    expect((await engine.activations(floats)).data).toEqual(want.data);
    expect((await engine.activations(view)).data).toEqual(want.data);
    engine.dispose();
  });

  it('leave no tensors behind on TensorFlow.js', async () => {
    const before = tf.memory().numTensors;
    const engine = createTfjsEngine(weights, { dims: 64, chunk: 1 });
    const made = tf.memory().numTensors;
    await engine.activations(noise(2, 1));
    expect(tf.memory().numTensors).toBe(made);
    engine.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('free the models of bytes and of floats on onnxruntime, each once', async () => {
    const ort = await import('onnxruntime-node');
    const create = vi.spyOn(ort.InferenceSession, 'create');
    const engine = await createOnnxruntimeEngine(weights, { dims: 64 });
    const bytes = noise(1, 3);
    for (const batch of [bytes, ndarray(Float32Array.from(bytes.data), bytes.shape), bytes]) {
      await engine.activations(batch);
    }
    const sessions = await Promise.all(create.mock.results.map(({ value }) => value));
    create.mockRestore();
    expect(sessions).toHaveLength(2);
    const released = sessions.map((session) => vi.spyOn(session, 'release'));
    engine.dispose();
    engine.dispose();
    await vi.waitFor(() => expect(released.map(({ mock }) => mock.calls.length)).toEqual([1, 1]));
  });

  it('stop within a batch when told to', async () => {
    const engines = [
      createTfjsEngine(weights, { dims: 64, chunk: 1 }),
      await createOnnxruntimeEngine(weights, { dims: 64, chunk: 1 }),
    ];
    const batch = noise(6, 1);
    for (const engine of engines) {
      const abort = new AbortController();
      const work = engine.activations(batch, { signal: abort.signal });
      // An event, as Ctrl-C is: it is only seen where the engine lets go of the thread between images.
      setTimeout(() => abort.abort(new Error('enough')));
      await expect(work).rejects.toThrow('enough');
      engine.dispose();
    }
  });

  it('compute nothing once they are disposed, not even what they have begun', async () => {
    const engines = [
      createTfjsEngine(weights, { dims: 64, chunk: 1 }),
      await createOnnxruntimeEngine(weights, { dims: 64, chunk: 1 }),
    ];
    for (const engine of engines) {
      const begun = engine.activations(noise(3, 1));
      engine.dispose();
      const disposed = 'the engine is disposed: it computes nothing more';
      await expect(begun).rejects.toThrow(disposed);
      await expect(engine.activations(noise(1, 1))).rejects.toThrow(disposed);
    }
  });

  it('refuse other shapes and dims', async () => {
    const engine = createTfjsEngine(weights, { dims: 64 });
    const small = ndarray(new Uint8Array(12), [1, 2, 2, 3]);
    await expect(engine.activations(small)).rejects.toThrow(/\[1,2,2,3\]/);
    engine.dispose();
    expect(() => createTfjsEngine(weights, { dims: 100 as Dims })).toThrow(/64, 192, 768, 2048: 100/);
    await expect(createOnnxruntimeEngine(weights, { dims: 100 as Dims })).rejects.toThrow(RangeError);
  });
});

describe('sets of images', () => {
  let engine: InceptionEngine;
  const images = (count: number, sick: boolean) =>
    Array.from({ length: count }, (_, seed) => phantom({ seed, size: 32, sick }));

  beforeAll(async () => {
    engine = await createEngine(randomWeights(2), { dims: 64 });
  });
  afterAll(() => engine.dispose());

  it('take onnxruntime if it loads', () => {
    expect(engine.name).toBe('onnxruntime');
    expect(engine.device).toMatch(/^onnxruntime/);
  });

  it('have the same activations whatever the batch', async () => {
    const want = await activations(images(7, false), engine);
    for (const batchSize of [1, 3]) {
      const got = await activations(images(7, false), engine, { batchSize });
      // The contract's bound; onnxruntime sums in another order for another batch.
      expect(worst(got.data, want.data, 64)).toBeLessThan(1e-6);
    }
  });

  it('have a FID, of themselves nothing, and statistics in the place of images', async () => {
    const healthy = images(6, false);
    const { fid, n1, n2, statistics: both } = await computeFid(healthy, images(5, true), { engine });
    expect([n1, n2]).toEqual([6, 5]);
    expect(fid).toBeGreaterThan(0);
    expect((await computeFid(both[0], both[1], { engine })).fid).toBe(fid);
    expect((await computeFid(healthy, healthy, { engine })).fid).toBeLessThan(1e-6);
  });

  it('report progress and stop when told to', async () => {
    const seen: number[] = [];
    const abort = new AbortController();
    const work = statistics(images(8, false), engine, {
      batchSize: 2,
      total: 8,
      signal: abort.signal,
      onProgress: ({ done, secondsLeft }) => {
        seen.push(done);
        expect(secondsLeft).toBeGreaterThan(0);
        if (done === 4) abort.abort(new Error('enough'));
      },
    });
    await expect(work).rejects.toThrow('enough');
    expect(seen).toEqual([2, 4]);
  });

  it('refuse fewer than two images, and name an image whose activations are not finite', async () => {
    await expect(computeFid(images(1, false), images(3, false), { engine })).rejects.toThrow(
      /two images a set: 1/,
    );
    const broken: InceptionEngine = {
      ...engine,
      activations: async ({ shape }) =>
        ndarray(new Float32Array(shape[0]! * 64).fill(Number.NaN), [shape[0]!, 64]),
    };
    const named = images(2, false).map((image, i) => ({ name: `chest-${i}.png`, image }));
    await expect(statistics(named, broken)).rejects.toThrow(/chest-0\.png are not finite/);
  });
});

describe.skipIf(!shared)('engines with the real weights', () => {
  let weights: InceptionWeights;
  const folders = [
    'chest_xray_224/test/NORMAL',
    'chest_xray_224/test/PNEUMONIA',
    'chest_xray_original/NORMAL',
    'chest_xray_original/PNEUMONIA',
  ];
  const files = {
    pil299: [
      'IM-0001-0001.jpeg',
      'IM-0003-0001.jpeg',
      'IM-0005-0001.jpeg',
      'IM-0006-0001.jpeg',
      'person100_bacteria_475.jpeg',
      'person100_bacteria_477.jpeg',
      'person100_bacteria_478.jpeg',
      'person100_bacteria_479.jpeg',
      'IM-0117-0001.jpeg',
      'person1177_virus_1999.jpeg',
    ],
    network: [] as string[],
  };
  files.network = files.pil299.slice(0, 8);

  const find = (name: string) =>
    folders.map((folder) => join(shared!, 'data', folder, name)).find(existsSync)!;

  async function batchOf(mode: 'pil299' | 'network', count: number) {
    const prepared = [];
    for (const name of files[mode].slice(0, count)) {
      prepared.push(prepareImage(await readImage(find(name)), mode));
    }
    const length = prepared[0]!.length;
    const all = mode === 'pil299' ? new Uint8Array(count * length) : new Float32Array(count * length);
    prepared.forEach((pixels, i) => {
      all.set(pixels, i * length);
    });
    return ndarray(all, [count, 299, 299, 3]) as ReturnType<typeof ndarray<Uint8Array>>;
  }

  beforeAll(async () => {
    weights = await loadWeights(weightsFile);
    await useBackend('wasm');
  });

  it('know the file they are from', () => {
    expect(weights).toMatchObject({
      kind: 'torch',
      file: weightsFile,
      sha256: '6ad2cac4e7059a75516304f7a1704a558ca219ab5c214b05367c7de6632f0bac',
    });
  });

  // Activations by pytorch-fid itself; the bound is the contract's, what is measured is about 1e-6.
  it.each(['pil299', 'network'] as const)('onnxruntime gives pytorch-fid’s activations, %s', async (mode) => {
    const goldens = readFloats(join(shared!, 'goldens', `features_${mode}.npz`));
    const batch = await batchOf(mode, files[mode].length);
    for (const dims of DIMS) {
      const engine = await createOnnxruntimeEngine(weights, { dims });
      const got = await engine.activations(batch);
      engine.dispose();
      expect(worst(got.data, goldens[`dims${dims}`]!.data, dims)).toBeLessThan(1e-4);
    }
  });

  it('onnxruntime gives the activations after clean-fid’s resize', async () => {
    // Made by the reference implementations: fixtures/fid/make-clean-features.py.
    const goldens = readFloats(join(fixtures, 'clean-features.npz'));
    const pixels = new Float32Array(2 * 299 * 299 * 3);
    for (const [i, index] of [0, 9].entries()) {
      pixels.set(prepareImage(await readImage(find(files.pil299[index]!)), 'clean'), i * 299 * 299 * 3);
    }
    for (const dims of [64, 768] as const) {
      const engine = await createOnnxruntimeEngine(weights, { dims });
      const got = await engine.activations(ndarray(pixels, [2, 299, 299, 3]));
      engine.dispose();
      expect(worst(got.data, goldens[`dims${dims}`]!.data, dims)).toBeLessThan(1e-4);
    }
  });

  it.each(DIMS)('tfjs gives pytorch-fid’s activations, %i dims', async (dims) => {
    const goldens = readFloats(join(shared!, 'goldens', 'features_pil299.npz'));
    const engine = createTfjsEngine(weights, { dims });
    const got = await engine.activations(await batchOf('pil299', 2));
    engine.dispose();
    expect(worst(got.data, goldens[`dims${dims}`]!.data.subarray(0, 2 * dims), dims)).toBeLessThan(1e-4);
  });
});
