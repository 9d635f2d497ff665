import { createRequire } from 'node:module';
import { type BackendName, useBackend } from '@cxr/backend';
import * as tf from '@tensorflow/tfjs-core';

export { useBackend };

/**
 * The backends to compare with cpu: wasm and onnxruntime always, webgpu and node where their packages are installed
 * (test/global-setup.ts says where they are not).
 */
export const BACKENDS: readonly BackendName[] = [
  'wasm',
  'onnxruntime',
  ...(await usable('webgpu', 'webgpu')),
  ...(await usable('node', '@tensorflow/tfjs-node')),
];

/** The backend if its package is installed and it starts here, such as webgpu on a machine with a graphics driver. */
async function usable(name: BackendName, packageName: string): Promise<BackendName[]> {
  try {
    createRequire(import.meta.url).resolve(packageName);
  } catch {
    return [];
  }
  try {
    await useBackend(name);
    return [name];
  } catch (error) {
    console.info(`not tested, although ${packageName} is installed: ${(error as Error).message}`);
    return [];
  }
}

/** The values of the tensors that `run` makes, on the current backend; nothing else of it stays. */
export async function read(run: () => tf.Tensor[]): Promise<Float32Array[]> {
  const tensors = tf.tidy(run);
  const values: Float32Array[] = [];
  for (const tensor of tensors) {
    values.push((await tensor.data()) as Float32Array);
    tensor.dispose();
  }
  return values;
}
