import { batchNorm, movingAverage } from '@cxr/backend';
import type * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { StockBatchNorm } from './stock.js';

/**
 * Batch normalisation over all axes but the last. While training it runs `batchNorm` of @cxr/backend, one kernel with
 * one gradient kernel; the stock composition takes dozens. Second derivatives do not pass through it: R1 needs a
 * network without it.
 */
export class BatchNorm extends StockBatchNorm {
  declare protected gamma: tfl.LayerVariable;
  declare protected beta: tfl.LayerVariable;
  declare protected movingMean: tfl.LayerVariable;
  declare protected movingVariance: tfl.LayerVariable;
  declare protected momentum: number;
  declare protected epsilon: number;

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }): tf.Tensor | tf.Tensor[] {
    if (!kwargs.training) return super.call(inputs, kwargs);
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    return batchNorm(x, this.gamma.read(), this.beta.read(), {
      epsilon: this.epsilon,
      onMoments: (mean, variance) => {
        this.#remember(this.movingMean, mean);
        this.#remember(this.movingVariance, variance);
      },
    });
  }

  /** The moving moments stand in for the batch's own when sampling. */
  #remember(moving: tfl.LayerVariable, value: tf.Tensor): void {
    moving.write(movingAverage(moving.read(), value, this.momentum));
  }
}
