import type { Rng } from '@cxr/image';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { StockDropout } from './stock.js';

/** Dropout whose mask comes from a generator that the training step sets, so that a resumed run draws the same. */
export class Dropout extends StockDropout {
  declare protected rate: number;
  /** Where the next masks come from. */
  declare random: Rng | undefined;

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }): tf.Tensor {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    if (!kwargs.training) return x.clone();
    const random = this.random;
    if (!random) throw new TypeError(`layer ${this.name}: no random source set for training`);
    const mask = new Float32Array(x.size);
    const threshold = this.rate * 2 ** 32;
    const scale = 1 / (1 - this.rate);
    for (let i = 0; i < mask.length; i++) mask[i] = random.uint32() < threshold ? 0 : scale;
    return tf.mul(x, tf.tensor(mask, x.shape));
  }
}

/** Sets the random source of every dropout layer of a model. */
export function setDropoutRandom(model: tfl.LayersModel, random: Rng | undefined): void {
  for (const layer of model.layers) if (layer instanceof Dropout) layer.random = random;
}
