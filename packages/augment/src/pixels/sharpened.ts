import { clip, type Image, maximum, type Raster, raster, toImage } from '../image.js';
import { copyOf } from '../memory.js';
import { claim } from '../simd/kernels.js';
import { blend } from './blend.js';

/** Blends an image with its mean over 3 × 3 pixels, in which the middle counts five times: Pillow's `ImageFilter.SMOOTH`. */
export function sharpened(image: Image, factor: number): Image {
  const source = raster(image);
  const { data, width, height, channels } = source;
  if (factor === 1 || width < 3 || height < 3) return image;
  const out = copyOf(data);
  if (!sharpenSimd(source, factor, out)) sharpenRows(source, factor, out);
  const row = width * channels;
  // The kernel wraps around at the ends of the rows.
  for (let start = row; start < data.length - row; start += row) {
    for (let c = 0; c < channels; c++) {
      out[start + c] = data[start + c]!;
      out[start + row - 1 - c] = data[start + row - 1 - c]!;
    }
  }
  return toImage(out, source, channels);
}

function sharpenRows({ data, width, channels }: Raster, factor: number, out: Raster['data']): void {
  const row = width * channels;
  const max = maximum(data);
  const whole = max > 1;
  for (let i = row + channels; i < data.length - row - channels; i++) {
    let sum = 5 * data[i]! + data[i - channels]! + data[i + channels]!;
    for (let j = i - channels; j <= i + channels; j += channels) sum += data[j - row]! + data[j + row]!;
    const smooth = whole ? Math.floor(sum / 13 + 0.5) : sum / 13;
    out[i] = clip(blend(smooth, data[i]!, factor), max);
  }
}

/** The same in WebAssembly; false if it has no kernel for it. */
function sharpenSimd({ data, width, channels }: Raster, factor: number, out: Raster['data']): boolean {
  if (!(data instanceof Uint8Array)) return false;
  const row = width * channels;
  const claimed = claim(data.length, data.length);
  if (claimed === null) return false;
  const { kernels, bytes, at } = claimed;
  const [src, to] = at as [number, number];
  bytes.set(data, src);
  const first = row + channels;
  const count = data.length - 2 * first;
  kernels.sharpenBytes(src + first, to + first, count, channels, row, factor);
  out.set(bytes.subarray(to + first, to + first + count), first);
  return true;
}
