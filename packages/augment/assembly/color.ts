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
function stretched(grey: v128, step: v128, alpha: v128, full: v128, magic: v128): v128 {
  const value = f32x4.add(f32x4.convert_i32x4_s(grey), f32x4.mul(alpha, f32x4.convert_i32x4_s(step)));
  // Clipped before the fraction is dropped: the bits of 2^23 + n end in n.
  const clipped = f32x4.pmin(full, f32x4.pmax(v128.xor(full, full), value));
  return v128.xor(f32x4.add(f32x4.floor(clipped), magic), magic);
}

/** Sixteen samples and the brightness of each one's pixel. */
// @inline
function stretchedBytes(colors: v128, grey: v128, alpha: v128, full: v128, magic: v128): v128 {
  const g0 = i16x8.extend_low_i8x16_u(grey);
  const g1 = i16x8.extend_high_i8x16_u(grey);
  const d0 = i16x8.sub(i16x8.extend_low_i8x16_u(colors), g0);
  const d1 = i16x8.sub(i16x8.extend_high_i8x16_u(colors), g1);
  const low = i16x8.narrow_i32x4_s(
    stretched(i32x4.extend_low_i16x8_u(g0), i32x4.extend_low_i16x8_s(d0), alpha, full, magic),
    stretched(i32x4.extend_high_i16x8_u(g0), i32x4.extend_high_i16x8_s(d0), alpha, full, magic),
  );
  const high = i16x8.narrow_i32x4_s(
    stretched(i32x4.extend_low_i16x8_u(g1), i32x4.extend_low_i16x8_s(d1), alpha, full, magic),
    stretched(i32x4.extend_high_i16x8_u(g1), i32x4.extend_high_i16x8_s(d1), alpha, full, magic),
  );
  return i8x16.narrow_i16x8_u(low, high);
}

/** src/transforms/saturation.ts, sixteen pixels at a time; up to 45 bytes beyond the end are read and written. unit is 1, as in shiftHue. */
export function saturate(src: usize, out: usize, pixels: i32, factor: f32, unit: f32): void {
  const alpha = f32x4.splat(factor);
  const full = f32x4.splat(255.0 * unit);
  const magic = f32x4.splat(8388608.0 * unit);
  const end = src + <usize>(3 * pixels);
  for (; src < end; src += 48, out += 48) {
    const grey = i8x16.narrow_i16x8_u(
      i16x8.narrow_i32x4_s(lumaFour(src), lumaFour(src + 12)),
      i16x8.narrow_i32x4_s(lumaFour(src + 24), lumaFour(src + 36)),
    );
    const g0 = i8x16.swizzle(grey, i8x16(0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5));
    const g1 = i8x16.swizzle(grey, i8x16(5, 5, 6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10));
    const g2 = i8x16.swizzle(grey, i8x16(10, 11, 11, 11, 12, 12, 12, 13, 13, 13, 14, 14, 14, 15, 15, 15));
    v128.store(out, stretchedBytes(v128.load(src), g0, alpha, full, magic));
    v128.store(out, stretchedBytes(v128.load(src, 16), g1, alpha, full, magic), 16);
    v128.store(out, stretchedBytes(v128.load(src, 32), g2, alpha, full, magic), 32);
  }
}

/**
 * A colour of four pixels: value − value × saturation × amount, rounded. value has ½ added, depth is value × saturation in 0..255²,
 * amount is 0..255, so their product is exact; for each of the 256 values, saturations and hues the result is that of Pillow's
 * double precision.
 */
// @inline
function shade(
  value: v128,
  depth: v128,
  amount: v128,
  full: v128,
  scale: v128,
  magic: v128,
  low: v128,
): v128 {
  const clipped = f32x4.pmax(v128.xor(low, low), f32x4.pmin(full, amount));
  const less = f32x4.mul(f32x4.mul(depth, clipped), scale);
  // The bits of 2^23 + n end in n.
  return v128.and(f32x4.add(f32x4.floor(f32x4.sub(value, less)), magic), low);
}

/**
 * src/transforms/hue.ts on 8 bits, four pixels at a time; up to 12 bytes beyond the end are read and written. Single precision:
 * each pair of a span and a middle channel gives the angle that Pillow's double precision gives. unit is 1: what depends on an
 * argument stays in registers, while V8 makes constants anew in each round.
 */
