import { type BackendName, useBackend } from '@cxr/backend';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it, vi } from 'vitest';

/** The gradient of a convolution, whose kernels are ours on all but cpu. */
function gradient(): number[] {
  return tf.tidy(() => {
    const x = tf.ones<tf.Rank.R4>([1, 4, 4, 1]);
    const filter = tf.ones<tf.Rank.R4>([2, 2, 1, 1]);
    return [
      ...tf
        .grad((f) => tf.sum(tf.conv2d(x, f as tf.Tensor4D, 1, 'valid')))(filter)
        .dataSync(),
    ];
  });
}

const TFJS_NAME = { onnxruntime: 'cxr-onnxruntime', wasm: 'wasm', cpu: 'cpu' } as const;

/** Two threads, so that a reset is tried with threads that have started. */
const options = (name: BackendName) => (name === 'wasm' ? { threads: 2 } : {});

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(['onnxruntime', 'wasm', 'cpu'] as const)('%s', (name) => {
  it('starts again after tf.engine().reset(), and computes', async () => {
    await useBackend(name, options(name));
    for (let round = 0; round < 2; round++) {
      tf.engine().reset();
      expect((await useBackend(name, options(name))).name).toBe(name);
      expect(tf.getBackend()).toBe(TFJS_NAME[name]);
      expect(gradient()).toEqual([9, 9, 9, 9]);
    }
  });

  it('starts again after tf.removeBackend, and computes', async () => {
    for (const removed of ['cpu', 'wasm', 'cxr-onnxruntime']) {
      await useBackend('cpu');
      await useBackend('wasm', options('wasm'));
      await useBackend('onnxruntime');
      tf.removeBackend(removed);
      expect((await useBackend(name, options(name))).name).toBe(name);
      expect(gradient()).toEqual([9, 9, 9, 9]);
    }
  });

  it('is taken by name and by auto the same after a reset of all', async () => {
    const before = await useBackend();
    tf.engine().reset();
    expect(await useBackend()).toMatchObject({ name: before.name, tried: before.tried });
    expect(before.name).not.toBe('cpu');
  });
});

it('keeps the tensors of wasm when onnxruntime alone is removed, and the other way round', async () => {
  await useBackend('wasm', options('wasm'));
  const x = tf.tensor1d([1, 2]);
  await useBackend('onnxruntime');
  tf.removeBackend('cxr-onnxruntime');
  await useBackend('wasm', options('wasm'));
  expect([...x.dataSync()]).toEqual([1, 2]);
  await useBackend('onnxruntime');
  tf.removeBackend('wasm');
  await useBackend('wasm', options('wasm'));
  expect([...x.dataSync()]).toEqual([1, 2]);
});

it('takes another number of threads after a reset', async () => {
  await useBackend('wasm', options('wasm'));
  await expect(useBackend('wasm', { threads: 1 })).rejects.toThrow('wasm already runs with 2 threads: 1');
  // Where no number is asked for, it is the one that it runs with.
  expect((await useBackend('wasm')).name).toBe('wasm');
  tf.engine().reset();
  await useBackend('wasm', { threads: 1 });
  expect(gradient()).toEqual([9, 9, 9, 9]);
  expect((await useBackend('wasm')).name).toBe('wasm');
  await useBackend('onnxruntime', { threads: 1 });
  expect((await useBackend('onnxruntime')).name).toBe('onnxruntime');
});

describe('a backend that fails', () => {
  it('is an error when TensorFlow.js cannot start it', async () => {
    await useBackend('cpu');
    const factory = tf.findBackendFactory('cpu');
    tf.removeBackend('cpu');
    tf.registerBackend('cpu', () => {
      throw new Error('no memory');
    });
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    await expect(useBackend('cpu')).rejects.toThrow('backend cpu: TensorFlow.js cannot start it');
    tf.removeBackend('cpu');
    tf.registerBackend('cpu', factory, 1);
    expect((await useBackend('cpu')).name).toBe('cpu');
  });

  it('is an error when it computes something else', async () => {
    await useBackend('cpu');
    const kernel = tf.getKernel('LeakyRelu', 'cpu');
    tf.unregisterKernel('LeakyRelu', 'cpu');
    tf.registerKernel({
      ...kernel,
      kernelFunc: (args) => kernel.kernelFunc({ ...args, attrs: { alpha: 0.25 } }),
    });
    await expect(useBackend('cpu')).rejects.toThrow(
      /^backend cpu: its trial step gives .*, not 9,-1150,-105,630.5$/,
    );
    tf.unregisterKernel('LeakyRelu', 'cpu');
    tf.registerKernel(kernel);
    expect((await useBackend('cpu')).name).toBe('cpu');
  });
});
