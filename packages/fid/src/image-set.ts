import { type ImageSet, type ImageSetOptions, imagesOf } from '@cxr/image';
import { prepareImage, type ResizeMode } from './prepare-image.js';

/** Pixels that an engine takes as they are: `[299, 299, 3]` row-major, 0 to 255. */
export interface PreparedImage {
  /** File or made name, for messages. */
  name: string;
  pixels: Uint8Array | Float32Array;
}

/** The images of a set, resized for the engines, one after the other. @throws as `imagesOf`. */
export async function* prepareImages(
  set: ImageSet,
  mode: ResizeMode,
  options: ImageSetOptions = {},
): AsyncGenerator<PreparedImage> {
  for await (const { name, image } of imagesOf(set, options))
    yield { name, pixels: prepareImage(image, mode) };
}
