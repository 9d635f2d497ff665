import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';

/** The variables behind a model's trainable weights, in the model's order. */
export function trainableVariables(model: tfl.LayersModel): tf.Variable[] {
  return model.trainableWeights.map((weight) => weight.read() as tf.Variable);
}

/**
 * average ← decay · average + (1 − decay) · model, on every weight. The moving moments of batch norm are averaged
 * as the rest is: those of the latest weights would belong to another network.
 */
export function averageWeights(average: tfl.LayersModel, model: tfl.LayersModel, decay: number): void {
  tf.tidy(() => {
    for (const [i, weight] of average.weights.entries()) {
      weight.write(tf.add(tf.mul(weight.read(), decay), tf.mul(model.weights[i]!.read(), 1 - decay)));
    }
  });
}
