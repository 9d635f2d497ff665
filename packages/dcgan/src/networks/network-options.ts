import type { KnownOptions } from '@cxr/image';
import { UPSAMPLINGS, type Upsampling } from './upsampling.js';

/** Sides of the images that a DCGAN can be built for. */
const SIZES = [32, 64, 128, 256] as const;
export const ARCHITECTURES = ['dcgan', 'paper'] as const;
const CHANNELS = [1, 3] as const;
export const INITIALIZATIONS = ['normal', 'he'] as const;

/** Width and height, in pixels, of the images that a DCGAN can be built for. */
export type Size = (typeof SIZES)[number];
type Initialization = (typeof INITIALIZATIONS)[number];
type Architecture = (typeof ARCHITECTURES)[number];

/** What the shape of both networks follows from. */
export interface NetworkOptions {
  /**
   * `dcgan`: Radford et al., 2016 (batch norm, k4 s2 up to the last layer). `paper`: the network of Kora Venu and
   * Ravula, 2021 (no batch norm, k5 in the discriminator). @default 'dcgan'
   */
  architecture?: Architecture | undefined;
  /** Height and width of the images in pixels. */
  size: Size;
  /** Features of the layer at full (discriminator: half) resolution; each halving doubles them, up to 16 × width; 1 to 4096. */
  width: number;
  /** Length of a latent vector, 1 to 4096. @default 100 */
  latentDim?: number | undefined;
  /** 1 grey, 3 RGB. @default 1 */
  channels?: 1 | 3 | undefined;
  /** Number of class labels; 0 is an unconditional network, 1 is refused. @default 0 */
  classes?: number | undefined;
  /** Seed of the initial weights. @default 0 */
  seed?: number | undefined;
  /**
   * Initial kernels: `normal`, N(0, 0.02) as Radford et al., 2016; `he`, N(0, √(2 / inputs)) as He et al., 2015, which a
   * discriminator without normalisation needs to see anything at first. Only for `dcgan`. @default 'normal'
   */
  initialization?: Initialization | undefined;
  /**
   * How the generator doubles its images. `transposed`: 4 × 4 transposed convolutions of stride 2, which leave a lattice (Odena et al.,
   * 2016). `transposed-1-2-1`, `transposed-notch`: each followed by a fixed filter (see `BLUR_FILTERS`);
   * `transposed-1-3-3-1`: the same with 5 × 5. `bilinear`: bilinear enlargement and a 3 × 3 convolution. Only for `dcgan`.
   * @default 'transposed'
   */
  upsampling?: Upsampling | undefined;
  /**
   * True: the generator makes an image at every resolution, and sums them, each enlarged bilinearly (Karras et al., 2020). Only for
   * `dcgan`. @default false
   */
  outputSkips?: boolean | undefined;
  /**
   * True: the generator's features from 32 × 32 on are scaled by those of an eighth of their size (skip-layer excitation of FastGAN:
   * Liu et al., 2021). Only for `dcgan`. @default false
   */
  skipExcitation?: boolean | undefined;
  /**
   * Features of the generator at full size, of which a 3 × 3 convolution makes the image; 0: the last transposed convolution makes it
   * itself, as in Radford et al., 2016, so that no pixel knows its neighbours. Only for `dcgan`. @default 0
   */
  fullSizeFeatures?: number | undefined;
  /**
   * True: the generator's last layer is the median of each pixel and its eight neighbours, so that it cannot make the grain of single
   * pixels. Only for `dcgan`. @default false
   */
  medianFilter?: boolean | undefined;
}

/** The names of `NetworkOptions`. */
export const NETWORK_OPTIONS: KnownOptions<NetworkOptions> = {
  architecture: true,
  size: true,
  width: true,
  latentDim: true,
  channels: true,
  classes: true,
  seed: true,
  initialization: true,
  upsampling: true,
  outputSkips: true,
  skipExcitation: true,
  fullSizeFeatures: true,
  medianFilter: true,
};

/** Every option given. */
export type FullNetworkOptions = {
  [Key in keyof Required<NetworkOptions>]: NonNullable<NetworkOptions[Key]>;
};

/** At 256 pixels plain doubling would give 32 × width. */
const MAX_FACTOR = 16;

/** The options with their defaults. @throws RangeError naming the option that is out of its range. */
export function checkNetwork(options: NetworkOptions): FullNetworkOptions {
  const {
    architecture = 'dcgan',
    size,
    width,
    latentDim = 100,
    channels = 1,
    classes = 0,
    seed = 0,
    initialization = 'normal',
    upsampling = 'transposed',
    outputSkips = false,
    skipExcitation = false,
    fullSizeFeatures = 0,
    medianFilter = false,
  } = options;
  oneOf('architecture', architecture, ARCHITECTURES);
  oneOf('size', size, SIZES);
  oneOf('channels', channels, CHANNELS);
  checkFeatures('width', width, 1);
  checkFeatures('latentDim', latentDim, 1);
  if (!(Number.isSafeInteger(classes) && classes >= 0 && classes !== 1)) {
    throw new RangeError(`invalid classes: ${classes} (0, or at least 2)`);
  }
  if (!Number.isSafeInteger(seed)) throw new RangeError(`invalid seed: ${seed}`);
  oneOf('initialization', initialization, INITIALIZATIONS);
  oneOf('upsampling', upsampling, UPSAMPLINGS);
  oneOf('outputSkips', outputSkips, [false, true]);
  oneOf('skipExcitation', skipExcitation, [false, true]);
  oneOf('medianFilter', medianFilter, [false, true]);
  checkFeatures('fullSizeFeatures', fullSizeFeatures, 0);
  if (architecture === 'paper') {
    const values = {
      initialization,
      upsampling,
      outputSkips,
      skipExcitation,
      fullSizeFeatures,
      medianFilter,
    };
    refuseForPaper(values, ['normal', 'transposed', false, false, 0, false]);
  }
  const shape = { architecture, size, width, latentDim, channels, classes, seed };
  return {
    ...shape,
    initialization,
    upsampling,
    outputSkips,
    skipExcitation,
    fullSizeFeatures,
    medianFilter,
  };
}

/** More features than any machine trains: a slip of the keyboard, or a hostile file. */
const MAX_FEATURES = 4096;

/** @throws RangeError unless it is a whole number from `min` to 4096. */
export function checkFeatures(name: string, value: number, min: 0 | 1): void {
  if (Number.isSafeInteger(value) && value >= min && value <= MAX_FEATURES) return;
  throw new RangeError(`invalid ${name}: ${String(value)} (a whole number, ${min} to ${MAX_FEATURES})`);
}

/** @throws RangeError for a value other than its default: the `paper` networks are those of the paper. */
export function refuseForPaper(
  values: Readonly<Record<string, unknown>>,
  defaults: readonly unknown[],
): void {
  for (const [i, [name, value]] of Object.entries(values).entries()) {
    if (value !== defaults[i]) throw new RangeError(`invalid ${name}: ${value} (needs architecture dcgan)`);
  }
}

/** Features at resolutions size/2, size/4, … 4: width, 2 width, 4 width, … */
export function featureChain(size: number, width: number): number[] {
  const levels = Math.log2(size) - 2;
  return Array.from({ length: levels }, (_, level) => width * Math.min(2 ** level, MAX_FACTOR));
}

/** @throws RangeError naming the choices. */
export function oneOf<T>(name: string, value: T, choices: readonly T[]): void {
  if (choices.includes(value)) return;
  const listed = `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`;
  throw new RangeError(`invalid ${name}: ${value} (${listed})`);
}
