import * as tf from '@tensorflow/tfjs-core';
import { bce } from './losses/bce.js';
import type { GanLoss } from './losses/gan-loss.js';
import { hinge } from './losses/hinge.js';

/** The losses by name, each with its source in its file. A new one is a file in losses/ and a line here. */
const LOSSES = {
  bce: bce as GanLoss,
  hinge: hinge as GanLoss,
};

/** Name of a loss in `LOSSES`. */
export type Loss = keyof typeof LOSSES;

/** Names of the losses. */
export const LOSS_NAMES: readonly Loss[] = Object.keys(LOSSES) as Loss[];

/** Half of the discriminator's loss: on logits `[n, 1]` of real images; a scalar. @throws RangeError for an unknown loss. */
export function realLoss(loss: Loss, logits: tf.Tensor): tf.Scalar {
  return tf.tidy(() => lossOf(loss).real(logits));
}

/** The other half: on logits `[n, 1]` of fakes; a scalar. @throws RangeError for an unknown loss. */
export function fakeLoss(loss: Loss, logits: tf.Tensor): tf.Scalar {
  return tf.tidy(() => lossOf(loss).fake(logits));
}

/** The generator's loss on logits `[n, 1]` of its fakes; a scalar. @throws RangeError for an unknown loss. */
export function generatorLoss(loss: Loss, logits: tf.Tensor): tf.Scalar {
  return tf.tidy(() => lossOf(loss).generator(logits));
}

function lossOf(name: Loss): GanLoss {
  if (Object.hasOwn(LOSSES, name)) return LOSSES[name];
  throw new RangeError(`invalid loss: ${name} (${LOSS_NAMES.join(', ')})`);
}
