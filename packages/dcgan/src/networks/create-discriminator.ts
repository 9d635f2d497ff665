import { checkOptions, type KnownOptions } from '@cxr/image';
import * as tfl from '@tensorflow/tfjs-layers';
import { BatchNorm } from '../layers/batch-norm.js';
import { Conv2D } from '../layers/conv2d.js';
import { Dropout } from '../layers/dropout.js';
import { iterateSpectral, SpectralConv2D, SpectralDense } from '../layers/spectral.js';
import { TRAINING_SETTINGS } from '../training-settings.js';
import { glorotInitializers, type Initializers, radfordInitializers } from './initializers.js';
import {
  checkNetwork,
  type FullNetworkOptions,
  featureChain,
  NETWORK_OPTIONS,
  type NetworkOptions,
} from './network-options.js';
import { requireBackend } from './require-backend.js';

type Symbolic = tfl.SymbolicTensor;

/** Normalisations of the `dcgan` discriminator. */
export const DISCRIMINATOR_NORMS = ['batch', 'spectral', 'none'] as const;

/** `NetworkOptions`, and what only a discriminator has. */
export interface DiscriminatorOptions extends NetworkOptions {
  /**
   * Normalisation of the `dcgan` discriminator: `batch` from its second convolution on (default), `spectral` on
   * every weight (Miyato et al., 2018), or `none`. The `paper` one has none.
   */
  discriminatorNorm?: DiscriminatorNorm | undefined;
}

const DISCRIMINATOR_OPTIONS: KnownOptions<DiscriminatorOptions> = {
  ...NETWORK_OPTIONS,
  discriminatorNorm: true,
};

/**
 * Refuses options that no network has. One object may serve both networks, and may be a whole `TrainConfig`.
 * @throws RangeError naming the unknown option; TypeError if `options` is no object.
 */
export function checkNetworkOptions(caller: string, options: DiscriminatorOptions): void {
  checkOptions<object>(caller, options, { ...DISCRIMINATOR_OPTIONS, ...TRAINING_SETTINGS });
}

type DiscriminatorNorm = (typeof DISCRIMINATOR_NORMS)[number];

/** The options with their defaults. @throws RangeError naming the option that is out of its range. */
export function checkDiscriminator(options: DiscriminatorOptions): FullDiscriminatorOptions {
  const { discriminatorNorm = 'batch' } = options;
  if (!DISCRIMINATOR_NORMS.includes(discriminatorNorm)) {
    throw new RangeError(
      `invalid discriminatorNorm: ${discriminatorNorm} (${DISCRIMINATOR_NORMS.join(', ')})`,
    );
  }
  return { ...checkNetwork(options), discriminatorNorm };
}

/** Every option given. */
export type FullDiscriminatorOptions = FullNetworkOptions & { discriminatorNorm: DiscriminatorNorm };

/**
 * Makes a discriminator: images `[n, size, size, channels]` in [−1, 1] → logits `[n, 1]`, high for real.
 * With `classes`, a second input `[n, classes]` is the one-hot label, used by projection (Miyato and Koyama, 2018).
 * @throws RangeError naming the option that is unknown or out of its range; TypeError if `options` is no object; Error if no
 * backend is ready.
 */
export function createDiscriminator(options: DiscriminatorOptions): tfl.LayersModel {
  requireBackend();
  checkNetworkOptions('createDiscriminator', options);
  const {
    size,
    channels,
    classes,
    architecture,
    seed,
    discriminatorNorm: norm,
  } = checkDiscriminator(options);
  const image = tfl.input({ shape: [size, size, channels], name: 'image' });
  const inputs = [image];
  const radford = architecture === 'dcgan';
  const initial = radford
    ? radfordInitializers(seed, 'discriminator')
    : glorotInitializers(seed, 'discriminator');
  const features = radford ? dcganBody(image, options, norm, initial) : paperBody(image, options, initial);
  const spectral = radford && norm === 'spectral';
  const dense = (units: number, useBias: boolean, name: string): tfl.layers.Layer => {
    const args = { units, useBias, kernelInitializer: initial.kernel(), name };
    return spectral ? new SpectralDense(args) : tfl.layers.dense(args);
  };
  let logits = dense(1, true, 'logit').apply(features) as Symbolic;
  if (classes > 0) {
    const label = tfl.input({ shape: [classes], name: 'label' });
    inputs.push(label);
    const embedded = dense(features.shape[1]!, false, 'embed_label').apply(label) as Symbolic;
    const projected = tfl.layers.dot({ axes: 1, name: 'projection' }).apply([embedded, features]) as Symbolic;
    logits = tfl.layers.add({ name: 'conditional_logit' }).apply([logits, projected]) as Symbolic;
  }
  const model = tfl.model({ inputs, outputs: logits, name: 'discriminator' });
  iterateSpectral(model, 10);
  return model;
}

const leaky = (x: Symbolic, name: string): Symbolic =>
  tfl.layers.leakyReLU({ alpha: 0.2, name: `${name}_leaky` }).apply(x) as Symbolic;

const flatten = (x: Symbolic): Symbolic => tfl.layers.flatten({ name: 'flatten' }).apply(x) as Symbolic;

/** k4 s2 convolutions with LeakyReLU 0.2 down to 4 × 4. */
function dcganBody(
  image: Symbolic,
  options: NetworkOptions,
  norm: DiscriminatorNorm,
  initial: Initializers,
): Symbolic {
  let x = image;
  for (const [level, filters] of featureChain(options.size, options.width).entries()) {
    const name = `down_${options.size / 2 ** (level + 1)}`;
    const normalised = norm === 'batch' && level > 0;
    const args = {
      filters,
      kernelSize: 4,
      strides: 2,
      padding: 'same',
      useBias: !normalised,
      kernelInitializer: initial.kernel(),
      name,
    } as const;
    x = (norm === 'spectral' ? new SpectralConv2D(args) : new Conv2D(args)).apply(x) as Symbolic;
    if (normalised) {
      x = new BatchNorm({
        momentum: 0.9,
        epsilon: 1e-5,
        gammaInitializer: initial.gamma(),
        name: `${name}_norm`,
      }).apply(x) as Symbolic;
    }
    x = leaky(x, name);
  }
  return flatten(x);
}

/** A k5 s1 convolution, four k5 s2 ones, each with LeakyReLU 0.2; flatten; dropout 0.4. */
function paperBody(image: Symbolic, options: NetworkOptions, initial: Initializers): Symbolic {
  let x = image;
  for (const times of [1, 2, 4, 8, 16]) {
    const name = `down_${options.size / times}`;
    const conv = new Conv2D({
      filters: times * options.width,
      kernelSize: 5,
      strides: times === 1 ? 1 : 2,
      padding: 'same',
      kernelInitializer: initial.kernel(),
      name,
    });
    x = leaky(conv.apply(x) as Symbolic, name);
  }
  return new Dropout({ rate: 0.4, name: 'dropout' }).apply(flatten(x)) as Symbolic;
}
