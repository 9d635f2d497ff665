import type * as tf from '@tensorflow/tfjs-core';

/** A GAN loss: three functions of logits `[n, 1]`, high for real; each returns a scalar that training minimises. */
export interface GanLoss {
  /** Loss of the discriminator on real images. */
  real(logits: tf.Tensor): tf.Scalar;
  /** Loss of the discriminator on fakes. */
  fake(logits: tf.Tensor): tf.Scalar;
  /** Loss of the generator on its fakes. */
  generator(logits: tf.Tensor): tf.Scalar;
}
