import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { StockBatchNorm } from './stock.js';

const AXES = [0, 1, 2];

/**
 * Batch normalisation of `[n, h, w, c]` over n, h and w. While training, the whole of it (moments, scaling) has one
 * gradient written out by hand, which takes a third of the operations of the stock composition; equation of
 * Ioffe and Szegedy, 2015, section 3. Second derivatives do not pass through it: R1 needs a network without it.
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
    const x = (Array.isArray(inputs) ? inputs[0]! : inputs) as tf.Tensor4D;
    return this.normalise(x, this.gamma.read(), this.beta.read());
  }

  private normalise(x: tf.Tensor4D, gamma: tf.Tensor, beta: tf.Tensor): tf.Tensor {
    const count = x.size / x.shape[3];
    const op = tf.customGrad((...args) => {
      const [x, gamma, beta, save] = args as unknown as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
      const mean = tf.mean(x, AXES);
      const centred = tf.sub(x, mean);
      const variance = tf.mean(tf.square(centred), AXES);
      const inverse = tf.rsqrt(tf.add(variance, this.epsilon));
      const scale = tf.mul(gamma, inverse);
      this.remember(mean, variance);
      save([centred, inverse, scale]);
      const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
        const [centred, inverse, scale] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
        const sum = tf.sum(dy, AXES);
        const sumCentred = tf.sum(tf.mul(dy, centred), AXES);
        // dx = scale · (dy − mean(dy) − centred · inverse² · mean(dy · centred))
        const slope = tf.mul(tf.mul(scale, tf.square(inverse)), tf.div(sumCentred, count));
        const offset = tf.mul(scale, tf.div(sum, count));
        const dx = tf.sub(tf.sub(tf.mul(dy, scale), tf.mul(centred, slope)), offset);
        return [dx, tf.mul(sumCentred, inverse), sum];
      };
      return { value: tf.add(tf.mul(centred, scale), beta), gradFunc };
    });
    return op(x, gamma, beta);
  }

  /** The moving moments, which stand in for the batch's own when sampling. */
  private remember(mean: tf.Tensor, variance: tf.Tensor): void {
    const update = (moving: tfl.LayerVariable, value: tf.Tensor) =>
      moving.write(tf.add(tf.mul(moving.read(), this.momentum), tf.mul(value, 1 - this.momentum)));
    update(this.movingMean, mean);
    update(this.movingVariance, variance);
  }
}
