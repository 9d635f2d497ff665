import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';

/** The variables that hold a model's trainable weights, in the model's order. */
export function trainableVariables(model: tfl.LayersModel): tf.Variable[] {
  return model.trainableWeights.map((weight) => weight.read() as tf.Variable);
}

/**
 * ema ← decay · ema + (1 − decay) · model, on every weight. The moving moments of batch norm are averaged too: the
 * model's own would not fit the averaged weights.
 */
export function updateEma(ema: tfl.LayersModel, model: tfl.LayersModel, decay: number): void {
  tf.tidy(() => {
    for (const [i, weight] of ema.weights.entries()) {
      weight.write(tf.add(tf.mul(weight.read(), decay), tf.mul(model.weights[i]!.read(), 1 - decay)));
    }
  });
}
