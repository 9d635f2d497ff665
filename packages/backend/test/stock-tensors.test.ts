import '@tensorflow/tfjs-backend-wasm';
import { useBackend } from '@cxr/backend';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

it('keeps tensors that were made on the wasm backend before useBackend', async () => {
  await tf.setBackend('wasm');
  const x = tf.tensor1d([1, 2, 3]);
  await useBackend('wasm', { threads: 1 });
  expect([...tf.add(x, 1).dataSync()]).toEqual([2, 3, 4]);
});
