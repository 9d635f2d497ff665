import { checkOptions, type KnownOptions } from '@cxr/image';
import * as tfl from '@tensorflow/tfjs-layers';
import { BatchNorm } from '../layers/batch-norm.js';
import { BLUR_FILTERS, Blur } from '../layers/blur.js';
import { Conv2D } from '../layers/conv2d.js';
import { Dropout } from '../layers/dropout.js';
import { HighPass } from '../layers/high-pass.js';
import { MinibatchStd } from '../layers/minibatch-std.js';
import { iterateSpectral, SpectralConv2D, SpectralDense } from '../layers/spectral.js';
import { TRAINING_SETTINGS } from '../training-settings.js';
import { type Initializers, initializersOf } from './initializers.js';
import {
  checkNetwork,
  type FullNetworkOptions,
  featureChain,
  NETWORK_OPTIONS,
  type NetworkOptions,
  oneOf,
  refuseForPaper,
} from './network-options.js';
import { decode } from './reconstruction.js';
import { requireBackend } from './require-backend.js';

type Symbolic = tfl.SymbolicTensor;

/** Normalisations of the `dcgan` discriminator. */
export const DISCRIMINATOR_NORMS = ['batch', 'spectral', 'none'] as const;
/** Fixed filters before the strides of the `dcgan` discriminator. */
export const DISCRIMINATOR_BLURS = ['none', '1-2-1', '1-3-3-1'] as const;

/** `NetworkOptions`, and what only a discriminator has. */
export interface DiscriminatorOptions extends NetworkOptions {
  /**
   * Normalisation of the `dcgan` discriminator: `batch` from its second convolution on (default), `spectral` on
   * every weight (Miyato et al., 2018), or `none`. The `paper` one has none.
   */
  discriminatorNorm?: DiscriminatorNorm | undefined;
  /**
   * Fixed blur before the strides of the discriminator (Zhang, 2019), from its second convolution on: the first sees the image
   * as it is. With `1-3-3-1` these convolutions are 3 × 3, else 4 × 4. Only for `dcgan`. @default 'none'
   */
  discriminatorBlur?: DiscriminatorBlur | undefined;
  /**
   * True: the discriminator also sees the image's high frequencies, 8 · (x − blur x), so that grain and lattices are as large to it
   * as anatomy. Only for `dcgan`. @default false
   */
  highPass?: boolean | undefined;
  /**
   * Images of a group over which the discriminator's minibatch standard deviation is taken (Karras et al., 2018), which shows it fakes that
   * are too equal: at least 2, and batches are whole numbers of groups; 0: none. Only for `dcgan`. @default 0
   */
  minibatchStd?: number | undefined;
  /**
   * Weight of the discriminator's reconstruction of the reals (Liu et al., 2021, FastGAN), the mean absolute error of a decoder that sees only its
   * features at 8 × 8; from 0, 0: no decoder. Only for `dcgan`. @default 0
   */
  reconstruction?: number | undefined;
}

const DISCRIMINATOR_OPTIONS: KnownOptions<DiscriminatorOptions> = {
  ...NETWORK_OPTIONS,
  discriminatorNorm: true,
  discriminatorBlur: true,
  highPass: true,
  minibatchStd: true,
  reconstruction: true,
};

/**
 * Refuses options that no network has. One object may serve both networks, and may be a whole `TrainConfig`.
 * @throws RangeError naming the unknown option; TypeError if `options` is no object.
 */
export function checkNetworkOptions(caller: string, options: DiscriminatorOptions): void {
  checkOptions<object>(caller, options, { ...DISCRIMINATOR_OPTIONS, ...TRAINING_SETTINGS });
}

type DiscriminatorNorm = (typeof DISCRIMINATOR_NORMS)[number];
type DiscriminatorBlur = (typeof DISCRIMINATOR_BLURS)[number];

/** The options with their defaults. @throws RangeError naming the option that is out of its range. */
export function checkDiscriminator(options: DiscriminatorOptions): FullDiscriminatorOptions {
  const { discriminatorNorm = 'batch', discriminatorBlur = 'none', highPass = false } = options;
  const { minibatchStd = 0, reconstruction = 0 } = options;
  if (!DISCRIMINATOR_NORMS.includes(discriminatorNorm)) {
    throw new RangeError(
      `invalid discriminatorNorm: ${discriminatorNorm} (${DISCRIMINATOR_NORMS.join(', ')})`,
    );
  }
  oneOf('discriminatorBlur', discriminatorBlur, DISCRIMINATOR_BLURS);
  oneOf('highPass', highPass, [false, true]);
  if (!(Number.isSafeInteger(minibatchStd) && minibatchStd >= 0 && minibatchStd !== 1)) {
    throw new RangeError(`invalid minibatchStd: ${minibatchStd} (0, or at least 2)`);
  }
  if (!(reconstruction >= 0 && Number.isFinite(reconstruction))) {
    throw new RangeError(`invalid reconstruction: ${reconstruction} (from 0)`);
  }
  const network = checkNetwork(options);
  if (network.architecture === 'paper') {
    refuseForPaper({ discriminatorBlur, highPass, minibatchStd, reconstruction }, ['none', false, 0, 0]);
  }
  return { ...network, discriminatorNorm, discriminatorBlur, highPass, minibatchStd, reconstruction };
}

/** Every option given. */
export type FullDiscriminatorOptions = FullNetworkOptions & {
  [Key in Exclude<keyof DiscriminatorOptions, keyof NetworkOptions>]-?: NonNullable<
    DiscriminatorOptions[Key]
  >;
};

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

const leaky = (x: Symbolic, name: string): Symbolic =>
  tfl.layers.leakyReLU({ alpha: 0.2, name: `${name}_leaky` }).apply(x) as Symbolic;

const flatten = (x: Symbolic): Symbolic => tfl.layers.flatten({ name: 'flatten' }).apply(x) as Symbolic;

/** Convolutions of stride 2 with LeakyReLU 0.2 down to 4 × 4; `middle` are the features at 8 × 8. */
function dcganBody(
  image: Symbolic,
  options: FullDiscriminatorOptions,
  initial: Initializers,
): { features: Symbolic; middle?: Symbolic } {
  const { size, width, highPass, minibatchStd } = options;
  let x = highPass ? (new HighPass({ name: 'high_pass' }).apply(image) as Symbolic) : image;
  let middle = x;
  for (const [level, filters] of featureChain(size, width).entries()) {
    middle = x;
    x = halve(x, { ...options, level, filters, name: `down_${size / 2 ** (level + 1)}` }, initial);
  }
  if (minibatchStd > 0) {
    x = new MinibatchStd({ group: minibatchStd, name: 'minibatch_std' }).apply(x) as Symbolic;
  }
  return { features: flatten(x), middle };
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
