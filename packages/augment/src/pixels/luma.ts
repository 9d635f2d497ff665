import { samples } from '@cxr/image';
import type { Pixels, Raster } from '../image.js';

/** Brightness of an RGB pixel of an integer type, ITU-R 601-2 in Pillow's fixed point (`convert('L')`). */
export function luma(r: number, g: number, b: number): number {
  return (r * 19595 + g * 38470 + b * 7471 + 0x8000) >>> 16;
}

/** The same without rounding, for Float32. */
export function lumaExact(r: number, g: number, b: number): number {
  return r * 0.299 + g * 0.587 + b * 0.114;
}

/** Brightness of each pixel, of the same type; grey samples are returned as they are, not copied. */
export function lumaOf<T extends Pixels>({ data, channels }: Raster<T>): T {
  if (channels === 1) return data;
  const out = samples(data, data.length / 3);
  const of = data instanceof Float32Array ? lumaExact : luma;
  for (let i = 0, o = 0; o < out.length; i += 3, o++) out[o] = of(data[i]!, data[i + 1]!, data[i + 2]!);
  return out;
}
