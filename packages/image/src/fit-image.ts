import type { NdArray } from 'ndarray';
import { dimensions, type Image } from './image.js';
import type { ResizeFilter } from './resize/resize-filter.js';
import { resizePillow } from './resize/resize-pillow.js';
import { toGrey8 } from './to-grey8.js';
import { toRgb8 } from './to-rgb8.js';

export interface FitOptions {
  /** Width and height in pixels; the aspect ratio is not kept, as the networks' training sets do it. */
  size: number;
  /** 1 (grey) or 3 (RGB). @default 1 */
  channels?: 1 | 3 | undefined;
  /** @default 'bicubic' */
  filter?: ResizeFilter | undefined;
}

/** Any image as 8-bit `[size, size, channels]`. */
export function fitImage(source: Image, options: FitOptions): NdArray<Uint8Array> {
  const { size, channels = 1, filter = 'bicubic' } = options;
  if (channels !== 1 && channels !== 3) throw new RangeError(`invalid channels: ${channels} (1 or 3)`);
  const [height, width, stored] = dimensions(source);
  // Grey is resized as one channel, whatever is wanted: the three would come out alike.
  const plain = channels === 1 || stored === 1 ? toGrey8(source) : toRgb8(source);
  const fitted = height === size && width === size ? plain : resizePillow(plain, size, size, filter);
  return channels === 3 ? toRgb8(fitted) : fitted;
}
