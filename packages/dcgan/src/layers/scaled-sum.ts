import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

type Shape = (number | null)[];

/** Sum of two inputs of one shape, times √½: two independent parts of variance 1 give variance 1 (Karras et al., 2020). */
export class ScaledSum extends tfl.layers.Layer {
  static className = 'ScaledSum';

  override computeOutputShape(shapes: Shape | Shape[]): Shape {
    return (shapes as Shape[])[0]!;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], _kwargs: unknown): tf.Tensor {
    const [a, b] = inputs as [tf.Tensor, tf.Tensor];
    return tf.tidy(() => tf.mul(tf.add(a, b), Math.SQRT1_2));
  }
}

tf.serialization.registerClass(ScaledSum as never);
