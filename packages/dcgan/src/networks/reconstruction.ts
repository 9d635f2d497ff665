import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { BatchNorm } from '../layers/batch-norm.js';
import type { Initializers } from './initializers.js';
import { enlarge } from './upsampling.js';

type Symbolic = tfl.SymbolicTensor;

/** Side of the features that are decoded. */
const FROM = 8;

/** Features of the decoder at each side from twice `FROM` to half the image's. The last are the image's channels. */
function decoderFeatures(size: number, deepest: number, channels: number): number[] {
  const levels = Math.log2(size / 2 / FROM);
  return Array.from({ length: levels }, (_, i) =>
    i === levels - 1 ? channels : Math.max(1, Math.floor(deepest / 2 ** (i + 1))),
  );
}

/**
 * The discriminator's decoder: its features at 8 × 8 → an image of half the side, in [−1, 1]. To draw what it saw it must have looked at all
 * of the image (Liu et al., 2021, FastGAN).
 */
export function decode(features: Symbolic, size: number, channels: number, initial: Initializers): Symbolic {
  let x = features;
  const chain = decoderFeatures(size, x.shape[3]!, channels);
  for (const [i, filters] of chain.entries()) {
    const last = i === chain.length - 1;
    const name = `decode_${2 * FROM * 2 ** i}`;
    const options = { upsampling: 'transposed', filters, name, useBias: last, initial } as const;
    x = enlarge(x, last ? { ...options, gain: 1 } : options);
    if (last) continue;
    const gammaInitializer = initial.gamma();
    const norm = new BatchNorm({ momentum: 0.9, epsilon: 1e-5, gammaInitializer, name: `${name}_norm` });
    x = tfl.layers.reLU({ name: `${name}_relu` }).apply(norm.apply(x)) as Symbolic;
  }
  return tfl.layers.activation({ activation: 'tanh', name: 'decoded' }).apply(x) as Symbolic;
}

/** How many numbers the decoder holds. @param deepest features at 8 × 8. */
export function countDecoder(size: number, deepest: number, channels: number): number {
  const chain = [deepest, ...decoderFeatures(size, deepest, channels)];
  // Kernels of 4 × 4; four numbers of batch norm for each feature, but a bias for the last.
  return chain
    .slice(1)
    .reduce((sum, filters, i) => sum + filters * (16 * chain[i]! + (i === chain.length - 2 ? 1 : 4)), 0);
}

/** Mean absolute difference between decoded images `[n, size/2, size/2, c]` and the images `[n, size, size, c]` at half their side. */
export function reconstructionLoss(decoded: tf.Tensor, images: tf.Tensor4D): tf.Scalar {
  return tf.mean(tf.abs(tf.sub(decoded, tf.avgPool(images, 2, 2, 'valid'))));
}
