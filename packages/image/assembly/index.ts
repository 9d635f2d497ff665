// Pillow's 8-bit resampling in whole numbers of 2^-22, eight taps at a time. A weight of 23 bits does not fit the 16 of
// the dot product, so it comes in two parts, weight = high * 2^12 + low: the sums wrap as Pillow's do, and are the same.
// Weights are i16[length][2][taps], taps a multiple of 8 (grey rows), 4 (RGB rows) or 2 (columns) and those beyond an
// output's own 0; starts are i32[length].
// All functions read up to 16 bytes, and write up to 15, beyond an end.

const HALF: i32 = 1 << 21;
const PRECISION: i32 = 22;
const LOW_BITS: i32 = 12;

function total(high: v128, low: v128): v128 {
  return i32x4.add(i32x4.shl(high, LOW_BITS), low);
}

/** Grey rows of `width` samples to rows of `length`. */
export function rowsGrey(
  src: usize,
  out: usize,
  height: i32,
  width: i32,
  length: i32,
  starts: usize,
  weights: usize,
  taps: i32,
): void {
  const bytes = <usize>(2 * taps);
  for (let y = 0; y < height; y++) {
    const row = src + <usize>(y * width);
    let w = weights;
    for (let x = 0; x < length; x++, w += 2 * bytes) {
      let p = row + <usize>load<i32>(starts + ((<usize>x) << 2));
      let high = i32x4.splat(0);
      let low = i32x4.splat(0);
      for (let k: usize = 0; k < bytes; k += 16, p += 8) {
        const pixels = v128.load_ext<u8>(p);
        high = i32x4.add(high, i32x4.dot_i16x8_s(pixels, v128.load(w + k)));
        low = i32x4.add(low, i32x4.dot_i16x8_s(pixels, v128.load(w + bytes + k)));
      }
      let sum = total(high, low);
      sum = i32x4.add(sum, v128.shuffle<i32>(sum, sum, 2, 3, 0, 1));
      const value = (i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1) + HALF) >> PRECISION;
      store<u8>(out++, max(0, min(255, value)));
    }
  }
}

/**
 * The same for few taps: four outputs at a time, whose sources lie within 16 samples, of two rows. A group is i32 first source,
 * i32 first output and 8 free bytes, then for each pair of taps: 16 bytes that pick the samples of the four outputs, as
 * 16-bit pairs, the high parts of their weights, i16[8], and the low parts.
 */
export function rowsGreyFew(
  src: usize,
  out: usize,
  height: i32,
  width: i32,
  length: i32,
  groups: usize,
  count: i32,
  pairs: i32,
): void {
  const bytes = <usize>(48 * pairs);
  const half = i32x4.splat(HALF);
  for (let y = 0; y < height; y += 2) {
    // The last row stands in for one after it.
    const next = min(y + 1, height - 1);
    const row = src + <usize>(y * width);
    const step = <usize>((next - y) * width);
    const to = out + <usize>(y * length);
    const outStep = <usize>((next - y) * length);
    let group = groups;
    for (let g = 0; g < count; g++) {
      const p = row + <usize>load<i32>(group);
      const o = to + <usize>load<i32>(group, 4);
      const a = v128.load(p);
      const b = v128.load(p + step);
      let high = i32x4.splat(0);
      let low = half;
      let high2 = high;
      let low2 = half;
      group += 16;
      for (const end = group + bytes; group < end; group += 48) {
        const pick = v128.load(group);
        const h = v128.load(group, 16);
        const l = v128.load(group, 32);
        const pixels = i8x16.swizzle(a, pick);
        const pixels2 = i8x16.swizzle(b, pick);
        high = i32x4.add(high, i32x4.dot_i16x8_s(pixels, h));
        low = i32x4.add(low, i32x4.dot_i16x8_s(pixels, l));
        high2 = i32x4.add(high2, i32x4.dot_i16x8_s(pixels2, h));
        low2 = i32x4.add(low2, i32x4.dot_i16x8_s(pixels2, l));
      }
      const words = i16x8.narrow_i32x4_s(
        i32x4.shr_s(total(high, low), PRECISION),
        i32x4.shr_s(total(high2, low2), PRECISION),
      );
      const both = i8x16.narrow_i16x8_u(words, words);
      v128.store_lane<u32>(o + outStep, both, 1);
      v128.store_lane<u32>(o, both, 0);
    }
  }
}

