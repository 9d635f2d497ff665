import type { NdArray } from 'ndarray';
import { checkWholeNumber } from './check-arguments.js';
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
 * @throws RangeError if the length is not height × width × channels, or channels is not 1 or 3; TypeError for another type of data.
 */
export function image<T extends Pixels>(data: T, height: number, width: number, channels: number): Image<T> {
  checkPixelData(data);
  checkSize(width, height);
  if (channels !== 1 && channels !== 3) throw new RangeError(`invalid channels: ${channels} (1 or 3)`);
  if (data.length !== height * width * channels) {
    throw new RangeError(`invalid data length: ${data.length} for [${height}, ${width}, ${channels}]`);
  }
  return ndarray(data, [height, width, channels]) as Image<T>;
}

/** Pixels of the largest image: three channels of float32 are 12 GiB. */
const MAX_SIZE = 2 ** 30;

/** Checks a size in pixels. @throws RangeError unless both are positive whole numbers, and their product is at most 2^30. */
export function checkSize(width: number, height: number): void {
  checkWholeNumber('width', width);
  checkWholeNumber('height', height);
  if (width * height > MAX_SIZE)
    throw new RangeError(`invalid size: ${width} × ${height}, more than ${MAX_SIZE} pixels`);
}

/** `[height, width, channels]` of an image. @throws TypeError if it is not one. */
export function dimensions(image: Image): [height: number, width: number, channels: 1 | 3] {
  if (!Array.isArray(image?.shape)) {
    const { data, shape } = (image ?? {}) as { data?: unknown; shape?: unknown };
    const advice =
      shape !== undefined ? ' whose shape is no array' : data === undefined ? '' : ' without a shape';
    throw new TypeError(`not an image: ${describeValue(image)}${advice}`);
  }
  const [height, width, channels] = image.shape;
  const sides = image.shape.every(Number.isSafeInteger) && height! > 0 && width! > 0;
  if (image.shape.length !== 3 || !sides || (channels !== 1 && channels !== 3)) {
    throw new TypeError(
      `not an image [height, width, 1 or 3]: [${image.shape.map(show)}]${hint(image.shape)}`,
    );
  }
  return [height!, width!, channels];
}

/** A side as JSON writes it, so that '4' does not look like 4. */
function show(side: unknown): string {
  return typeof side === 'string' ? JSON.stringify(side) : String(side);
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
 * and transposes it is a copy. Without a stride they are stored so: `{ data, shape }` is an image, too.
 * @throws TypeError if it is no image, or its data is not a Uint8Array, Uint16Array or Float32Array; RangeError if the data is
 * shorter than the shape says.
 */
export function pixels<T extends Pixels>(image: Image<T>): T {
  const [height, width, channels] = dimensions(image);
  const size = height * width * channels;
  const { data, offset = 0, stride = [width * channels, channels, 1] } = image as Partial<Image<T>>;
  checkPixelData(data);
  const [rows, columns, planes] = checkView(data, [height, width, channels], stride, offset);
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

/** @throws TypeError unless `data` is one of the arrays that hold pixels. */
export function checkPixelData(data: unknown): asserts data is Pixels {
  if (data instanceof Uint8Array || data instanceof Uint16Array || data instanceof Float32Array) return;
  const clamped = data instanceof Uint8ClampedArray;
  const advice = clamped ? ' (fromImageData takes it, or new Uint8Array(data.buffer))' : '';
  throw new TypeError(
    `image data must be a Uint8Array, Uint16Array or Float32Array, not ${describeValue(data)}${advice}`,
  );
}

/** The strides of a view whose elements all lie in its data. @throws TypeError for other strides; RangeError for too little data. */
function checkView(
  data: Pixels,
  shape: readonly number[],
  stride: readonly number[],
  offset: number,
): [rows: number, columns: number, planes: number] {
  const valid =
    Array.isArray(stride) && stride.length === 3 && [...stride, offset].every(Number.isSafeInteger);
  if (!valid) throw new TypeError(`an image has three strides and an offset: [${stride}], ${offset}`);
  let first = offset;
  let last = offset;
  for (const [axis, step] of stride.entries()) {
    if (step < 0) first += step * (shape[axis]! - 1);
    else last += step * (shape[axis]! - 1);
  }
  if (first < 0 || last >= data.length) {
    throw new RangeError(`invalid data length: ${data.length} for [${shape}]`);
  }
  return stride as [number, number, number];
}

/** An array of the same type as `like`, of zeros. @throws RangeError unless the length is a whole number from 0 on. */
export function samples<T extends Pixels>(like: T, length: number): T {
  checkWholeNumber('length', length, 0);
  // Not `like.constructor`: Node's Buffer is a Uint8Array too.
  if (like instanceof Uint8Array) return new Uint8Array(length) as T;
  return (like instanceof Uint16Array ? new Uint16Array(length) : new Float32Array(length)) as T;
}
