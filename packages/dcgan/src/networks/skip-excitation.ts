import * as tfl from '@tensorflow/tfjs-layers';
import { Conv2D } from '../layers/conv2d.js';
import type { Initializers } from './initializers.js';

type Symbolic = tfl.SymbolicTensor;

/** Features are excited by those of so many doublings before, an eighth of their size (in FastGAN: a sixteenth). */
export const EXCITED_BY = 3;

/**
 * Skip-layer excitation (Liu et al., 2021, equation 1): features `[n, h, w, c]` times a factor from 0 to 1 for each image and channel, made
 * from earlier, smaller features `[n, h/8, w/8, d]`: pooled to 4 × 4, a 4 × 4 convolution, LeakyReLU 0.1, a 1 × 1 convolution, sigmoid.
 */
export function excite(x: Symbolic, source: Symbolic, name: string, initial: Initializers): Symbolic {
  const [side, inputs, filters] = [source.shape[1]!, source.shape[3]!, x.shape[3]!];
  const pool = tfl.layers.averagePooling2d({ poolSize: side / 4, name: `${name}_pool` });
  const pooled = side > 4 ? (pool.apply(source) as Symbolic) : source;
  const convolve = (input: Symbolic, kernelSize: number, inputs: number, part: string): Symbolic =>
    new Conv2D({
      filters,
      kernelSize,
      kernelInitializer: initial.kernel(kernelSize ** 2 * inputs),
      name: `${name}_${part}`,
    }).apply(input) as Symbolic;
  const hidden = tfl.layers
    .leakyReLU({ alpha: 0.1, name: `${name}_squeeze_leaky` })
    .apply(convolve(pooled, 4, inputs, 'squeeze')) as Symbolic;
  const factor = tfl.layers
    .activation({ activation: 'sigmoid', name: `${name}_sigmoid` })
    .apply(convolve(hidden, 1, filters, 'excite')) as Symbolic;
  return tfl.layers.multiply({ name: `${name}_excited` }).apply([x, factor]) as Symbolic;
}

/** How many numbers the excitations hold, given the features of every resolution from 4 × 4 on. */
export function countExcitations(features: readonly number[]): number {
  return features
    .slice(EXCITED_BY)
    .reduce((sum, filters, i) => sum + (16 * features[i]! + 1 + filters + 1) * filters, 0);
}
