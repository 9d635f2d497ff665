import { type Image, type Pixels, type Raster, raster, type Size, toImage } from '../image.js';
import { samplesLike } from '../memory.js';
import { claim } from '../simd/kernels.js';
import { clampIndex, type Fill, fillValues, reflectIndex } from '../warp/sampling.js';

/** The rectangle, in pixels of the image, that a crop, a pad or a shift shows. It may extend beyond the image. */
export interface Window extends Size {
  readonly left: number;
  readonly top: number;
}

/** Copies a window of the image, which may extend beyond its border. Nothing is interpolated. */
export function copyWindow(image: Image, window: Window, fill: Fill): Image {
  const source = raster(image);
  const part = overlap(source, window);
  const fast = typeof fill === 'string' && !part.whole ? null : copiedSimd(source, window, part, fill);
  return toImage(fast ?? copied(source, window, part, fill), window, source.channels);
}

/** The part of a window that shows the image. */
interface Overlap {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** Whether the whole window shows the image. */
  readonly whole: boolean;
}

function overlap(source: Size, window: Window): Overlap {
  const left = Math.max(0, window.left);
  const top = Math.max(0, window.top);
  const right = Math.min(source.width, window.left + window.width);
  const bottom = Math.min(source.height, window.top + window.height);
  return { left, top, right, bottom, whole: right - left === window.width && bottom - top === window.height };
}

function copied(
  { data, width, height, channels }: Raster,
  window: Window,
  part: Overlap,
  fill: Fill,
): Pixels {
  const { left, right } = part;
  const out = samplesLike(data, window.height * window.width * channels);
  if (typeof fill !== 'string' && !part.whole) fillAll(out, fillValues(fill, channels));
  const index = fill === 'reflect' ? reflectIndex : clampIndex;
  for (let y = 0; y < window.height; y++) {
    const sy = window.top + y;
    if ((sy < part.top || sy >= part.bottom) && typeof fill !== 'string') continue;
    const row = index(sy, height) * width;
    const o = y * window.width * channels;
    if (right > left) {
      const pixels = data.subarray((row + left) * channels, (row + right) * channels);
      out.set(pixels, o + (left - window.left) * channels);
    }
    if (right - left === window.width || typeof fill !== 'string') continue;
    for (let x = 0; x < window.width; x++) {
      const sx = window.left + x;
      if (sx >= 0 && sx < width) continue;
      const i = (row + index(sx, width)) * channels;
      for (let c = 0; c < channels; c++) out[o + x * channels + c] = data[i + c]!;
    }
  }
  return out;
}

/** Bytes that are copied at a time: few enough for the nearest cache. */
const STRIP = 2 ** 13;

/** The same in WebAssembly, for constant fills, strip by strip; null if it has no kernel for it. */
function copiedSimd(
  { data, width, channels }: Raster,
  window: Window,
  { left, top, right, bottom, whole }: Overlap,
  fill: Fill,
): Uint8Array | null {
  const row = width * channels;
  const part = (right - left) * channels;
  // Of a narrow part more would be copied than is needed.
  if (!(data instanceof Uint8Array) || right <= left || bottom <= top || 2 * part < row) return null;
  const step = window.width * channels;
  const rows = Math.min(bottom - top, Math.ceil(STRIP / Math.max(row, step)));
  const claimed = claim(rows * row, rows * step);
  if (claimed === null) return null;
  const { kernels, bytes, at } = claimed;
  const [src, out] = at as [number, number];
  const result = samplesLike(data, window.height * step);
  const above = (top - window.top) * step;
  const below = (bottom - window.top) * step;
  if (!whole && typeof fill !== 'string') {
    const values = fillValues(fill, channels);
    fillAll(result.subarray(0, above), values);
    fillAll(result.subarray(below), values);
    // The sides: every strip leaves them as they are.
    if (part < step) fillAll(bytes.subarray(out, out + rows * step), values);
  }
  const inside = out + (left - window.left) * channels;
  for (let y = top; y < bottom; y += rows) {
    const count = Math.min(rows, bottom - y);
    bytes.set(data.subarray(y * row, (y + count) * row), src);
    kernels.copyRows(src + left * channels, row, inside, step, part, count);
    result.set(bytes.subarray(out, out + count * step), above + (y - top) * step);
  }
  return result;
}

function fillAll(out: Pixels, values: number[]): void {
  if (values.every((value) => value === values[0])) out.fill(values[0]!);
  else for (let i = 0; i < out.length; i++) out[i] = values[i % values.length]!;
}
