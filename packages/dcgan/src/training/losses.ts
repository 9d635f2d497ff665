import * as tf from '@tensorflow/tfjs-core';

/**
 * Which game is played on the logits. `bce`: non-saturating binary cross-entropy (Goodfellow et al., 2014);
 * `hinge`: Lim and Ye, 2017.
 */
export type Loss = 'bce' | 'hinge';

/** Half of the discriminator's loss: on logits `[n, 1]` of real images; a scalar. */
export function realLoss(loss: Loss, logits: tf.Tensor): tf.Scalar {
  return loss === 'bce' ? mean(tf.softplus(tf.neg(logits))) : mean(tf.relu(tf.sub(1, logits)));
}

/** The other half: on logits `[n, 1]` of fakes; a scalar. */
export function fakeLoss(loss: Loss, logits: tf.Tensor): tf.Scalar {
  return loss === 'bce' ? mean(tf.softplus(logits)) : mean(tf.relu(tf.add(1, logits)));
}

/** The generator's loss on logits `[n, 1]` of its fakes; a scalar. */
export function generatorLoss(loss: Loss, logits: tf.Tensor): tf.Scalar {
  return loss === 'bce' ? mean(tf.softplus(tf.neg(logits))) : mean(tf.neg(logits));
}

const mean = (x: tf.Tensor): tf.Scalar => tf.mean(x) as tf.Scalar;
