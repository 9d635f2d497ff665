import type { NdArray } from 'ndarray';
import { describeValue } from './describe-value.js';
import { ndarray } from './ndarray.js';

/** Samples of an image: Uint8 in 0..255, Uint16 in 0..65535, Float32 in 0..1. */
export type Pixels = Uint8Array | Uint16Array | Float32Array;

/** Pixels `[height, width, channels]`, row-major; 1 channel (grey) or 3 (RGB). Black is 0, white is 255, 65535 or 1. */
export type Image<T extends Pixels = Pixels> = NdArray<T>;

/** An image of whole numbers, 8 or 16 bits a sample: what decoders give. */
export type IntegerImage = Image<Uint8Array | Uint16Array>;

/** An image and its name: the file's path, or a made-up name. */
export interface NamedImage<T extends Pixels = Pixels> {
  name: string;
  image: Image<T>;
  /** Number of its class, from 0, for conditional training. @default none */
  label?: number | undefined;
}

/**
 * Wraps pixels, without a copy, as an image `[height, width, channels]`.
 * @throws RangeError if the length is not height × width × channels, or channels is not 1 or 3.
 */
export function image<T extends Pixels>(data: T, height: number, width: number, channels: number): Image<T> {
  checkSize(width, height);
  if (channels !== 1 && channels !== 3) throw new RangeError(`invalid channels: ${channels} (1 or 3)`);
  if (data.length !== height * width * channels) {
    throw new RangeError(`invalid data length: ${data.length} for [${height}, ${width}, ${channels}]`);
  }
  return ndarray(data, [height, width, channels]) as Image<T>;
}

/** Checks a size in pixels. @throws RangeError unless both are positive whole numbers. */
export function checkSize(width: number, height: number): void {
  if (!(Number.isSafeInteger(width) && width > 0)) throw new RangeError(`invalid width: ${width}`);
  if (!(Number.isSafeInteger(height) && height > 0)) throw new RangeError(`invalid height: ${height}`);
}

/** `[height, width, channels]` of an image. @throws TypeError if it is not one. */
export function dimensions(image: Image): [height: number, width: number, channels: 1 | 3] {
  if (!Array.isArray(image?.shape)) throw new TypeError(`not an image: ${describeValue(image)}`);
  const [height, width, channels] = image.shape;
  if (image.shape.length !== 3 || !(height! > 0 && width! > 0) || (channels !== 1 && channels !== 3)) {
    throw new TypeError(`not an image [height, width, 1 or 3]: [${image.shape}]${hint(image.shape)}`);
  }
  return [height!, width!, channels];
}

/** Advice for shapes that are nearly right. */
function hint(shape: readonly number[]): string {
  if (shape.length === 2) return ` (grey is [${shape}, 1])`;
  if (shape.length === 4) return ' (this is a batch: pass it where a set of images is taken)';
  if (shape[2] === 4) return ' (RGBA: fromImageData drops the alpha channel)';
  return '';
}

/**
 * An image's samples in row-major order. If they are stored so, this is the image's own array (never write to it); for views
 * and transposes it is a copy.
 * @throws TypeError if it is no image, or its data is not a Uint8Array, Uint16Array or Float32Array.
 */
export function pixels<T extends Pixels>(image: Image<T>): T {
  const [height, width, channels] = dimensions(image);
  const { data, offset, stride } = image;
  if (!(data instanceof Uint8Array || data instanceof Uint16Array || data instanceof Float32Array)) {
    const clamped = (data as unknown) instanceof Uint8ClampedArray;
    const advice = clamped ? ' (fromImageData takes it, or new Uint8Array(data.buffer))' : '';
    throw new TypeError(
      `image data must be a Uint8Array, Uint16Array or Float32Array, not ${describeValue(data)}${advice}`,
    );
  }
  const size = height * width * channels;
  const [rows, columns, planes] = stride as [number, number, number];
  if (planes === 1 && columns === channels && rows === width * channels) {
    return (offset === 0 && data.length === size ? data : data.subarray(offset, offset + size)) as T;
  }
  const plain = samples(data, size) as T;
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const start = offset + y * rows + x * columns;
      for (let c = 0; c < channels; c++) plain[at++] = data[start + c * planes]!;
    }
  }
  return plain;
}

/** An array of the same type as `like`, of zeros. */
export function samples<T extends Pixels>(like: T, length: number): T {
  // Not `like.constructor`: Node's Buffer is a Uint8Array too.
  if (like instanceof Uint8Array) return new Uint8Array(length) as T;
  return (like instanceof Uint16Array ? new Uint16Array(length) : new Float32Array(length)) as T;
}
