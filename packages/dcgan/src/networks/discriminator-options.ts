import { checkOptions, type KnownOptions } from '@cxr/image';
import { TRAINING_SETTINGS } from '../training-settings.js';
import {
  checkFeatures,
  checkNetwork,
  type FullNetworkOptions,
  NETWORK_OPTIONS,
  type NetworkOptions,
  oneOf,
  refuseForPaper,
} from './network-options.js';

/** Normalisations of the `dcgan` discriminator. */
export const DISCRIMINATOR_NORMS = ['batch', 'spectral', 'none'] as const;
/** Fixed filters before the strides of the `dcgan` discriminator. */
export const DISCRIMINATOR_BLURS = ['none', '1-2-1', '1-3-3-1'] as const;
/** What halves the images of the `dcgan` discriminator. */
export const DISCRIMINATOR_BLOCKS = ['plain', 'residual'] as const;

/** `NetworkOptions`, and what only a discriminator has. */
export interface DiscriminatorOptions extends NetworkOptions {
  /**
   * What halves the images of the discriminator. `plain`: one convolution (Radford et al., 2016). `residual`: two, added to a shortcut of
   * an average pool and a 1 × 1 convolution (after Karras et al., 2020), with a convolution at full size before them and one at 4 × 4 after
   * them; it needs `discriminatorNorm: 'none'` and `discriminatorBlur: 'none'`. Only for `dcgan`. @default 'plain'
   */
  discriminatorBlocks?: DiscriminatorBlocks | undefined;
  /**
   * `width` of the discriminator alone, whose features at half resolution it is (with residual blocks: at full resolution, and twice as
   * many at half); 0: that of the generator. Only for `dcgan`. @default 0
   */
  discriminatorWidth?: number | undefined;
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
  discriminatorBlocks: true,
  discriminatorWidth: true,
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

type DiscriminatorBlocks = (typeof DISCRIMINATOR_BLOCKS)[number];
type DiscriminatorNorm = (typeof DISCRIMINATOR_NORMS)[number];
type DiscriminatorBlur = (typeof DISCRIMINATOR_BLURS)[number];

/** The options with their defaults. @throws RangeError naming the option that is out of its range. */
export function checkDiscriminator(options: DiscriminatorOptions): FullDiscriminatorOptions {
  const { discriminatorBlocks = 'plain', discriminatorWidth = 0 } = options;
  const { discriminatorNorm = 'batch', discriminatorBlur = 'none', highPass = false } = options;
  const { minibatchStd = 0, reconstruction = 0 } = options;
  oneOf('discriminatorBlocks', discriminatorBlocks, DISCRIMINATOR_BLOCKS);
  checkFeatures('discriminatorWidth', discriminatorWidth, 0);
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
  const whole = { discriminatorBlocks, discriminatorWidth, discriminatorBlur, highPass, minibatchStd };
  if (network.architecture === 'paper') {
    refuseForPaper({ ...whole, reconstruction }, ['plain', 0, 'none', false, 0, 0]);
  }
  if (discriminatorBlocks === 'residual') needNone({ discriminatorNorm, discriminatorBlur });
  return { ...network, ...whole, discriminatorNorm, reconstruction };
}

function needNone(values: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === 'none') continue;
    throw new RangeError(`invalid ${name}: ${value} (discriminatorBlocks residual needs ${name} none)`);
  }
}

/** `width` of the discriminator. */
export function widthOfDiscriminator({ discriminatorWidth, width }: FullDiscriminatorOptions): number {
  return discriminatorWidth > 0 ? discriminatorWidth : width;
}

/** Every option given. */
export type FullDiscriminatorOptions = FullNetworkOptions & {
  [Key in Exclude<keyof DiscriminatorOptions, keyof NetworkOptions>]-?: NonNullable<
    DiscriminatorOptions[Key]
  >;
};
