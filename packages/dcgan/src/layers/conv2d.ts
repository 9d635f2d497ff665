import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { StockConv2D } from './stock.js';

/**
 * Conv2D `[n, h, w, ci]` → `[n, h', w', co]` whose gradients are computed only where they are asked for. The
 * stock layer runs the fused kernel, whose gradient always computes both the input's and the filter's: in a GAN
 * one of the two is often thrown away (the generator's step needs no filter gradient of the discriminator).
 */
export class Conv2D extends StockConv2D {
  declare protected kernel: tfl.LayerVariable;
  declare protected bias: tfl.LayerVariable | null;
  declare protected strides: [number, number];
  declare protected padding: 'same' | 'valid';

  override call(inputs: tf.Tensor | tf.Tensor[], _kwargs: unknown): tf.Tensor {
    return tf.tidy(() => {
      const x = (Array.isArray(inputs) ? inputs[0]! : inputs) as tf.Tensor4D;
      const y = tf.conv2d(x, this.filter(), this.strides, this.padding);
      return this.bias ? tf.add(y, this.bias.read()) : y;
    });
  }

  /** The filter `[kh, kw, ci, co]` that the convolution applies. */
  protected filter(): tf.Tensor4D {
    return this.kernel.read() as tf.Tensor4D;
  }
}
