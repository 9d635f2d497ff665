import * as tf from '@tensorflow/tfjs-core';

/**
 * E‖∇D(x)‖² over a batch `[n, h, w, c]`: the R1 penalty without its weight (Mescheder et al., 2018, equation 9). Can
 * itself be differentiated with respect to the discriminator's weights, as long as that has no batch norm and
 * `useBackend` of @cxr/backend has registered its gradients (LeakyReLU's own cannot be differentiated twice).
 */
export function gradientPenalty(
  discriminate: (images: tf.Tensor4D) => tf.Tensor,
  images: tf.Tensor4D,
): tf.Scalar {
  const gradient = tf.grad((x) => tf.sum(discriminate(x as tf.Tensor4D)))(images);
  return tf.div(tf.sum(tf.square(gradient)), images.shape[0]);
}