export function shiftHue(src: usize, out: usize, pixels: i32, turn: i32, unit: f32): void {
  const low = i32x4.splat(255);
  const zero = v128.xor(low, low);
  const one = f32x4.splat(unit);
  const two = f32x4.splat(2.0 * unit);
  const four = f32x4.splat(4.0 * unit);
  const six = f32x4.splat(6.0 * unit);
  const half = f32x4.splat(0.5 * unit);
  const full = f32x4.splat(255.0 * unit);
  const wide = f32x4.splat(256.0 * unit);
  const scale = f32x4.splat(unit / 65025.0);
  const magic = f32x4.splat(8388608.0 * unit);
  // 255 for each sixth of the circle.
  const centreOfGreen = f32x4.splat(510.0 * unit);
  const centreOfCyan = f32x4.splat(765.0 * unit);
  const centreOfBlue = f32x4.splat(1020.0 * unit);
  const end = src + <usize>(3 * pixels);
  for (; src < end; src += 12, out += 12) {
    // Red, green and blue of a pixel in each lane.
    const words = i8x16.swizzle(v128.load(src), i8x16(0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1));
    const r = v128.and(words, low);
    const g = v128.and(i32x4.shr_u(words, 8), low);
    const b = i32x4.shr_u(words, 16);
    const max = i32x4.max_s(i32x4.max_s(r, g), b);
    const value = f32x4.convert_i32x4_s(max);
    const min = i32x4.min_s(i32x4.min_s(r, g), b);
    const span = i32x4.sub(max, min);
    const grey = i32x4.eq(span, zero);
    // Grey has no hue: any divisor will do.
    const range = f32x4.convert_i32x4_s(i32x4.sub(span, grey));
    const isRed = i32x4.eq(r, max);
    const isGreen = i32x4.eq(g, max);
    const base = v128.andnot(v128.bitselect(two, four, isGreen), isRed);
    // The angle begins at base, and goes one way or the other as far as the middle channel is from the max.
    const above = v128.bitselect(b, v128.bitselect(r, g, isGreen), isRed);
    const sign = v128.and(i32x4.eq(above, min), i32x4.splat(<i32>0x80000000));
    const middle = i32x4.sub(i32x4.sub(i32x4.add(i32x4.add(r, g), b), max), min);
    const away = f32x4.div(f32x4.convert_i32x4_s(i32x4.sub(max, middle)), range);
    const from = f32x4.sub(base, v128.xor(one, sign));
    const sixth = f32x4.div(f32x4.add(from, v128.xor(away, sign)), six);
    const turns = f32x4.add(sixth, v128.and(f32x4.lt(sixth, f32x4.splat(0.0)), one));
    // 255 × turns without its fraction: a product that was rounded up to a whole number is one less.
    const more = f32x4.mul(turns, wide);
    const product = f32x4.floor(f32x4.sub(more, turns));
    const exact = f32x4.add(product, f32x4.convert_i32x4_s(f32x4.lt(f32x4.sub(more, product), turns)));
    const angle = f32x4.add(exact, magic);
    const hue = v128.and(i32x4.add(v128.andnot(angle, grey), i32x4.splat(turn)), low);
    // Black has no colour: any divisor will do.
    const share = f32x4.div(f32x4.convert_i32x4_s(span), f32x4.pmax(one, value));
    const depth = f32x4.mul(value, f32x4.floor(f32x4.mul(share, full)));
    const rounded = f32x4.add(value, half);
    const sixths = f32x4.mul(f32x4.convert_i32x4_s(hue), six);
    const toCyan = f32x4.abs(f32x4.sub(sixths, centreOfCyan));
    const toGreen = f32x4.abs(f32x4.sub(sixths, centreOfGreen));
    const toBlue = f32x4.abs(f32x4.sub(sixths, centreOfBlue));
    const red = shade(rounded, depth, f32x4.sub(centreOfGreen, toCyan), full, scale, magic, low);
    const green = shade(rounded, depth, f32x4.sub(toGreen, full), full, scale, magic, low);
    const blue = shade(rounded, depth, f32x4.sub(toBlue, full), full, scale, magic, low);
    const colors = v128.or(red, v128.or(i32x4.shl(green, 8), i32x4.shl(blue, 16)));
    v128.store(out, i8x16.swizzle(colors, i8x16(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1)));
  }
}
