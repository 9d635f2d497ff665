// The separable convolution of src/pixels/blur.ts on 8 bits, in single precision.

/**
 * One row, bytes with radius pixels mirrored on either side, to floats: f32[count], four at a time. wide has room for the
 * row and its margins as floats.
 */
export function blurRow(
  padded: usize,
  wide: usize,
  out: usize,
  weights: usize,
  radius: i32,
  channels: i32,
  count: i32,
): void {
  const length = count + 2 * radius * channels;
  for (let x = 0; x < length; x += 4) {
    const words = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(padded + <usize>x)));
    v128.store(wide + ((<usize>x) << 2), f32x4.convert_i32x4_u(words));
  }
  const middle = wide + ((<usize>(radius * channels)) << 2);
  const step = (<usize>channels) << 2;
  for (let x = 0; x < count; x += 4) {
    const p = middle + ((<usize>x) << 2);
    let sum = f32x4.mul(v128.load(p), v128.load_splat<f32>(weights));
    let d = step;
    for (let k = 1; k <= radius; k++, d += step) {
      const pair = f32x4.add(v128.load(p - d), v128.load(p + d));
      sum = f32x4.add(sum, f32x4.mul(pair, v128.load_splat<f32>(weights + ((<usize>k) << 2))));
    }
    v128.store(out + ((<usize>x) << 2), sum);
  }
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
