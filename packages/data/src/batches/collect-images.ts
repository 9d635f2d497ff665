import {
  assertImageSet,
  checkFit,
  checkOptions,
  FIT_OPTIONS,
  type FitOptions,
  fitImage,
  type ImageSet,
  imagesOf,
  type NamedImage,
  ndarray,
  type ValueRange,
} from '@cxr/image';
import type { NdArray } from 'ndarray';

/** How `collectImages` fits images. */
export interface CollectImagesOptions extends FitOptions {
  /** The values of black and white in float images. @default [0, 1] */
  range?: ValueRange | undefined;
  /** Bits that the samples of Uint16 images really use, 1 to 16, see `imagesOf`. @default 16 */
  bits?: number | undefined;
  /** Called once, after the last image, where `bits` seems to be missing. */
  onWarning?: ((message: string) => void) | undefined;
  /** Called with each image before it is brought to size, in order. */
  onImage?: ((image: NamedImage) => void) | undefined;
  /** Aborts the work: its reason is thrown. @default none */
  signal?: AbortSignal | undefined;
}

/**
 * Reads a set of images to its end and keeps it in memory at one size: Uint8 `[n, size, size, channels]`, for `epochBatches`
 * and `takeBatch`.
 * @throws RangeError for unknown or invalid options; TypeError for what is no set of images; whatever the set throws.
 */
export async function collectImages(
  set: ImageSet,
  options: CollectImagesOptions,
): Promise<NdArray<Uint8Array>> {
  checkOptions<CollectImagesOptions>('collectImages', options, {
    ...FIT_OPTIONS,
    range: true,
    bits: true,
    onWarning: true,
    onImage: true,
    signal: true,
  });
  assertImageSet(set);
  checkFit(options);
  const { size, channels = 1, filter, range, bits, onWarning, onImage, signal } = options;
  const all: Uint8Array[] = [];
  for await (const named of imagesOf(set, { range, bits, onWarning })) {
    signal?.throwIfAborted();
    onImage?.(named);
    all.push(fitImage(named.image, { size, channels, filter }).data);
  }
  const length = size * size * channels;
  const data = new Uint8Array(all.length * length);
  for (const [i, pixels] of all.entries()) data.set(pixels, i * length);
  return ndarray(data, [all.length, size, size, channels]);
}
