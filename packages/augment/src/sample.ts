import type { Box, Point } from './boxes.js';
import type { Image } from './image.js';

/** An image with what belongs to it; every part is moved like the image. */
export interface Sample {
  readonly image: Image;
  /** The class of each pixel, of the image's size, with any number of channels; moved by nearest neighbour. @default none */
  readonly mask?: Image | undefined;
  /**
   * Values that may be mixed, such as probabilities, one channel for each class: of the image's size, 0 outside the image; moved
   * by bilinear interpolation. Uint8, Uint16 or Float32 in 0..1. @default none
   */
  readonly softMask?: Image | undefined;
  /** In pixels of the image. @default none */
  readonly boxes?: readonly Box[] | undefined;
  /** Keypoints in pixels of the image; the centre of the first pixel is at 0.5, 0.5. @default none */
  readonly points?: readonly Point[] | undefined;
}
