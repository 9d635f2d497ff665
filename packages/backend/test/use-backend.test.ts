import {
  BACKEND_NAMES,
  type BackendName,
  type BackendOptions,
  OLD_BACKEND_NAMES,
  useBackend,
} from '@cxr/backend';
import { UnavailableError } from '@cxr/image';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

describe('useBackend', () => {
  it('takes the fastest that computes the trial step, and says why better ones were not taken', async () => {
    const { name, tried } = await useBackend();
    expect(tried.at(-1)).toEqual({
      name,
      ok: true,
      reason: expect.stringMatching(/^computes the trial step($|; only matrix products in threads: )/),
    });
    for (const trial of tried.slice(0, -1)) {
      expect(trial.ok).toBe(false);
      expect(trial.reason).not.toBe('');
    }
    // onnxruntime-node is among this package's development dependencies.
    const order: readonly BackendName[] = ['node', 'webgpu', 'onnxruntime', 'wasm', 'cpu'];
    expect(BACKEND_NAMES).toEqual(order);
    expect(tried.map(({ name }) => name)).toEqual(order.slice(0, tried.length));
    expect(order.indexOf(name)).toBeLessThanOrEqual(order.indexOf('onnxruntime'));
  });

  it.each(['onnxruntime', 'wasm', 'cpu'] as const)('readies %s when asked for it by name', async (asked) => {
    const choice = await useBackend(asked);
    expect(choice.name).toBe(asked);
    expect(tf.getBackend()).toContain(asked);
    const sources = new Map(choice.kernels().map(({ kernel, source }) => [kernel, source]));
    const expected = { onnxruntime: 'onnxruntime-node', wasm: 'WebAssembly SIMD', cpu: 'tfjs-backend-cpu' };
    expect(sources.get('Conv2DBackpropFilter')).toContain(expected[asked]);
    expect(sources.get('Tanh')).toContain('@tensorflow/tfjs-backend-');
  });

  it('takes the name that onnxruntime had before', async () => {
    const { name, tried } = await useBackend('native');
    expect(name).toBe('onnxruntime');
    expect(tried).toHaveLength(1);
    expect(OLD_BACKEND_NAMES).toEqual({ native: 'onnxruntime' });
  });

  it('says why a backend that is asked for cannot be used', async () => {
    await useBackend('onnxruntime');
    const { threads } = { threads: 2 ** 20 };
    const message = /^backend onnxruntime: onnxruntime already runs with \d+ threads: 1048576$/;
    const error = await useBackend('onnxruntime', { threads }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error).toMatchObject({ message: expect.stringMatching(message), cause: expect.any(RangeError) });
  });

  it('shares tensors between wasm and onnxruntime', async () => {
    await useBackend('wasm');
    const a = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    await useBackend('onnxruntime');
    const b = tf.matMul(a, a, true, false);
    await useBackend('wasm');
    expect([...(await tf.add(a, b).data())]).toEqual([11, 16, 17, 24]);
  });

  it.each([
    ['wasm', 'cpu'],
    ['cpu', 'wasm'],
    ['onnxruntime', 'cpu'],
  ] as const)('makes the last one current of calls that overlap: %s, %s', async (first, last) => {
    const choices = await Promise.all([useBackend(first), useBackend(last)]);
    expect(choices.map(({ name }) => name)).toEqual([first, last]);
    expect(tf.getBackend()).toBe(last);
  });

  it('starts the next backend after one that fails', async () => {
    const threads = 2 ** 20;
    const failing = useBackend('onnxruntime', { threads });
    const next = useBackend('cpu');
    await expect(failing).rejects.toThrow('already runs');
    expect((await next).name).toBe('cpu');
  });

  it('refuses what it does not know', async () => {
    for (const name of ['webgl', 'Auto', '', 'toString']) {
      await expect(useBackend(name as BackendName)).rejects.toThrow(
        new RangeError(`backend must be one of auto, node, webgpu, onnxruntime, wasm, cpu: ${name}`),
      );
    }
    await expect(useBackend({ threads: 1 } as never)).rejects.toThrow('cpu: an object; options come second');
    await expect(useBackend('onnxruntime', { threads: 0 })).rejects.toThrow('positive integer: 0');
    const misspelt = { thread: 2 } as BackendOptions;
    await expect(useBackend('wasm', misspelt)).rejects.toThrow("unknown option 'thread' of useBackend");
    await expect(useBackend('wasm', { threads: 1.5 })).rejects.toThrow(RangeError);
  });
});
