import { type BackendName, useBackend } from '@cxr/backend';
import * as tf from '@tensorflow/tfjs-core';

export { useBackend };

/** The backends to compare with cpu: wasm and onnxruntime always, webgpu and node where their packages are. */
export const BACKENDS: readonly BackendName[] = ['wasm', 'onnxruntime', ...(await present('webgpu', 'node'))];

async function present(...names: BackendName[]): Promise<BackendName[]> {
  const found: BackendName[] = [];
  for (const name of names) {
    try {
      await useBackend(name);
      found.push(name);
    } catch (error) {
      console.info(`not tested: ${(error as Error).message}`);
    }
  }
  return found;
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
