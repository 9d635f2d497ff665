import * as tfl from '@tensorflow/tfjs-layers';
import { BatchNorm } from '../layers/batch-norm.js';
import { BLUR_FILTERS, Blur } from '../layers/blur.js';
import { Conv2D } from '../layers/conv2d.js';
import { Dropout } from '../layers/dropout.js';
import { HighPass } from '../layers/high-pass.js';
import { MinibatchStd } from '../layers/minibatch-std.js';
import { iterateSpectral, SpectralConv2D, SpectralDense } from '../layers/spectral.js';
import {
  checkDiscriminator,
  checkNetworkOptions,
  type DiscriminatorOptions,
  type FullDiscriminatorOptions,
  widthOfDiscriminator,
} from './discriminator-options.js';
import { type Initializers, initializersOf } from './initializers.js';
import { leaky } from './leaky.js';
import { type FullNetworkOptions, featureChain } from './network-options.js';
import { decode } from './reconstruction.js';
import { requireBackend } from './require-backend.js';
import { endResidual, residualBlocks } from './residual-blocks.js';

type Symbolic = tfl.SymbolicTensor;

/**
 * Makes a discriminator: images `[n, size, size, channels]` in [−1, 1] → logits `[n, 1]`, high for real.
 * With `classes`, a second input `[n, classes]` is the one-hot label, used by projection (Miyato and Koyama, 2018). With `reconstruction`, a
 * second output `[n, size/2, size/2, channels]` in [−1, 1] is what the decoder makes of the features.
 * @throws RangeError naming the option that is unknown or out of its range; TypeError if `options` is no object; Error if no
 * backend is ready.
 */
export function createDiscriminator(options: DiscriminatorOptions): tfl.LayersModel {
  requireBackend();
  checkNetworkOptions('createDiscriminator', options);
  const full = checkDiscriminator(options);
  const { size, channels, classes, architecture } = full;
  const image = tfl.input({ shape: [size, size, channels], name: 'image' });
  const inputs = [image];
  const radford = architecture === 'dcgan';
  const initial = initializersOf(full, 'discriminator');
  const body = radford ? dcganBody(image, full, initial) : { features: paperBody(image, full, initial) };
  const { features } = body;
  const spectral = radford && full.discriminatorNorm === 'spectral';
  const dense = (units: number, useBias: boolean, name: string, inputs: number): tfl.layers.Layer => {
    const args = { units, useBias, kernelInitializer: initial.kernel(inputs, 1), name };
    return spectral ? new SpectralDense(args) : tfl.layers.dense(args);
  };
  let logits = dense(1, true, 'logit', features.shape[1]!).apply(features) as Symbolic;
  if (classes > 0) {
    const label = tfl.input({ shape: [classes], name: 'label' });
    inputs.push(label);
    // The projection sums over the features, so their number is what keeps its size that of the logit.
    const embedded = dense(features.shape[1]!, false, 'embed_label', features.shape[1]!).apply(
      label,
    ) as Symbolic;
    const projected = tfl.layers.dot({ axes: 1, name: 'projection' }).apply([embedded, features]) as Symbolic;
    logits = tfl.layers.add({ name: 'conditional_logit' }).apply([logits, projected]) as Symbolic;
  }
  const decoded =
    body.middle && full.reconstruction > 0 ? [decode(body.middle, size, channels, initial)] : [];
  const model = tfl.model({ inputs, outputs: [logits, ...decoded], name: 'discriminator' });
  iterateSpectral(model, 10);
  return model;
}

const flatten = (x: Symbolic): Symbolic => tfl.layers.flatten({ name: 'flatten' }).apply(x) as Symbolic;

/** Down to 4 × 4; `middle` are the features at 8 × 8. */
function dcganBody(
  image: Symbolic,
  options: FullDiscriminatorOptions,
  initial: Initializers,
): { features: Symbolic; middle?: Symbolic } {
  const { size, highPass, minibatchStd } = options;
  const seen = highPass ? (new HighPass({ name: 'high_pass' }).apply(image) as Symbolic) : image;
  const width = widthOfDiscriminator(options);
  const residual = options.discriminatorBlocks === 'residual';
  const { features, middle } = residual
    ? residualBlocks(seen, { size, width }, initial)
    : plainBlocks(seen, { ...options, width }, initial);
  let x = features;
  if (minibatchStd > 0) {
    x = new MinibatchStd({ group: minibatchStd, name: 'minibatch_std' }).apply(x) as Symbolic;
  }
  if (residual) x = endResidual(x, features.shape[3]!, initial);
  return { features: flatten(x), middle };
}

/** Convolutions of stride 2 with LeakyReLU 0.2. */
function plainBlocks(
  image: Symbolic,
  options: FullDiscriminatorOptions,
  initial: Initializers,
): { features: Symbolic; middle: Symbolic } {
  const { size, width } = options;
  let x = image;
  let middle = x;
  for (const [level, filters] of featureChain(size, width).entries()) {
    middle = x;
    x = halve(x, { ...options, level, filters, name: `down_${size / 2 ** (level + 1)}` }, initial);
  }
  return { features: x, middle };
}

type Halving = FullDiscriminatorOptions & { level: number; filters: number; name: string };

/** `[n, h, w, c]` → `[n, h/2, w/2, filters]`. */
function halve(x: Symbolic, options: Halving, initial: Initializers): Symbolic {
  const { discriminatorNorm: norm, level, filters, name } = options;
  const filter = level === 0 ? 'none' : options.discriminatorBlur;
  const kernelSize = filter === '1-3-3-1' ? 3 : 4;
  const normalised = norm === 'batch' && level > 0;
  const args = {
    filters,
    kernelSize,
    strides: 2,
    padding: filter === 'none' ? 'same' : 'valid',
    useBias: !normalised,
    kernelInitializer: initial.kernel(kernelSize ** 2 * x.shape[3]!),
    name,
  } as const;
  let y = x;
  if (filter !== 'none') {
    // Both together pad like one convolution with the larger filter: equally on every side.
    const padding = (BLUR_FILTERS[filter].length + kernelSize - 3) / 2;
    y = new Blur({ filter, padding, name: `${name}_blur` }).apply(y) as Symbolic;
  }
  y = (norm === 'spectral' ? new SpectralConv2D(args) : new Conv2D(args)).apply(y) as Symbolic;
  if (normalised) {
    y = new BatchNorm({
      momentum: 0.9,
      epsilon: 1e-5,
      gammaInitializer: initial.gamma(),
      name: `${name}_norm`,
    }).apply(y) as Symbolic;
  }
  return leaky(y, name);
}

/** A k5 s1 convolution, four k5 s2 ones, each with LeakyReLU 0.2; flatten; dropout 0.4. */
function paperBody(image: Symbolic, options: FullNetworkOptions, initial: Initializers): Symbolic {
  let x = image;
  for (const times of [1, 2, 4, 8, 16]) {
    const name = `down_${options.size / times}`;
    const conv = new Conv2D({
      filters: times * options.width,
      kernelSize: 5,
      strides: times === 1 ? 1 : 2,
      padding: 'same',
      kernelInitializer: initial.kernel(25 * x.shape[3]!),
      name,
    });
    x = leaky(conv.apply(x) as Symbolic, name);
  }
  return new Dropout({ rate: 0.4, name: 'dropout' }).apply(flatten(x)) as Symbolic;
}
