import {
  checkOptions,
  createRng,
  dimensions,
  fitImage,
  type Image,
  type ImageSet,
  imagesOf,
  type KnownOptions,
  type Rng,
  toGrey8,
} from '@cxr/image';
import { assertPositive } from '../engines/engine.js';
import { checkSide, msSsim } from './ms-ssim.js';

/** Options of `msSsimDiversity`. */
export interface MsSsimOptions {
  /** Random pairs, at least 1; all there are, if they are fewer. @default 1000 */
  pairs?: number | undefined;
  /** Of the pairs. @default 0 */
  seed?: number | undefined;
  /** Width and height in pixels that all images are brought to first, by Pillow's bicubic: the value depends on the size. @default their own */
  size?: number | undefined;
  /** Stops the work; its reason is then thrown. */
  signal?: AbortSignal | undefined;
}

const OPTIONS: KnownOptions<MsSsimOptions> = { pairs: true, seed: true, size: true, signal: true };

/** How alike the images of a set are. */
export interface MsSsimDiversity {
  /** Mean MS-SSIM of the pairs, 0 to 1: the higher, the less diverse. */
  mean: number;
  /** Standard deviation of the mean: that of the pairs over the root of their number. */
  standardError: number;
  /** Pairs compared. */
  pairs: number;
}

/** Images kept at most, each height × width bytes; of more a random sample. */
const MAX_IMAGES = 1000;

/**
 * The mean MS-SSIM of random pairs of a set's images (Odena et al., 2017): the measure of diversity that papers on generated X-rays report. A generator
 * whose value is above that of the reals makes images that are more alike than reals are. X-rays are alike anyway, so the value says nothing without the reals'
 * at the same size. No two pairs are the same. Of more than 1000 images a random sample of 1000 is paired.
 *
 * @throws RangeError for fewer than two images, images of different sizes without `size`, a side below 32 pixels, wrong or unknown options; and as `imagesOf`.
 */
export async function msSsimDiversity(set: ImageSet, options: MsSsimOptions = {}): Promise<MsSsimDiversity> {
  checkOptions('msSsimDiversity', options, OPTIONS);
  const { pairs = 1000, seed = 0, size, signal } = options;
  assertPositive('pairs', pairs);
  assertPositive('size', size);
  const images = await sampleOf(set, createRng(seed, 0), options);
  if (images.length < 2) throw new RangeError(`pairs need at least two images: ${images.length}`);
  const values: number[] = [];
  for (const [i, j] of drawPairs(images.length, pairs, createRng(seed, 1))) {
    signal?.throwIfAborted();
    values.push(msSsim(images[i]!, images[j]!));
  }
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, n - 1);
  return { mean, standardError: Math.sqrt(variance / n), pairs: n };
}

/** A random sample of the images as 8-bit grey, all of one size (Vitter's algorithm R, 1985). */
async function sampleOf(set: ImageSet, rng: Rng, { size, signal }: MsSsimOptions): Promise<Image[]> {
  const kept: Image[] = [];
  let seen = 0;
  let [height, width] = [0, 0];
  for await (const { name, image } of imagesOf(set)) {
    signal?.throwIfAborted();
    const shape = size === undefined ? dimensions(image) : [size, size];
    if (seen === 0) {
      [height, width] = shape as [number, number];
      checkSide(height, width);
    }
    if (shape[0] !== height || shape[1] !== width)
      throw new RangeError(
        `${name} has ${shape[1]} × ${shape[0]} pixels, others ${width} × ${height}: give a size for all`,
      );
    const slot = seen < MAX_IMAGES ? seen : rng.integer(seen + 1);
    seen++;
    if (slot < MAX_IMAGES)
      kept[slot] = toGrey8(size === undefined ? image : fitImage(image, { size, channels: 1 }));
  }
  return kept;
}

/** Different pairs of different numbers below `n`, in random order; all where there are no more than `count`. */
function drawPairs(n: number, count: number, rng: Rng): [number, number][] {
  const all = (n * (n - 1)) / 2;
  if (all <= count)
    return Array.from({ length: n }, (_, i) => i).flatMap((i) =>
      Array.from({ length: i }, (_, j): [number, number] => [j, i]),
    );
  const drawn = new Map<number, [number, number]>();
  while (drawn.size < count) {
    const [a, b] = [rng.integer(n), rng.integer(n)];
    if (a !== b) drawn.set(Math.min(a, b) * n + Math.max(a, b), [a, b]);
  }
  return [...drawn.values()];
}
