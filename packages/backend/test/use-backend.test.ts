import { type BackendName, useBackend } from '@cxr/backend';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

describe('useBackend', () => {
  it('takes the fastest that computes the trial step, and says why better ones were not taken', async () => {
    const { name, tried } = await useBackend();
    expect(tried.at(-1)).toEqual({ name, ok: true, reason: 'computes the trial step' });
    for (const trial of tried.slice(0, -1)) {
      expect(trial.ok).toBe(false);
      expect(trial.reason).not.toBe('');
    }
    // onnxruntime-node is among this package's development dependencies.
    const order: BackendName[] = ['node', 'webgpu', 'native', 'wasm', 'cpu'];
    expect(order.indexOf(name)).toBeLessThanOrEqual(order.indexOf('native'));
  });

  it.each(['native', 'wasm', 'cpu'] as const)('readies %s when asked for it by name', async (wanted) => {
    const choice = await useBackend(wanted);
    expect(choice.name).toBe(wanted);
    expect(tf.getBackend()).toContain(wanted);
    const sources = new Map(choice.kernels().map(({ kernel, source }) => [kernel, source]));
    const expected = { native: 'onnxruntime-node', wasm: 'WebAssembly SIMD', cpu: 'tfjs-backend-cpu' };
    expect(sources.get('Conv2DBackpropFilter')).toContain(expected[wanted]);
    expect(sources.get('Tanh')).toContain('@tensorflow/tfjs-backend-');
  });

  it('shares tensors between wasm and native', async () => {
    await useBackend('wasm');
    const a = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    await useBackend('native');
    const b = tf.matMul(a, a, true, false);
    await useBackend('wasm');
    expect([...(await tf.add(a, b).data())]).toEqual([11, 16, 17, 24]);
  });

  it('refuses what it does not know', async () => {
    await expect(useBackend('webgl' as BackendName)).rejects.toThrow('unknown backend: webgl');
    await expect(useBackend('native', { threads: 0 })).rejects.toThrow('positive integer: 0');
  });
});
