import { clip, type Pixels } from '../image.js';
import type { Interpolation } from './sampling.js';

/**
 * Samples `src` (rows of `width` pixels) at the positions xs, ys, entries from..to, into `out` from pixel `at` + from on.
 * Every tap must lie inside. Positions are Pillow's: the centre of the first pixel is 0.5. The arithmetic is Pillow's too,
 * in double precision and in the same order: for Uint8, where storing drops the fraction, results equal Pillow's bit for bit.
 * `bias` is added before storing: 0.5 rounds.
 */
export type Kernel = (
  src: Pixels,
  width: number,
  out: Pixels,
  at: number,
  xs: Float64Array,
  ys: Float64Array,
  from: number,
  to: number,
  bias: number,
  max: number,
) => void;

// Grey and RGB have separate kernels: a loop over channels would make grey, the usual case, about half as fast.

const nearestGrey: Kernel = (src, width, out, at, xs, ys, from, to) => {
  for (let x = from; x < to; x++) {
    out[at + x] = src[Math.imul(ys[x]! | 0, width) + (xs[x]! | 0)]!;
  }
};

const nearestRgb: Kernel = (src, width, out, at, xs, ys, from, to) => {
  let o = at * 3 + from * 3;
  for (let x = from; x < to; x++) {
    const i = Math.imul(Math.imul(ys[x]! | 0, width) + (xs[x]! | 0), 3);
    out[o] = src[i]!;
    out[o + 1] = src[i + 1]!;
    out[o + 2] = src[i + 2]!;
    o += 3;
  }
};

const bilinearGrey: Kernel = (src, width, out, at, xs, ys, from, to, bias) => {
  for (let x = from; x < to; x++) {
    const px = xs[x]! - 0.5;
    const py = ys[x]! - 0.5;
    const ix = px | 0;
    const iy = py | 0;
    const fx = px - ix;
    const i = (Math.imul(iy, width) + ix) | 0;
    const a = src[i]!;
    const c = src[i + width]!;
    const top = a + (src[i + 1]! - a) * fx;
    const bottom = c + (src[i + width + 1]! - c) * fx;
    out[at + x] = top + (bottom - top) * (py - iy) + bias;
  }
};

const bilinearRgb: Kernel = (src, width, out, at, xs, ys, from, to, bias) => {
  const stride = width * 3;
  let o = (at + from) * 3;
  for (let x = from; x < to; x++) {
    const px = xs[x]! - 0.5;
    const py = ys[x]! - 0.5;
    const ix = px | 0;
    const iy = py | 0;
    const fx = px - ix;
    const fy = py - iy;
    let i = (Math.imul(iy, stride) + ix * 3) | 0;
    for (const end = i + 3; i < end; i++) {
      const a = src[i]!;
      const c = src[i + stride]!;
      const top = a + (src[i + 3]! - a) * fx;
      const bottom = c + (src[i + stride + 3]! - c) * fx;
      out[o++] = top + (bottom - top) * fy + bias;
    }
  }
};

/** Cubic convolution with a = −1 through four values, at `d` between the second and third: Pillow's BICUBIC. */
export function cubic(v1: number, v2: number, v3: number, v4: number, d: number): number {
  return v2 + d * (-v1 + v3 + d * (2 * (v1 - v2) + v3 - v4 + d * (-v1 + v2 - v3 + v4)));
}

const bicubicGrey: Kernel = (src, width, out, at, xs, ys, from, to, bias, max) => {
  for (let x = from; x < to; x++) {
    const px = xs[x]! - 0.5;
    const py = ys[x]! - 0.5;
    const ix = px | 0;
    const iy = py | 0;
    const fx = px - ix;
    let i = (Math.imul(iy - 1, width) + ix - 1) | 0;
    const r0 = cubic(src[i]!, src[i + 1]!, src[i + 2]!, src[i + 3]!, fx);
    i += width;
    const r1 = cubic(src[i]!, src[i + 1]!, src[i + 2]!, src[i + 3]!, fx);
    i += width;
    const r2 = cubic(src[i]!, src[i + 1]!, src[i + 2]!, src[i + 3]!, fx);
    i += width;
    const r3 = cubic(src[i]!, src[i + 1]!, src[i + 2]!, src[i + 3]!, fx);
    const v = cubic(r0, r1, r2, r3, py - iy) + bias;
    out[at + x] = clip(v, max);
  }
};

const bicubicRgb: Kernel = (src, width, out, at, xs, ys, from, to, bias, max) => {
  const stride = width * 3;
  let o = (at + from) * 3;
  for (let x = from; x < to; x++) {
    const px = xs[x]! - 0.5;
    const py = ys[x]! - 0.5;
    const ix = px | 0;
    const iy = py | 0;
    const fx = px - ix;
    const fy = py - iy;
    const first = (Math.imul(iy - 1, stride) + (ix - 1) * 3) | 0;
    for (let c = 0; c < 3; c++) {
      let i = first + c;
      const r0 = cubic(src[i]!, src[i + 3]!, src[i + 6]!, src[i + 9]!, fx);
      i += stride;
      const r1 = cubic(src[i]!, src[i + 3]!, src[i + 6]!, src[i + 9]!, fx);
      i += stride;
      const r2 = cubic(src[i]!, src[i + 3]!, src[i + 6]!, src[i + 9]!, fx);
      i += stride;
      const r3 = cubic(src[i]!, src[i + 3]!, src[i + 6]!, src[i + 9]!, fx);
      const v = cubic(r0, r1, r2, r3, fy) + bias;
      out[o++] = clip(v, max);
    }
  }
};

/** The kernel for each interpolation and number of channels. */
export const KERNELS: Readonly<Record<Interpolation, { grey: Kernel; rgb: Kernel }>> = {
  nearest: { grey: nearestGrey, rgb: nearestRgb },
  bilinear: { grey: bilinearGrey, rgb: bilinearRgb },
  bicubic: { grey: bicubicGrey, rgb: bicubicRgb },
};
