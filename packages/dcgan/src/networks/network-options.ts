/** Sides of the images that a DCGAN can be built for. */
export type Size = 32 | 64 | 128 | 256;

/** What the shape of both networks follows from. */
export interface NetworkOptions {
  /**
   * `dcgan`: Radford et al., 2016 (batch norm, k4 s2 up to the last layer). `paper`: the network of Kora Venu and
   * Ravula, 2021 (no batch norm, k5 in the discriminator). Default `dcgan`.
   */
  architecture?: 'dcgan' | 'paper';
  /** Height and width of the images in pixels. */
  size: Size;
  /** Features of the layer at full (discriminator: half) resolution; each halving doubles them, up to 16 × width. */
  width: number;
  /** Length of a latent vector. Default 100. */
  latentDim?: number;
  /** 1 grey, 3 RGB. Default 1. */
  channels?: 1 | 3;
  /** Number of class labels; 0, the default, is an unconditional network. */
  classes?: number;
  /** Seed of the initial weights. Default 0. */
  seed?: number;
}

/** The most that a layer's features exceed `width`: at 256 pixels plain doubling would give 32. */
const WIDEST = 16;
const SIZES: readonly number[] = [32, 64, 128, 256];

/** @throws RangeError naming the option that is out of its range. */
export function checkNetwork(options: NetworkOptions): Required<NetworkOptions> {
  const full = {
    architecture: 'dcgan',
    latentDim: 100,
    channels: 1,
    classes: 0,
    seed: 0,
    ...options,
  } as const;
  if (full.architecture !== 'dcgan' && full.architecture !== 'paper') {
    throw new RangeError(`invalid architecture: ${full.architecture} (dcgan or paper)`);
  }
  if (!SIZES.includes(full.size)) throw new RangeError(`invalid size: ${full.size} (32, 64, 128 or 256)`);
  if (full.channels !== 1 && full.channels !== 3)
    throw new RangeError(`invalid channels: ${full.channels} (1 or 3)`);
  for (const name of ['width', 'latentDim'] as const) {
    if (!(Number.isInteger(full[name]) && full[name] > 0))
      throw new RangeError(`invalid ${name}: ${full[name]}`);
  }
  if (!(Number.isInteger(full.classes) && full.classes >= 0 && full.classes !== 1)) {
    throw new RangeError(`invalid classes: ${full.classes} (0, or at least 2)`);
  }
  if (!Number.isSafeInteger(full.seed)) throw new RangeError(`invalid seed: ${full.seed}`);
  return full;
}

/** Features at resolutions size/2, size/4, … 4: width, 2 width, 4 width, … */
export function featureChain(size: number, width: number): number[] {
  const levels = Math.log2(size) - 2;
  return Array.from({ length: levels }, (_, level) => width * Math.min(2 ** level, WIDEST));
}
