import * as tf from '@tensorflow/tfjs-core';
import type { GanLoss } from './gan-loss.js';

const forReal = (logits: tf.Tensor): tf.Scalar => tf.mean(tf.softplus(tf.neg(logits)));

/** Non-saturating binary cross-entropy on logits (Goodfellow et al., 2014). */
export const bce: GanLoss = {
  real: forReal,
  fake: (logits) => tf.mean(tf.softplus(logits)),
  generator: forReal,
};
