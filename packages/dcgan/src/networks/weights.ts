import { movingAverage } from '@cxr/backend';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { fixedWeight } from '../layers/fixed.js';

/** The variables that hold a model's trainable weights, in the model's order. */
export function trainableVariables(model: tfl.LayersModel): tf.Variable[] {
  return model.trainableWeights.map((weight) => weight.read() as tf.Variable);
}

/**
 * ema ← decay · ema + (1 − decay) · model, on every weight but the taps of fixed filters. The moving moments of batch norm are averaged too: the
 * model's own would not fit the averaged weights.
 */
export function updateEma(ema: tfl.LayersModel, model: tfl.LayersModel, decay: number): void {
  tf.tidy(() => {
    for (const [i, layer] of ema.layers.entries()) {
      const fixed = fixedWeight(layer);
      for (const [k, weight] of layer.weights.entries()) {
        // A fixed filter would change in its last bits.
        if (weight === fixed) continue;
        const latest = model.layers[i]!.weights[k]!.read();
        weight.write(movingAverage(weight.read(), latest, decay));
      }
    }
  });
}
