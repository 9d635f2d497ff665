import type { Image } from './image.js';
import type { Box } from './transform.js';

/** An image with its mask and boxes. */
export interface Sample {
  readonly image: Image;
  /** The class of each pixel, of the image's size. @default none */
  readonly mask?: Image | undefined;
  /** In pixels of the image. @default none */
  readonly boxes?: readonly Box[] | undefined;
}
