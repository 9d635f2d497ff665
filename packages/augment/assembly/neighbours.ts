// Means and sharpening over neighbouring 8-bit samples. Loops read and write up to 15 bytes beyond the end.

/** out[i] = the mean, rounded, of src[i + offset] over u32 offsets; at most 257 of them, so that a sum fits 16 bits. */
export function meanOfTaps(src: usize, out: usize, count: i32, offsets: usize, taps: i32): void {
  const share = f32x4.splat(1 / <f32>taps);
  const half = f32x4.splat(0.5);
  const end = src + <usize>count;
  const last = offsets + ((<usize>taps) << 2);
  for (; src < end; src += 16, out += 16) {
    let low = i16x8.splat(0);
    let high = i16x8.splat(0);
    for (let at = offsets; at < last; at += 4) {
      const bytes = v128.load(src + <usize>load<u32>(at));
      low = i16x8.add(low, i16x8.extend_low_i8x16_u(bytes));
      high = i16x8.add(high, i16x8.extend_high_i8x16_u(bytes));
    }
    v128.store(out, i8x16.narrow_i16x8_u(shared(low, share, half), shared(high, share, half)));
  }
}

// @inline
function shared(sums: v128, share: v128, half: v128): v128 {
  const low = f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(sums));
  const high = f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(sums));
  return i16x8.narrow_i32x4_s(
    i32x4.trunc_sat_f32x4_s(f32x4.add(f32x4.mul(low, share), half)),
    i32x4.trunc_sat_f32x4_s(f32x4.add(f32x4.mul(high, share), half)),
  );
}

/**
 * out[i] = smooth + factor (src[i] − smooth), where smooth is the mean of the sample (five times) and its eight neighbours, rounded;
 * `step` is the distance of neighbours in a row, `row` that of rows.
 */
export function sharpenBytes(src: usize, out: usize, count: i32, step: usize, row: usize, factor: f32): void {
  const end = src + <usize>count;
  const factors = f32x4.splat(factor);
  for (; src < end; src += 16, out += 16) {
    const bytes = v128.load(src);
    const above = src - row;
    const below = src + row;
    const low = i16x8.extend_low_i8x16_u(bytes);
    const high = i16x8.extend_high_i8x16_u(bytes);
    let lows = i16x8.add(i16x8.shl(low, 2), low);
    let highs = i16x8.add(i16x8.shl(high, 2), high);
    for (let k = 0; k < 4; k++) {
      // The two neighbours in the row, then the three above and the three below as pairs.
      const a = v128.load(k === 0 ? src - step : k === 1 ? above - step : k === 2 ? above : above + step);
      const b = v128.load(k === 0 ? src + step : k === 1 ? below + step : k === 2 ? below : below - step);
      lows = i16x8.add(lows, i16x8.add(i16x8.extend_low_i8x16_u(a), i16x8.extend_low_i8x16_u(b)));
      highs = i16x8.add(highs, i16x8.add(i16x8.extend_high_i8x16_u(a), i16x8.extend_high_i8x16_u(b)));
    }
    v128.store(out, i8x16.narrow_i16x8_u(sharpened(low, lows, factors), sharpened(high, highs, factors)));
  }
}

// @inline
function sharpened(samples: v128, sums: v128, factors: v128): v128 {
  return i16x8.narrow_i32x4_s(
    blended(i32x4.extend_low_i16x8_u(samples), i32x4.extend_low_i16x8_u(sums), factors),
    blended(i32x4.extend_high_i16x8_u(samples), i32x4.extend_high_i16x8_u(sums), factors),
  );
}

/** A sum over 13, rounded: no sum lies nearer than 1/26 to a border between two levels, so single precision is enough. */
// @inline
function blended(samples: v128, sums: v128, factors: v128): v128 {
  const mean = f32x4.mul(f32x4.convert_i32x4_u(sums), f32x4.splat(1 / 13));
  const smooth = f32x4.floor(f32x4.add(mean, f32x4.splat(0.5)));
  const value = f32x4.convert_i32x4_u(samples);
  return i32x4.trunc_sat_f32x4_s(f32x4.add(smooth, f32x4.mul(factors, f32x4.sub(value, smooth))));
}
