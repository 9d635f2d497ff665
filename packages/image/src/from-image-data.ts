import { describeValue } from './describe-value.js';
import { checkSize, type Image, image } from './image.js';

/** A browser's ImageData, or anything of its form: RGBA, 4 × width × height values in 0..255. */
export interface ImageDataLike {
  readonly data: Uint8ClampedArray | Uint8Array;
  readonly width: number;
  readonly height: number;
}

/**
 * A canvas's RGBA as an RGB image `[height, width, 3]`. The alpha channel is dropped, as Pillow's `convert('RGB')` does.
 * @throws TypeError unless it is of that form; RangeError if the data's length is not 4 × width × height.
 */
export function fromImageData(source: ImageDataLike): Image<Uint8Array> {
  const { data, width, height } = source ?? {};
  if (!(data instanceof Uint8ClampedArray || data instanceof Uint8Array)) {
    throw new TypeError(`not an ImageData { data, width, height }: ${describeValue(source)}`);
  }
  checkSize(width, height);
  if (data.length !== 4 * width * height) {
    throw new RangeError(`invalid data length: ${data.length} for ${width} × ${height} RGBA`);
  }
  return image(withoutAlpha(data, width * height), height, width, 3);
}

/**
 * RGBA of `count` pixels to RGB. Aligned pixels go four at a time, which is faster:
 * RGBA RGBA RGBA RGBA → RGBR GBRG BRGB, in little-endian words.
 */
function withoutAlpha(rgba: Uint8ClampedArray | Uint8Array, count: number): Uint8Array {
  const rgb = new Uint8Array(3 * count);
  const fours = rgba.byteOffset % 4 === 0 ? Math.floor(count / 4) : 0;
  const from = new Uint32Array(rgba.buffer, fours === 0 ? 0 : rgba.byteOffset, 4 * fours);
  const to = new Uint32Array(rgb.buffer, 0, 3 * fours);
  for (let i = 0; i < fours; i++) {
    const second = from[4 * i + 1]!;
    const third = from[4 * i + 2]!;
    to[3 * i] = (from[4 * i]! & 0xffffff) | (second << 24);
    to[3 * i + 1] = ((second >>> 8) & 0xffff) | (third << 16);
    to[3 * i + 2] = ((third >>> 16) & 0xff) | (from[4 * i + 3]! << 8);
  }
  for (let i = 4 * fours; i < count; i++) rgb.set(rgba.subarray(4 * i, 4 * i + 3), 3 * i);
  return rgb;
}
