// Work on each sample alone, on 8 bits, in the arithmetic of its twins in src/.

/** src/pixels/add-noise.ts: two samples a word of xoroshiro128+. deviations is f32[256], table f32[8192]. */
export function addNoise(
  src: usize,
  out: usize,
  count: i32,
  deviations: usize,
  table: usize,
  s0: u64,
  s1: u64,
): void {
  for (let i = 0; i < count; i += 2) {
    const word = <u32>(s0 + s1);
    const a = s0 ^ s1;
    s0 = rotl<u64>(s0, 24) ^ a ^ (a << 16);
    s1 = rotl<u64>(a, 37);
    store<u8>(out + <usize>i, noisy(load<u8>(src + <usize>i), word >>> 19, deviations, table));
    if (i + 1 < count)
      store<u8>(out + <usize>i + 1, noisy(load<u8>(src + <usize>i + 1), word & 8191, deviations, table));
  }
}

// @inline
function noisy(level: u8, entry: u32, deviations: usize, table: usize): u8 {
  const deviation = <f64>load<f32>(deviations + ((<usize>level) << 2));
  const value = <f64>level + deviation * <f64>load<f32>(table + ((<usize>entry) << 2)) + 0.5;
  return <u8>(<i32>min<f64>(max<f64>(value, 0.0), 255.0));
}

/** Pillow's brightness of four pixels: red and green of each in 16-bit pairs, and green and blue. */
// @inline
function lumaFour(p: usize): v128 {
  const bytes = v128.load(p);
  const first = i8x16.swizzle(bytes, i8x16(0, -1, 1, -1, 3, -1, 4, -1, 6, -1, 7, -1, 9, -1, 10, -1));
  const second = i8x16.swizzle(bytes, i8x16(1, -1, 2, -1, 4, -1, 5, -1, 7, -1, 8, -1, 10, -1, 11, -1));
  // The weight of green, 38470, does not fit 16 bits with a sign: half of it comes with red, half with blue.
  const a = i32x4.dot_i16x8_s(first, i32x4.splat(19595 | (19235 << 16)));
  const b = i32x4.dot_i16x8_s(second, i32x4.splat(19235 | (7471 << 16)));
  return i32x4.shr_u(i32x4.add(i32x4.add(a, b), i32x4.splat(0x8000)), 16);
}

/** grey + alpha × (color − grey) of four samples, as whole numbers; 16-bit lanes of both from the low or the high half. */
// @inline
function stretched(grey: v128, step: v128, alpha: v128): v128 {
  const value = f32x4.add(f32x4.convert_i32x4_s(grey), f32x4.mul(alpha, f32x4.convert_i32x4_s(step)));
  // Clipped before the fraction is dropped: the bits of 2^23 + n end in n.
  const clipped = f32x4.pmin(f32x4.splat(255.0), f32x4.pmax(f32x4.splat(0.0), value));
  return v128.and(f32x4.add(f32x4.floor(clipped), f32x4.splat(8388608.0)), i32x4.splat(255));
}

/** Sixteen samples and the brightness of each one's pixel. */
// @inline
function stretchedBytes(colors: v128, grey: v128, alpha: v128): v128 {
  const g0 = i16x8.extend_low_i8x16_u(grey);
  const g1 = i16x8.extend_high_i8x16_u(grey);
  const d0 = i16x8.sub(i16x8.extend_low_i8x16_u(colors), g0);
  const d1 = i16x8.sub(i16x8.extend_high_i8x16_u(colors), g1);
  const low = i16x8.narrow_i32x4_s(
    stretched(i32x4.extend_low_i16x8_u(g0), i32x4.extend_low_i16x8_s(d0), alpha),
    stretched(i32x4.extend_high_i16x8_u(g0), i32x4.extend_high_i16x8_s(d0), alpha),
  );
  const high = i16x8.narrow_i32x4_s(
    stretched(i32x4.extend_low_i16x8_u(g1), i32x4.extend_low_i16x8_s(d1), alpha),
    stretched(i32x4.extend_high_i16x8_u(g1), i32x4.extend_high_i16x8_s(d1), alpha),
  );
  return i8x16.narrow_i16x8_u(low, high);
}

