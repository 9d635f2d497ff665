import ndarray, { type NdArray } from 'ndarray';
import { samplesLike } from './memory.js';

/** Samples of an image: Uint8 in 0..255, Uint16 in 0..65535, Float32 in 0..1. */
export type Pixels = Uint8Array | Uint16Array | Float32Array;

/** An image `[height, width, channels]`, row-major, channels 1 (grey) or 3 (RGB). */
export type Image<T extends Pixels = Pixels> = NdArray<T>;

/** Height and width in pixels. */
export interface Size {
  readonly height: number;
  readonly width: number;
}

/** An image taken apart: its samples row after row, channels innermost. */
export interface Raster<T extends Pixels = Pixels> extends Size {
  readonly data: T;
  readonly channels: number;
}

/**
 * The samples and the size of an image: its own array, not a copy, where it is stored plainly (so never write there).
 * @throws TypeError if it is no image `[height, width, 1 or 3]` of Uint8, Uint16 or Float32.
 */
export function raster<T extends Pixels>(image: Image<T>): Raster<T> {
  const [height, width, channels] = image.shape as [number, number, number];
  if (image.shape.length !== 3 || (channels !== 1 && channels !== 3) || height < 1 || width < 1) {
    throw new TypeError(`not an image [height, width, 1 or 3]: [${image.shape}]`);
  }
  return { data: plain(image, height, width, channels), height, width, channels };
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

/** Cut off at black and white. Kinder to inner loops than Math.min and Math.max, which mind −0 and NaN. */
export function clip(value: number, max: number): number {
  if (value <= 0) return 0;
  if (value >= max) return max;
  return value;
}

function plain<T extends Pixels>(image: Image<T>, height: number, width: number, channels: number): T {
  const { data, offset, stride } = image;
  if (!(data instanceof Uint8Array || data instanceof Uint16Array || data instanceof Float32Array)) {
    throw new TypeError(`image data must be a Uint8Array, Uint16Array or Float32Array, not ${image.dtype}`);
  }
  const size = height * width * channels;
  const [rows, columns, planes] = stride as [number, number, number];
  if (planes === 1 && columns === channels && rows === width * channels) {
    return (offset === 0 && data.length === size ? data : data.subarray(offset, offset + size)) as T;
  }
  const copy = samplesLike(data, size) as T;
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) copy[at++] = data[offset + y * rows + x * columns + c * planes]!;
    }
  }
  return copy;
}
