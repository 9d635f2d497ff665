import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { BLUR_FILTERS, blur } from './blur.js';

type Shape = (number | null)[];

/** About what brings the band of chest X-rays to the range of the images. */
const GAIN = 8;

/**
 * Images `[n, h, w, c]` → `[n, h, w, 2c]`: the images, and 8 · (x − blur x), their high frequencies, with the blur `1-2-1`. At the
 * border the blur averages the pixels inside only, so that a constant image has a band of 0.
 */
export class HighPass extends tfl.layers.Layer {
  static className = 'HighPass';

  override computeOutputShape(shape: Shape | Shape[]): Shape {
    const [n, h, w, c] = shape as Shape;
    return [n!, h!, w!, 2 * c!];
  }

  override call(inputs: tf.Tensor | tf.Tensor[], _kwargs: unknown): tf.Tensor {
    return tf.tidy(() => {
      const x = (Array.isArray(inputs) ? inputs[0]! : inputs) as tf.Tensor4D;
      const taps = BLUR_FILTERS['1-2-1'];
      const [, h, w] = x.shape;
      const inside = blur(tf.ones([1, h, w, 1]), taps, 1);
      const band = tf.mul(tf.sub(x, tf.div(blur(x, taps, 1), inside)), GAIN);
      return tf.concat([x, band], 3);
    });
  }
}

tf.serialization.registerClass(HighPass as never);
