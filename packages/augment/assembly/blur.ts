// The separable convolution of src/pixels/blur.ts on 8 bits, in single precision.

/** One row, bytes with radius pixels mirrored on either side, to floats: f32[count], four at a time. */
export function blurRow(
  padded: usize,
  out: usize,
  weights: usize,
  radius: i32,
  channels: i32,
  count: i32,
): void {
  const middle = padded + <usize>(radius * channels);
  for (let x = 0; x < count; x += 4) {
    const p = middle + <usize>x;
    let sum = f32x4.mul(floats(p), v128.load_splat<f32>(weights));
    let d = <usize>channels;
    for (let k = 1; k <= radius; k++, d += <usize>channels) {
      const pair = f32x4.add(floats(p - d), floats(p + d));
      sum = f32x4.add(sum, f32x4.mul(pair, v128.load_splat<f32>(weights + ((<usize>k) << 2))));
    }
    v128.store(out + ((<usize>x) << 2), sum);
  }
}

// @inline
function floats(p: usize): v128 {
  return f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(p))));
}

/** The rows at the 2 × radius + 1 places rows[…] mixed and rounded to bytes, four at a time. */
export function blurColumn(rows: usize, out: usize, weights: usize, radius: i32, count: i32): void {
  const half = f32x4.splat(0.5);
  for (let x = 0; x < count; x += 4) {
    const at = (<usize>x) << 2;
    let sum = f32x4.mul(
      v128.load(<usize>load<u32>(rows + ((<usize>radius) << 2)) + at),
      v128.load_splat<f32>(weights),
    );
    for (let k = 1; k <= radius; k++) {
      const above = v128.load(<usize>load<u32>(rows + ((<usize>(radius - k)) << 2)) + at);
      const below = v128.load(<usize>load<u32>(rows + ((<usize>(radius + k)) << 2)) + at);
      sum = f32x4.add(
        sum,
        f32x4.mul(f32x4.add(above, below), v128.load_splat<f32>(weights + ((<usize>k) << 2))),
      );
    }
    const whole = i32x4.trunc_sat_f32x4_s(f32x4.add(sum, half));
    const words = i16x8.narrow_i32x4_s(whole, whole);
    store<i32>(out + <usize>x, i32x4.extract_lane(i8x16.narrow_i16x8_u(words, words), 0));
  }
}
