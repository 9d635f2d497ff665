import * as tf from '@tensorflow/tfjs-core';

/** Labels as `[n, classes]`; undefined for an unconditional network, which has 0 classes. */
export function oneHot(labels: readonly number[], classes: number): tf.Tensor2D | undefined {
  if (classes === 0) return undefined;
  const data = new Float32Array(labels.length * classes);
  for (const [row, label] of labels.entries()) data[row * classes + label] = 1;
  return tf.tensor2d(data, [labels.length, classes]);
}
