import * as tf from '@tensorflow/tfjs-core';
import type { GanLoss } from './gan-loss.js';

/** The hinge loss of Lim and Ye, 2017. */
export const hinge: GanLoss = {
  real: (logits) => tf.mean(tf.relu(tf.sub(1, logits))),
  fake: (logits) => tf.mean(tf.relu(tf.add(1, logits))),
  generator: (logits) => tf.mean(tf.neg(logits)),
};
