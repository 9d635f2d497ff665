import type * as tf from '@tensorflow/tfjs-core';
import { bce } from './losses/bce.js';
import type { GanLoss } from './losses/gan-loss.js';
import { hinge } from './losses/hinge.js';

/** Names of the losses. A new one is a file in losses/, its name here and its line in the table below. */
export const LOSS_NAMES = ['bce', 'hinge'] as const;

/** Which game is played on the logits. */
export type Loss = (typeof LOSS_NAMES)[number];

const LOSSES: Readonly<Record<Loss, GanLoss>> = { bce, hinge };

/** Half of the discriminator's loss: on logits `[n, 1]` of real images; a scalar. */
export function realLoss(loss: Loss, logits: tf.Tensor): tf.Scalar {
  return LOSSES[loss].real(logits);
}

/** The other half: on logits `[n, 1]` of fakes; a scalar. */
export function fakeLoss(loss: Loss, logits: tf.Tensor): tf.Scalar {
  return LOSSES[loss].fake(logits);
}

/** The generator's loss on logits `[n, 1]` of its fakes; a scalar. */
export function generatorLoss(loss: Loss, logits: tf.Tensor): tf.Scalar {
  return LOSSES[loss].generator(logits);
}
