import ndarray, { type NdArray } from 'ndarray';

/** Pixels `[height, width, channels]`, row-major; channels 1 (grey) or 3 (RGB); 0..255 or 0..65535. */
export type Image = NdArray<Uint8Array | Uint16Array>;

/** An image and where it came from: a file's path or a made name. */
export interface NamedImage {
  name: string;
  image: Image;
}

/** The data array of an image that is stored plainly: row after row, channels innermost. */
type PixelData = Uint8Array | Uint16Array;

/**
 * Wraps pixels, without a copy, as an image `[height, width, channels]`.
 * @throws RangeError if the length is not height × width × channels, or channels is not 1 or 3.
 */
export function image<T extends PixelData>(
  data: T,
  height: number,
  width: number,
  channels: number,
): NdArray<T> {
  checkSize(width, height);
  if (channels !== 1 && channels !== 3) throw new RangeError(`invalid channels: ${channels} (1 or 3)`);
  if (data.length !== height * width * channels) {
    throw new RangeError(`invalid data length: ${data.length} for [${height}, ${width}, ${channels}]`);
  }
  return ndarray(data, [height, width, channels]);
}

/** @throws RangeError unless both are positive whole numbers. */
export function checkSize(width: number, height: number): void {
  if (!(Number.isSafeInteger(width) && width > 0)) throw new RangeError(`invalid width: ${width}`);
  if (!(Number.isSafeInteger(height) && height > 0)) throw new RangeError(`invalid height: ${height}`);
}

/** `[height, width, channels]` of an image. @throws TypeError if it is not one. */
export function dimensions(image: Image): [height: number, width: number, channels: number] {
  const [height, width, channels] = image.shape;
  if (image.shape.length !== 3 || (channels !== 1 && channels !== 3)) {
    throw new TypeError(`not an image [height, width, 1 or 3]: [${image.shape}]`);
  }
  return [height!, width!, channels];
}

/** An image's pixels in row-major order: its own array where it is stored so, else a copy (views, transposes). */
export function pixels(image: NdArray<Uint8Array>): Uint8Array;
export function pixels(image: Image): PixelData;
export function pixels(image: Image): PixelData {
  const [height, width, channels] = dimensions(image);
  const { data, offset, stride } = image;
  if (!(data instanceof Uint8Array || data instanceof Uint16Array)) {
    throw new TypeError(`image data must be a Uint8Array or Uint16Array, not ${image.dtype}`);
  }
  const size = height * width * channels;
  const [rows, columns, planes] = stride as [number, number, number];
  if (planes === 1 && columns === channels && rows === width * channels) {
    return offset === 0 && data.length === size ? data : data.subarray(offset, offset + size);
  }
  const plain = data instanceof Uint8Array ? new Uint8Array(size) : new Uint16Array(size);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const start = offset + y * rows + x * columns;
      for (let c = 0; c < channels; c++) plain[at++] = data[start + c * planes]!;
    }
  }
  return plain;
}

/** An image of the same depth as `like`: 8 or 16 bits a sample. */
export function samples(like: PixelData, length: number): PixelData {
  return like instanceof Uint8Array ? new Uint8Array(length) : new Uint16Array(length);
}
