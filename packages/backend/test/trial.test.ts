import { createRequire } from 'node:module';
import { useBackend } from '@cxr/backend';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

/** The same tensor with one value changed, or with two values exchanged. */
function damage(x: tf.TensorInfo, how: 'value' | 'order'): void {
  const backend = tf.backend() as unknown as { data: { get(id: object): { values: Float32Array } } };
  const { values } = backend.data.get(x.dataId);
  if (values.length < 2) values[0] = values[0]! + 1;
  const first = values[1]!;
  const other = values.findIndex((value, i) => i > 1 && i < 11 && value !== first);
  const second = values[other]!;
  values[1] = how === 'value' ? first + 1 : second;
  if (how === 'order') values[other] = first;
}

/** Runs `body` while the cpu backend's `kernelName` gives damaged results. */
async function whileDamaged(kernelName: string, how: 'value' | 'order', body: () => Promise<void>) {
  const stock = tf.getKernel(kernelName, 'cpu');
  tf.unregisterKernel(kernelName, 'cpu');
  const kernelFunc: tf.KernelFunc = (args) => {
    const out = stock.kernelFunc(args);
    damage(out as tf.TensorInfo, how);
    return out;
  };
  tf.registerKernel({ ...stock, kernelFunc });
  try {
    await body();
  } finally {
    tf.unregisterKernel(kernelName, 'cpu');
    tf.registerKernel(stock);
  }
}

describe('the trial step', () => {
  it.each([
    ['Conv2D', 'value'],
    ['LeakyRelu', 'order'],
    ['Conv2DBackpropInput', 'value'],
    ['Conv2DBackpropInput', 'order'],
    ['Conv2DBackpropFilter', 'value'],
    ['Conv2DBackpropFilter', 'order'],
  ] as const)('refuses a backend whose %s is wrong: its %s', async (kernel, how) => {
    await useBackend('cpu');
    const { numTensors } = tf.memory();
    await whileDamaged(kernel, how, async () => {
      await expect(useBackend('cpu')).rejects.toThrow(
        /^backend cpu: its trial step gives [-\d.,]+, not 9,-1150,-105,630.5$/,
      );
    });
    expect(tf.memory().numTensors).toBe(numTensors);
    expect((await useBackend('cpu')).tried).toEqual([
      { name: 'cpu', ok: true, reason: 'computes the trial step' },
    ]);
  });
});

describe('the trial of a training step', () => {
  it.each([
    ['AddN', 'the update of project|the gradient of .*|losses'],
    ['Mean', 'the gradient of .*'],
    ['Rsqrt', 'the gradient of .*'],
    ['Transpose', 'the gradient of .*'],
    ['Tanh', 'the gradient of .*'],
    ['Softplus', 'losses'],
    ['Sigmoid', 'the gradient of .*'],
    ['DepthwiseConv2dNative', 'the gradient of .*'],
    ['Sqrt', 'the update of .*'],
    ['Pack', 'losses'],
    ['Greater', 'losses'],
  ])('refuses a backend whose %s is wrong', async (kernel, what) => {
    await useBackend('cpu');
    const { numTensors } = tf.memory();
    await whileDamaged(kernel, 'value', async () => {
      await expect(useBackend('cpu')).rejects.toThrow(
        new RegExp(
          `^backend cpu: its trial of a training step gives a checksum of [-\\d.e]+, not [-\\d.]+, for (${what})$`,
        ),
      );
    });
    expect(tf.memory().numTensors).toBe(numTensors);
    expect((await useBackend('cpu')).name).toBe('cpu');
  });

  it('refuses a sum that fails for many tensors only', async () => {
    await useBackend('cpu');
    const stock = tf.getKernel('AddN', 'cpu');
    tf.unregisterKernel('AddN', 'cpu');
    const zeros = (args: Parameters<tf.KernelFunc>[0]): tf.TensorInfo =>
      tf.zerosLike(args.inputs[0 as never] as unknown as tf.Tensor);
    const kernelFunc: tf.KernelFunc = (args) =>
      (args.inputs.length as unknown as number) > 7 ? zeros(args) : stock.kernelFunc(args);
    tf.registerKernel({ ...stock, kernelFunc });
    try {
      await expect(useBackend('cpu')).rejects.toThrow(/not -10.2949, for losses$/);
    } finally {
      tf.unregisterKernel('AddN', 'cpu');
      tf.registerKernel(stock);
    }
  });
});

describe('an optional package', () => {
  it.each([
    [
      'node',
      '@tensorflow/tfjs-node',
      '@tensorflow/tfjs-node is not installed: npm install @tensorflow/tfjs-node@4.22.0',
    ],
    [
      'webgpu',
      'webgpu',
      'webgpu is not installed: npm install webgpu @tensorflow/tfjs-backend-webgpu@4.22.0',
    ],
  ] as const)('of %s that is missing is named in one line', async (name, packageName, message) => {
    const missing = new RegExp(`^backend ${name}: ${message}$`);
    try {
      createRequire(import.meta.url).resolve(packageName);
    } catch {
      await expect(useBackend(name)).rejects.toThrow(missing);
    }
  });
});
