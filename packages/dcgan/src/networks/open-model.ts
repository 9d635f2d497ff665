import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import '../layers/spectral.js';
import type { ModelState } from '../training/train-state.js';

/** Makes a model of a saved network. Its layers are stock ones (and spectral ones): for use, not for training. */
export async function openModel({ topology, weights }: ModelState): Promise<tfl.LayersModel> {
  const weightSpecs = weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' as const }));
  const weightData = new Float32Array(weights.reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  for (const { data } of weights) {
    weightData.set(data, at);
    at += data.length;
  }
  const artifacts = { modelTopology: topology as object, weightSpecs, weightData: weightData.buffer };
  return tfl.loadLayersModel(tf.io.fromMemory(artifacts));
}
