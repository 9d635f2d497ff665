import { type Image, raster, type Size, toImage } from '../image.js';
import { samplesLike } from '../memory.js';
import { clampIndex, type Fill, fillValues, reflectIndex } from '../warp/sampling.js';

/** The part of the plane, in the image's pixels, that a crop, a pad or a shift shows. */
export interface Window extends Size {
  readonly left: number;
  readonly top: number;
}

/** Copies a window of the image, which may reach over its border: whole pixels, nothing interpolated. */
export function copyWindow(image: Image, window: Window, fill: Fill): Image {
  const source = raster(image);
  const { data, channels } = source;
  const out = samplesLike(data, window.height * window.width * channels);
  const left = Math.max(0, window.left);
  const right = Math.min(source.width, window.left + window.width);
  const whole = left === window.left && right === window.left + window.width;
  if (typeof fill !== 'string') fillAll(out, fillValues(fill, channels), !whole || isTaller(window, source));
  const index = fill === 'reflect' ? reflectIndex : clampIndex;
  for (let y = 0; y < window.height; y++) {
    const sy = window.top + y;
    const outside = sy < 0 || sy >= source.height;
    if (outside && typeof fill !== 'string') continue;
    const row = index(sy, source.height) * source.width;
    const o = y * window.width * channels;
    if (right > left) {
      out.set(
        data.subarray((row + left) * channels, (row + right) * channels),
        o + (left - window.left) * channels,
      );
    }
    if (whole || typeof fill !== 'string') continue;
    for (let x = 0; x < window.width; x++) {
      const sx = window.left + x;
      if (sx >= 0 && sx < source.width) continue;
      const i = (row + index(sx, source.width)) * channels;
      for (let c = 0; c < channels; c++) out[o + x * channels + c] = data[i + c]!;
    }
  }
  return toImage(out, window, channels);
}

function isTaller(window: Window, source: Size): boolean {
  return window.top < 0 || window.top + window.height > source.height;
}

function fillAll(out: Uint8Array | Uint16Array | Float32Array, values: number[], needed: boolean): void {
  if (!needed) return;
  if (values.every((value) => value === values[0])) out.fill(values[0]!);
  else for (let i = 0; i < out.length; i++) out[i] = values[i % values.length]!;
}