/** src/transforms/saturation.ts, sixteen pixels at a time; up to 45 bytes beyond the end are read and written. */
export function saturate(src: usize, out: usize, pixels: i32, factor: f32): void {
  const alpha = f32x4.splat(factor);
  const end = src + <usize>(3 * pixels);
  for (; src < end; src += 48, out += 48) {
    const grey = i8x16.narrow_i16x8_u(
      i16x8.narrow_i32x4_s(lumaFour(src), lumaFour(src + 12)),
      i16x8.narrow_i32x4_s(lumaFour(src + 24), lumaFour(src + 36)),
    );
    const g0 = i8x16.swizzle(grey, i8x16(0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5));
    const g1 = i8x16.swizzle(grey, i8x16(5, 5, 6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10));
    const g2 = i8x16.swizzle(grey, i8x16(10, 11, 11, 11, 12, 12, 12, 13, 13, 13, 14, 14, 14, 15, 15, 15));
    v128.store(out, stretchedBytes(v128.load(src), g0, alpha));
    v128.store(out, stretchedBytes(v128.load(src, 16), g1, alpha), 16);
    v128.store(out, stretchedBytes(v128.load(src, 32), g2, alpha), 32);
  }
}

/** Four pixels' angle on the colour circle in 1/255, from base + p − q sixths in double precision, as in Pillow. */
// @inline
function angles(base: v128, p: v128, q: v128): v128 {
  const sum = f64x2.sub(
    f64x2.add(f64x2.promote_low_f32x4(base), f64x2.promote_low_f32x4(p)),
    f64x2.promote_low_f32x4(q),
  );
  // Each step is rounded to single precision where Pillow stores it.
  const sixths = f64x2.promote_low_f32x4(f32x4.demote_f64x2_zero(sum));
  const turns = f64x2.add(f64x2.div(sixths, f64x2.splat(6.0)), f64x2.splat(1.0));
  const angle = f64x2.sub(turns, f64x2.floor(turns));
  const single = f64x2.promote_low_f32x4(f32x4.demote_f64x2_zero(angle));
  return f64x2.floor(f64x2.mul(single, f64x2.splat(255.0)));
}

/** The last two of four lanes first. */
// @inline
function upper(lanes: v128): v128 {
  return i64x2.shuffle(lanes, lanes, 1, 1);
}

/** Two whole doubles in 0..2^31 to the low bits of two 64-bit lanes. */
// @inline
function lowBits(value: v128): v128 {
  return f64x2.add(value, f64x2.splat(4503599627370496.0));
}

/** value × (1 − amount) + ½ of two pixels, without the fraction. */
// @inline
function dimmed(value: v128, amount: v128): v128 {
  const result = f64x2.add(f64x2.mul(value, f64x2.sub(f64x2.splat(1.0), amount)), f64x2.splat(0.5));
  return lowBits(f64x2.floor(result));
}

/**
 * src/transforms/hue.ts on 8 bits, four pixels at a time; up to 12 bytes beyond the end are read and written. For each of the
 * 256 hues: fractions f64[256] in its sixth of the circle, and in orders u32[256] which of value, q, p and t are its red,
 * green and blue. strengths is f64[256], a level in 0..1.
 */
