import type { KnownOptions } from '@cxr/image';

/** Sides of the images that a DCGAN can be built for. */
const SIZES = [32, 64, 128, 256] as const;
export const ARCHITECTURES = ['dcgan', 'paper'] as const;
const CHANNELS = [1, 3] as const;

export type Size = (typeof SIZES)[number];
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
  /** Features of the layer at full (discriminator: half) resolution; each halving doubles them, up to 16 × width. */
  width: number;
  /** Length of a latent vector. @default 100 */
  latentDim?: number | undefined;
  /** 1 grey, 3 RGB. @default 1 */
  channels?: 1 | 3 | undefined;
  /** Number of class labels; 0 is an unconditional network, 1 is refused. @default 0 */
  classes?: number | undefined;
  /** Seed of the initial weights. @default 0 */
  seed?: number | undefined;
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
  } = options;
  oneOf('architecture', architecture, ARCHITECTURES);
  oneOf('size', size, SIZES);
  oneOf('channels', channels, CHANNELS);
  for (const [name, value] of Object.entries({ width, latentDim })) {
    if (!(Number.isSafeInteger(value) && value > 0)) throw new RangeError(`invalid ${name}: ${value}`);
  }
  if (!(Number.isSafeInteger(classes) && classes >= 0 && classes !== 1)) {
    throw new RangeError(`invalid classes: ${classes} (0, or at least 2)`);
  }
  if (!Number.isSafeInteger(seed)) throw new RangeError(`invalid seed: ${seed}`);
  return { architecture, size, width, latentDim, channels, classes, seed };
}

/** Features at resolutions size/2, size/4, … 4: width, 2 width, 4 width, … */
export function featureChain(size: number, width: number): number[] {
  const levels = Math.log2(size) - 2;
  return Array.from({ length: levels }, (_, level) => width * Math.min(2 ** level, MAX_FACTOR));
}

function oneOf<T>(name: string, value: T, choices: readonly T[]): void {
  if (choices.includes(value)) return;
  const listed = `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`;
  throw new RangeError(`invalid ${name}: ${value} (${listed})`);
}
