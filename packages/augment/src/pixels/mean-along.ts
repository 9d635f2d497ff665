import { type Image, type Pixels, type Raster, raster, toImage } from '../image.js';
import { copyOf, recycle, samplesLike } from '../memory.js';
import { claim } from '../simd/kernels.js';
import { copyWindow } from './window.js';

/** The mean, rounded, of the pixels at these offsets from each pixel, at most 255 of them; the image is mirrored at its border. */
export function meanAlong(image: Image, points: readonly (readonly [x: number, y: number])[]): Image {
  const { data, ...size } = raster(image);
  const { width, height, channels } = size;
  const right = Math.max(...points.map(([x]) => Math.abs(x)));
  const down = Math.max(...points.map(([, y]) => Math.abs(y)));
  const window = { left: -right, top: -down, width: width + 2 * right, height: height + 2 * down };
  const padded = copyWindow(image, window, 'reflect');
  const source = raster(padded);
  const offsets = Int32Array.from(points, ([x, y]) => (y * source.width + x) * channels);
  const first = (down * source.width + right) * channels;
  const out = meanSimd(source, offsets, first, height, width) ?? mean(source, offsets, first, height, width);
  if (padded !== image) recycle(padded);
  return toImage(out as typeof data, size, channels);
}

function mean(
  { data, width: wide, channels }: Raster,
  offsets: Int32Array,
  first: number,
  height: number,
  width: number,
): Pixels {
  const out = samplesLike(data, height * width * channels);
  const bias = data instanceof Float32Array ? 0 : 0.5;
  // In single precision, as the kernel for 8 bits.
  const share = Math.fround(1 / offsets.length);
  for (let y = 0, o = 0; y < height; y++) {
    const start = first + y * wide * channels;
    for (let i = start; i < start + width * channels; i++, o++) {
      let sum = 0;
      for (let k = 0; k < offsets.length; k++) sum += data[i + offsets[k]!]!;
      out[o] = Math.fround(Math.fround(sum * share) + bias);
    }
  }
  return out;
}

/** The same in WebAssembly; null if it has no kernel for it. */
function meanSimd(
  { data, width: wide, channels }: Raster,
  offsets: Int32Array,
  first: number,
  height: number,
  width: number,
): Uint8Array | null {
  if (!(data instanceof Uint8Array)) return null;
  const row = width * channels;
  const claimed = claim(data.length, height * row + 16, offsets.byteLength);
  if (claimed === null) return null;
  const { kernels, bytes, at } = claimed;
  const [src, out, list] = at as [number, number, number];
  bytes.set(data, src);
  new Int32Array(bytes.buffer, list, offsets.length).set(offsets);
  for (let y = 0; y < height; y++) {
    kernels.meanOfTaps(src + first + y * wide * channels, out + y * row, row, list, offsets.length);
  }
  return copyOf(bytes, out, out + height * row);
}
