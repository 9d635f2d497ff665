import * as tfl from '@tensorflow/tfjs-layers';
import { Conv2D } from '../layers/conv2d.js';
import { ScaledSum } from '../layers/scaled-sum.js';
import type { Initializers } from './initializers.js';
import { leaky } from './leaky.js';
import { featureChain } from './network-options.js';

type Symbolic = tfl.SymbolicTensor;

interface Conv {
  filters: number;
  kernelSize: number;
  strides?: number;
  name: string;
}

/** Features at resolutions size, size/2, … 4: width, 2 width, … up to 16 width. */
export function residualChain(size: number, width: number): number[] {
  return featureChain(2 * size, width);
}

/**
 * Images `[n, size, size, c]` → features `[n, 4, 4, f]`: a convolution at full size, then residual blocks, each of which halves the side.
 * `middle` are the features at 8 × 8.
 */
export function residualBlocks(
  image: Symbolic,
  { size, width }: { size: number; width: number },
  initial: Initializers,
): { features: Symbolic; middle: Symbolic } {
  const [first, ...below] = residualChain(size, width);
  let x = rectified(image, { filters: first!, kernelSize: 3, name: 'from_image' }, initial);
  let middle = x;
  for (const [level, filters] of below.entries()) {
    middle = x;
    x = block(x, filters, `down_${size / 2 ** (level + 1)}`, initial);
  }
  return { features: x, middle };
}

/** `[n, h, w, c]` → `[n, h/2, w/2, filters]`. */
function block(x: Symbolic, filters: number, name: string, initial: Initializers): Symbolic {
  const halved = rectified(x, { filters, kernelSize: 4, strides: 2, name }, initial);
  const main = rectified(halved, { filters, kernelSize: 3, name: `${name}_conv` }, initial);
  const pool = tfl.layers.averagePooling2d({ poolSize: 2, strides: 2, name: `${name}_pool` });
  const shortcut = convolve(
    pool.apply(x) as Symbolic,
    { filters, kernelSize: 1, name: `${name}_shortcut` },
    1,
    initial,
  );
  return new ScaledSum({ name: `${name}_sum` }).apply([main, shortcut]) as Symbolic;
}

/** The convolution at 4 × 4 with which residual blocks end: `[n, 4, 4, features]` again, where `x` may have the minibatch deviation, too. */
export function endResidual(x: Symbolic, features: number, initial: Initializers): Symbolic {
  return rectified(x, { filters: features, kernelSize: 3, name: 'end' }, initial, features);
}

/** A convolution and LeakyReLU 0.2. `seen`: the features of `x` that count for the size of the initial kernel. */
function rectified(x: Symbolic, conv: Conv, initial: Initializers, seen = x.shape[3]!): Symbolic {
  return leaky(convolve(x, conv, 2, initial, seen), conv.name);
}

function convolve(x: Symbolic, conv: Conv, gain: 1 | 2, initial: Initializers, seen = x.shape[3]!): Symbolic {
  const kernelInitializer = initial.kernel(conv.kernelSize ** 2 * seen, gain);
  return new Conv2D({ ...conv, padding: 'same', kernelInitializer }).apply(x) as Symbolic;
}

/**
 * How many numbers the blocks and the convolution at their end hold.
 * @param seen channels of the image as the network sees it; `extra`: 1 with the minibatch deviation, else 0.
 */
export function countResidual(features: readonly number[], seen: number, extra: 0 | 1): number {
  const first = (9 * seen + 1) * features[0]!;
  const last = features.at(-1)!;
  // Kernels of 4 × 4 and 1 × 1 on the features before, of 3 × 3 on those of the block itself, and three biases.
  const blocks = features.slice(1).map((own, i) => own * (17 * features[i]! + 9 * own + 3));
  return first + blocks.reduce((total, count) => total + count, 0) + (9 * (last + extra) + 1) * last;
}
