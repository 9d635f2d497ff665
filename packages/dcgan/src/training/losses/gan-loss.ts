import type * as tf from '@tensorflow/tfjs-core';

/** A loss: three functions of logits `[n, 1]`, high for real, each to a scalar that the training makes smaller. */
export interface GanLoss {
  /** The discriminator's on real images. */
  real(logits: tf.Tensor): tf.Scalar;
  /** The discriminator's on fakes. */
  fake(logits: tf.Tensor): tf.Scalar;
  /** The generator's on its fakes. */
  generator(logits: tf.Tensor): tf.Scalar;
}
