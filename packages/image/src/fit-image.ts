import type { NdArray } from 'ndarray';
import { checkWholeNumber } from './check-arguments.js';
import { checkOptions, type KnownOptions } from './check-options.js';
import { dimensions, type Image } from './image.js';
import { checkFilter, type ResizeFilter } from './resize/resize-filter.js';
import { resizePillow } from './resize/resize-pillow.js';
import { toGrey8 } from './to-grey8.js';
import { toRgb8 } from './to-rgb8.js';

/** Options of `fitImage`. */
export interface FitOptions {
  /** Width and height in pixels, from 1 on. The aspect ratio is not kept, as in the networks' training sets. */
  size: number;
  /** 1 (grey) or 3 (RGB). @default 1 */
  channels?: 1 | 3 | undefined;
  /** @default 'bicubic' */
  filter?: ResizeFilter | undefined;
}

/** The options of `fitImage`, for functions that take them too. */
export const FIT_OPTIONS: KnownOptions<FitOptions> = { size: true, channels: true, filter: true };

/** Checks the options of `fitImage` before there is an image. @throws RangeError for an invalid size, number of channels or filter. */
export function checkFit(options: FitOptions): void {
  const { size, channels = 1, filter = 'bicubic' } = options ?? {};
  checkWholeNumber('size', size);
  if (channels !== 1 && channels !== 3) throw new RangeError(`invalid channels: ${channels} (1 or 3)`);
  checkFilter(filter);
}

/**
 * Any image as an 8-bit one of `[size, size, channels]`, values 0..255.
 * @throws RangeError for an unknown option, an invalid size, number of channels or filter, or a float outside 0..1; TypeError if it is no image.
 */
export function fitImage(source: Image, options: FitOptions): NdArray<Uint8Array> {
  checkOptions<FitOptions>('fitImage', options, FIT_OPTIONS);
  checkFit(options);
  const { size, channels = 1, filter = 'bicubic' } = options;
  const [height, width, stored] = dimensions(source);
  // A grey image is resized as one channel even for RGB: three equal channels would give the same values.
  const plain = channels === 1 || stored === 1 ? toGrey8(source) : toRgb8(source);
  const fitted = height === size && width === size ? plain : resizePillow(plain, size, size, filter);
  return channels === 3 ? toRgb8(fitted) : fitted;
}