export function shiftHue(
  src: usize,
  out: usize,
  pixels: i32,
  turn: i32,
  fractions: usize,
  orders: usize,
  strengths: usize,
): void {
  const low = i32x4.splat(255);
  const zero = i32x4.splat(0);
  const one = f32x4.splat(1.0);
  const end = src + <usize>(3 * pixels);
  for (; src < end; src += 12, out += 12) {
    // Red, green, blue and a byte of the next pixel in each lane.
    const words = i8x16.swizzle(v128.load(src), i8x16(0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1));
    const r = v128.and(words, low);
    const g = v128.and(i32x4.shr_u(words, 8), low);
    const b = i32x4.shr_u(words, 16);
    const most = i32x4.max_s(i32x4.max_s(r, g), b);
    const value = f32x4.convert_i32x4_s(most);
    const span = i32x4.sub(most, i32x4.min_s(i32x4.min_s(r, g), b));
    const grey = i32x4.eq(span, zero);
    // Grey has no hue: any divisor will do.
    const range = f32x4.convert_i32x4_s(i32x4.sub(span, grey));
    const rc = f32x4.div(f32x4.convert_i32x4_s(i32x4.sub(most, r)), range);
    const gc = f32x4.div(f32x4.convert_i32x4_s(i32x4.sub(most, g)), range);
    const bc = f32x4.div(f32x4.convert_i32x4_s(i32x4.sub(most, b)), range);
    const isRed = i32x4.eq(r, most);
    const isGreen = i32x4.eq(g, most);
    const base = v128.andnot(v128.bitselect(f32x4.splat(2.0), f32x4.splat(4.0), isGreen), isRed);
    const p = v128.bitselect(bc, v128.bitselect(rc, gc, isGreen), isRed);
    const q = v128.bitselect(gc, v128.bitselect(bc, rc, isGreen), isRed);
    const a0 = lowBits(angles(base, p, q));
    const a1 = lowBits(angles(upper(base), upper(p), upper(q)));
    const angle = v128.andnot(v128.shuffle<i32>(a0, a1, 0, 2, 4, 6), grey);
    // Black has no colour: any divisor will do.
    const share = f32x4.div(f32x4.convert_i32x4_s(span), f32x4.pmax(one, value));
    const full = f64x2.splat(255.0);
    const s0 = lowBits(f64x2.floor(f64x2.mul(f64x2.promote_low_f32x4(share), full)));
    const s1 = lowBits(f64x2.floor(f64x2.mul(f64x2.promote_low_f32x4(upper(share)), full)));
    const hue = v128.and(i32x4.add(angle, i32x4.splat(turn)), low);
    const h0 = <usize>i32x4.extract_lane(hue, 0);
    const h1 = <usize>i32x4.extract_lane(hue, 1);
    const h2 = <usize>i32x4.extract_lane(hue, 2);
    const h3 = <usize>i32x4.extract_lane(hue, 3);
    const strength0 = twoDoubles(
      strengths,
      <usize>i32x4.extract_lane(s0, 0) & 255,
      <usize>i32x4.extract_lane(s0, 2) & 255,
    );
    const strength1 = twoDoubles(
      strengths,
      <usize>i32x4.extract_lane(s1, 0) & 255,
      <usize>i32x4.extract_lane(s1, 2) & 255,
    );
    const f0 = twoDoubles(fractions, h0, h1);
    const f1 = twoDoubles(fractions, h2, h3);
    const v0 = f64x2.promote_low_f32x4(value);
    const v1 = f64x2.promote_low_f32x4(upper(value));
    const wide = f64x2.splat(1.0);
    const ps = fourOf(dimmed(v0, strength0), dimmed(v1, strength1));
    const qs = fourOf(dimmed(v0, f64x2.mul(strength0, f0)), dimmed(v1, f64x2.mul(strength1, f1)));
    const ts = fourOf(
      dimmed(v0, f64x2.mul(strength0, f64x2.sub(wide, f0))),
      dimmed(v1, f64x2.mul(strength1, f64x2.sub(wide, f1))),
    );
    const parts = v128.or(v128.or(most, i32x4.shl(qs, 8)), v128.or(i32x4.shl(ps, 16), i32x4.shl(ts, 24)));
    let order = v128.load_zero<u32>(orders + (h0 << 2));
    order = v128.load_lane<u32>(orders + (h1 << 2), order, 1);
    order = v128.load_lane<u32>(orders + (h2 << 2), order, 2);
    order = v128.load_lane<u32>(orders + (h3 << 2), order, 3);
    const places = i8x16.add(order, i8x16(0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12));
    const colors = i8x16.swizzle(parts, places);
    v128.store(out, i8x16.swizzle(colors, i8x16(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1)));
  }
}

// @inline
function twoDoubles(table: usize, first: usize, second: usize): v128 {
  return v128.load_lane<u64>(table + (second << 3), v128.load_zero<u64>(table + (first << 3)), 1);
}

/** The low bytes of four 64-bit lanes, in 32-bit lanes. */
// @inline
function fourOf(first: v128, second: v128): v128 {
  return v128.and(v128.shuffle<i32>(first, second, 0, 2, 4, 6), i32x4.splat(255));
}
