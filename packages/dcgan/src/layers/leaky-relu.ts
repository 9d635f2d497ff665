import * as tf from '@tensorflow/tfjs-core';
import { StockLeakyRelu } from './stock.js';

/**
 * LeakyReLU whose gradient is dy times a step function: two operations where the stock one has three, and it can be
 * differentiated again, which R1 needs and the stock one (it compares) cannot.
 */
export class LeakyRelu extends StockLeakyRelu {
  declare protected alpha: number;

  override call(inputs: tf.Tensor | tf.Tensor[], _kwargs: unknown): tf.Tensor {
    const op = tf.customGrad((...args) => {
      const [x, save] = args as unknown as [tf.Tensor, tf.GradSaveFunc];
      save([x]);
      return {
        value: tf.leakyRelu(x, this.alpha),
        gradFunc: (dy, saved) => tf.mul(dy, tf.step(saved[0]!, this.alpha)),
      };
    });
    return op(Array.isArray(inputs) ? inputs[0]! : inputs);
  }
}
