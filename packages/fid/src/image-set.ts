import { checkOptions, type ImageSet, type ImageSetOptions, imagesOf, type KnownOptions } from '@cxr/image';
import { assertResizeMode, type Preparation, prepareFor, type ResizeMode } from './prepare-image.js';

/** An image resized for the engines. */
export interface PreparedImage {
  /** The file, or `image 0` and so on, for messages. */
  name: string;
  /** `[299, 299, 3]`, or as the engine's preprocessing has it; row-major, 0 to 255. */
  pixels: Uint8Array | Float32Array;
}

const OPTIONS: KnownOptions<ImageSetOptions> = { range: true, bits: true, onWarning: true };

/**
 * The images of a set, resized for the engines, one after the other.
 * @throws RangeError for unknown options; and as `imagesOf`.
 */
export async function* prepareImages(
  set: ImageSet,
  mode: ResizeMode,
  options: ImageSetOptions = {},
): AsyncGenerator<PreparedImage> {
  checkOptions('prepareImages', options, OPTIONS);
  assertResizeMode(mode);
  yield* prepareAll(set, mode, options);
}

/** As `prepareImages`, for any encoder. */
export async function* prepareAll(
  set: ImageSet,
  how: Preparation,
  options: ImageSetOptions,
): AsyncGenerator<PreparedImage> {
  for await (const { name, image } of imagesOf(set, options)) yield { name, pixels: prepareFor(image, how) };
}