/** The same of RGB. */
export function rowsRgb(
  src: usize,
  out: usize,
  height: i32,
  width: i32,
  length: i32,
  starts: usize,
  weights: usize,
  taps: i32,
): void {
  const bytes = <usize>(2 * taps);
  const half = i32x4.splat(HALF);
  // Two pixels' reds side by side, then greens and blues, each spread to 16 bits.
  const first = i8x16(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1);
  const second = i8x16(6, -1, 9, -1, 7, -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1);
  for (let y = 0; y < height; y++) {
    const row = src + <usize>(3 * y * width);
    let w = weights;
    for (let x = 0; x < length; x++, w += 2 * bytes) {
      let p = row + <usize>(3 * load<i32>(starts + ((<usize>x) << 2)));
      let high = i32x4.splat(0);
      let low = half;
      for (let k: usize = 0; k < bytes; k += 8, p += 12) {
        const pixels = v128.load(p);
        const a = v128.swizzle(pixels, first);
        const b = v128.swizzle(pixels, second);
        const h = w + k;
        const l = h + bytes;
        high = i32x4.add(high, i32x4.dot_i16x8_s(a, v128.load_splat<i32>(h)));
        high = i32x4.add(high, i32x4.dot_i16x8_s(b, v128.load_splat<i32>(h, 4)));
        low = i32x4.add(low, i32x4.dot_i16x8_s(a, v128.load_splat<i32>(l)));
        low = i32x4.add(low, i32x4.dot_i16x8_s(b, v128.load_splat<i32>(l, 4)));
      }
      const sum = i32x4.shr_s(total(high, low), PRECISION);
      const words = i16x8.narrow_i32x4_s(sum, sum);
      // The fourth byte is the next pixel's.
      store<i32>(out, i32x4.extract_lane(i8x16.narrow_i16x8_u(words, words), 0));
      out += 3;
    }
  }
}

/** Columns: `length` rows out of rows of `rowLength` samples, 16 samples and two taps at a time. */
export function columns(
  src: usize,
  out: usize,
  rowLength: i32,
  length: i32,
  starts: usize,
  counts: usize,
  weights: usize,
  taps: i32,
): void {
  const bytes = <usize>(2 * taps);
  const half = i32x4.splat(HALF);
  const zero = i32x4.splat(0);
  for (let y = 0; y < length; y++) {
    const at = (<usize>y) << 2;
    const first = src + <usize>(load<i32>(starts + at) * rowLength);
    const used = <usize>(2 * load<i32>(counts + at));
    const w = weights + 2 * bytes * <usize>y;
    const o = out + <usize>(y * rowLength);
    for (let x = 0; x < rowLength; x += 16) {
      let h0 = zero;
      let h1 = zero;
      let h2 = zero;
      let h3 = zero;
      let l0 = half;
      let l1 = half;
      let l2 = half;
      let l3 = half;
      let p = first + <usize>x;
      for (let k: usize = 0; k < used; k += 4, p += <usize>(2 * rowLength)) {
        const high = v128.load_splat<i32>(w + k);
        const low = v128.load_splat<i32>(w + bytes + k);
        const a = v128.load(p);
        const b = v128.load(p + <usize>rowLength);
        const left = v128.shuffle<i8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        const right = v128.shuffle<i8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        const p0 = i16x8.extend_low_i8x16_u(left);
        const p1 = i16x8.extend_high_i8x16_u(left);
        const p2 = i16x8.extend_low_i8x16_u(right);
        const p3 = i16x8.extend_high_i8x16_u(right);
        h0 = i32x4.add(h0, i32x4.dot_i16x8_s(p0, high));
        h1 = i32x4.add(h1, i32x4.dot_i16x8_s(p1, high));
        h2 = i32x4.add(h2, i32x4.dot_i16x8_s(p2, high));
        h3 = i32x4.add(h3, i32x4.dot_i16x8_s(p3, high));
        l0 = i32x4.add(l0, i32x4.dot_i16x8_s(p0, low));
        l1 = i32x4.add(l1, i32x4.dot_i16x8_s(p1, low));
        l2 = i32x4.add(l2, i32x4.dot_i16x8_s(p2, low));
        l3 = i32x4.add(l3, i32x4.dot_i16x8_s(p3, low));
      }
      const words0 = i16x8.narrow_i32x4_s(
        i32x4.shr_s(total(h0, l0), PRECISION),
        i32x4.shr_s(total(h1, l1), PRECISION),
      );
      const words1 = i16x8.narrow_i32x4_s(
        i32x4.shr_s(total(h2, l2), PRECISION),
        i32x4.shr_s(total(h3, l3), PRECISION),
      );
      v128.store(o + <usize>x, i8x16.narrow_i16x8_u(words0, words1));
    }
  }
}
