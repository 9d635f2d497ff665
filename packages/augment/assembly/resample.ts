// The passes of src/pixels/resample.ts on 8 bits, in Pillow's whole numbers of 2^-22.

const HALF: i32 = 1 << 21;

// @inline
function clip8(sum: i32): u8 {
  return <u8>max(0, min(255, sum >> 22));
}

// @inline
function fourPixels(p: usize): v128 {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(p)));
}

/**
 * Rows of width pixels to rows of length pixels. starts and counts are i32[length], weights i32[length][most], most a
 * multiple of 4.
 */
export function resampleRows(
  src: usize,
  out: usize,
  height: i32,
  width: i32,
  channels: i32,
  length: i32,
  starts: usize,
  counts: usize,
  weights: usize,
  most: i32,
): void {
  let o = out;
  for (let y = 0; y < height; y++) {
    const row = src + <usize>(y * width * channels);
    for (let x = 0; x < length; x++) {
      const at = (<usize>x) << 2;
      const first = row + <usize>(load<i32>(starts + at) * channels);
      const count = load<i32>(counts + at);
      const w = weights + ((<usize>(x * most)) << 2);
      if (channels === 1) {
        // Four taps at a time: those beyond count have no weight.
        let sums = i32x4.mul(fourPixels(first), v128.load(w));
        for (let k = 4; k < count; k += 4) {
          sums = i32x4.add(sums, i32x4.mul(fourPixels(first + <usize>k), v128.load(w + ((<usize>k) << 2))));
        }
        sums = i32x4.add(sums, i64x2.shuffle(sums, sums, 1, 0));
        store<u8>(o++, clip8(HALF + i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1)));
      } else {
        let r = HALF;
        let g = HALF;
        let b = HALF;
        let p = first;
        for (let k = 0; k < count; k++, p += 3) {
          const weight = load<i32>(w + ((<usize>k) << 2));
          r += <i32>load<u8>(p) * weight;
          g += <i32>load<u8>(p + 1) * weight;
          b += <i32>load<u8>(p + 2) * weight;
        }
        store<u8>(o, clip8(r));
        store<u8>(o + 1, clip8(g));
        store<u8>(o + 2, clip8(b));
        o += 3;
      }
    }
  }
}

/** Columns: rowLength samples a row, 16 at a time (up to 15 beyond a row's end are written, and written over by the next). */
export function resampleColumns(
  src: usize,
  out: usize,
  rowLength: i32,
  length: i32,
  starts: usize,
  counts: usize,
  weights: usize,
  most: i32,
): void {
  for (let y = 0; y < length; y++) {
    const at = (<usize>y) << 2;
    const first = src + <usize>(load<i32>(starts + at) * rowLength);
    const count = load<i32>(counts + at);
    const w = weights + ((<usize>(y * most)) << 2);
    const o = out + <usize>(y * rowLength);
    for (let x = 0; x < rowLength; x += 16) {
      let s0 = i32x4.splat(HALF);
      let s1 = s0;
      let s2 = s0;
      let s3 = s0;
      let p = first + <usize>x;
      for (let k = 0; k < count; k++, p += <usize>rowLength) {
        const weight = v128.load_splat<i32>(w + ((<usize>k) << 2));
        const bytes = v128.load(p);
        const low = i16x8.extend_low_i8x16_u(bytes);
        const high = i16x8.extend_high_i8x16_u(bytes);
        s0 = i32x4.add(s0, i32x4.mul(i32x4.extend_low_i16x8_u(low), weight));
        s1 = i32x4.add(s1, i32x4.mul(i32x4.extend_high_i16x8_u(low), weight));
        s2 = i32x4.add(s2, i32x4.mul(i32x4.extend_low_i16x8_u(high), weight));
        s3 = i32x4.add(s3, i32x4.mul(i32x4.extend_high_i16x8_u(high), weight));
      }
      const left = i16x8.narrow_i32x4_s(i32x4.shr_s(s0, 22), i32x4.shr_s(s1, 22));
      const right = i16x8.narrow_i32x4_s(i32x4.shr_s(s2, 22), i32x4.shr_s(s3, 22));
      v128.store(o + <usize>x, i8x16.narrow_i16x8_u(left, right));
    }
  }
}
