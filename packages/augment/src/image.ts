import { dimensions, type Image, ndarray, type Pixels, pixels } from '@cxr/image';

export type { Image, Pixels };

/** Height and width in pixels. */
export interface Size {
  readonly height: number;
  readonly width: number;
}

/** The samples and the size of an image: row after row, channels innermost. */
export interface Raster<T extends Pixels = Pixels> extends Size {
  readonly data: T;
  readonly channels: number;
}

/**
 * The samples and the size of an image. An image stored in row-major order gives its own array, not a copy: never write to it.
 * @throws TypeError if it is no image `[height, width, 1 or 3]` of Uint8, Uint16 or Float32.
 */
export function raster<T extends Pixels>(image: Image<T>): Raster<T> {
  const [height, width, channels] = dimensions(image);
  return { data: pixels(image), height, width, channels };
}

/** Wraps samples, without a copy, as an image. */
export function toImage<T extends Pixels>(data: T, size: Size, channels: number): Image<T> {
  return ndarray(data, [size.height, size.width, channels]) as Image<T>;
}

/** The size of an image. */
export function imageSize(image: Image): Size {
  return { height: image.shape[0]!, width: image.shape[1]! };
}

/** White: 255, 65535 or 1. */
export function maximum(data: Pixels): number {
  if (data instanceof Uint8Array) return 255;
  return data instanceof Uint16Array ? 65535 : 1;
}

/** Clips to 0..max. Faster than Math.min and Math.max, which also handle −0 and NaN. */
export function clip(value: number, max: number): number {
  if (value <= 0) return 0;
  if (value >= max) return max;
  return value;
}
