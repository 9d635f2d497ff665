// The separable convolution of src/pixels/blur.ts on 8 bits, in single precision, 16 samples at a time.

import { mirrored } from './mirrored';

// @inline
function widen(bytes: v128, to: usize): void {
  const low = i16x8.extend_low_i8x16_u(bytes);
  const high = i16x8.extend_high_i8x16_u(bytes);
  v128.store(to, f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(low)));
  v128.store(to, f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(low)), 16);
  v128.store(to, f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(high)), 32);
  v128.store(to, f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(high)), 48);
}

/** One row blurred along x, as floats: `wide` has room for the row and its margins as floats. */
function blurRow(
  src: usize,
  wide: usize,
  out: usize,
  weights: usize,
  radius: i32,
  channels: i32,
  width: i32,
): void {
  const count = width * channels;
  const middle = wide + ((<usize>(radius * channels)) << 2);
  for (let x = 0; x < count; x += 16) widen(v128.load(src + <usize>x), middle + ((<usize>x) << 2));
  for (let x = 1; x <= radius; x++) {
    const left = mirrored(-x, width) * channels;
    const right = mirrored(width - 1 + x, width) * channels;
    for (let c = 0; c < channels; c++) {
      store<f32>(middle + ((<usize>(c - x * channels)) << 2), <f32>load<u8>(src + <usize>(left + c)));
      store<f32>(
        middle + ((<usize>((width - 1 + x) * channels + c)) << 2),
        <f32>load<u8>(src + <usize>(right + c)),
      );
    }
  }
  const step = (<usize>channels) << 2;
  for (let x = 0; x < count; x += 16) {
    const p = middle + ((<usize>x) << 2);
    let weight = v128.load_splat<f32>(weights);
    let s0 = f32x4.mul(v128.load(p), weight);
    let s1 = f32x4.mul(v128.load(p, 16), weight);
    let s2 = f32x4.mul(v128.load(p, 32), weight);
    let s3 = f32x4.mul(v128.load(p, 48), weight);
    let l = p - step;
    let r = p + step;
    for (let k = 1; k <= radius; k++, l -= step, r += step) {
      weight = v128.load_splat<f32>(weights + ((<usize>k) << 2));
      s0 = f32x4.add(s0, f32x4.mul(f32x4.add(v128.load(l), v128.load(r)), weight));
      s1 = f32x4.add(s1, f32x4.mul(f32x4.add(v128.load(l, 16), v128.load(r, 16)), weight));
      s2 = f32x4.add(s2, f32x4.mul(f32x4.add(v128.load(l, 32), v128.load(r, 32)), weight));
      s3 = f32x4.add(s3, f32x4.mul(f32x4.add(v128.load(l, 48), v128.load(r, 48)), weight));
    }
    const o = out + ((<usize>x) << 2);
    v128.store(o, s0);
    v128.store(o, s1, 16);
    v128.store(o, s2, 32);
    v128.store(o, s3, 48);
  }
}

/**
 * Floats below 2^22 and not negative, but for a rounding, to the nearest whole ones, halves up, as the bits of 2^23 + the number.
 */
// @inline
function rounded(sum: v128): v128 {
  return f32x4.add(f32x4.floor(f32x4.add(sum, f32x4.splat(0.5))), f32x4.splat(8388608.0));
}

/** The rows at the 2 × radius + 1 places rows[…] mixed and rounded to bytes. */
function blurColumn(rows: usize, out: usize, weights: usize, radius: i32, count: i32): void {
  const centre = rows + ((<usize>radius) << 2);
  const bytes = i32x4.splat(0x1ff);
  for (let x = 0; x < count; x += 16) {
    const at = (<usize>x) << 2;
    let weight = v128.load_splat<f32>(weights);
    const p = <usize>load<u32>(centre) + at;
    let s0 = f32x4.mul(v128.load(p), weight);
    let s1 = f32x4.mul(v128.load(p, 16), weight);
    let s2 = f32x4.mul(v128.load(p, 32), weight);
    let s3 = f32x4.mul(v128.load(p, 48), weight);
    for (let k = 1; k <= radius; k++) {
      const step = (<usize>k) << 2;
      const a = <usize>load<u32>(centre - step) + at;
      const b = <usize>load<u32>(centre + step) + at;
      weight = v128.load_splat<f32>(weights + step);
      s0 = f32x4.add(s0, f32x4.mul(f32x4.add(v128.load(a), v128.load(b)), weight));
      s1 = f32x4.add(s1, f32x4.mul(f32x4.add(v128.load(a, 16), v128.load(b, 16)), weight));
      s2 = f32x4.add(s2, f32x4.mul(f32x4.add(v128.load(a, 32), v128.load(b, 32)), weight));
      s3 = f32x4.add(s3, f32x4.mul(f32x4.add(v128.load(a, 48), v128.load(b, 48)), weight));
    }
    const low = i16x8.narrow_i32x4_s(v128.and(rounded(s0), bytes), v128.and(rounded(s1), bytes));
    const high = i16x8.narrow_i32x4_s(v128.and(rounded(s2), bytes), v128.and(rounded(s3), bytes));
    v128.store(out + <usize>x, i8x16.narrow_i16x8_u(low, high));
  }
}

/**
 * Blurs [height, width, channels]. wide is f32[width × channels + margins], ring f32[2 × radius + 1][stride / 4], list
 * u32[2 × radius + 1], weights f32[radius + 1] from the centre outwards.
 */
export function blurImage(
  src: usize,
  out: usize,
  height: i32,
  width: i32,
  channels: i32,
  weights: usize,
  radius: i32,
  wide: usize,
  ring: usize,
  stride: i32,
  list: usize,
): void {
  const size = 2 * radius + 1;
  const count = width * channels;
  let done = 0;
  for (let y = 0; y < height; y++) {
    for (; done < min(height, y + radius + 1); done++) {
      const row = ring + <usize>((done % size) * stride);
      blurRow(src + <usize>(done * count), wide, row, weights, radius, channels, width);
    }
    for (let k = 0; k < size; k++) {
      const row = mirrored(y - radius + k, height) % size;
      store<u32>(list + ((<usize>k) << 2), <u32>(ring + <usize>(row * stride)));
    }
    blurColumn(list, out + <usize>(y * count), weights, radius, count);
  }
}
