// Tables of 256 levels, and counts of 8-bit samples. Loops read and write up to 31 bytes beyond the end.

/** out[i] = table[src[i]]; out may be src. */
export function lookUp(src: usize, out: usize, table: usize, count: i32): void {
  for (let i = 0; i < count; i += 8) {
    const word = load<u64>(src + <usize>i);
    const o = out + <usize>i;
    store<u8>(o, load<u8>(table + <usize>(word & 255)));
    store<u8>(o + 1, load<u8>(table + <usize>((word >>> 8) & 255)));
    store<u8>(o + 2, load<u8>(table + <usize>((word >>> 16) & 255)));
    store<u8>(o + 3, load<u8>(table + <usize>((word >>> 24) & 255)));
    store<u8>(o + 4, load<u8>(table + <usize>((word >>> 32) & 255)));
    store<u8>(o + 5, load<u8>(table + <usize>((word >>> 40) & 255)));
    store<u8>(o + 6, load<u8>(table + <usize>((word >>> 48) & 255)));
    store<u8>(o + 7, load<u8>(table + <usize>(word >>> 56)));
  }
}

/**
 * lookUp, in place, for tables that are sums: see src/pixels/table-parts.ts. 32 samples at a time. mask is 15: V8 keeps what depends
 * on an argument in registers, and makes constants anew in each round.
 */
export function addParts(src: usize, parts: usize, count: i32, mask: i32): void {
  const high = v128.load(parts);
  const highShare = v128.load(parts, 16);
  const low = v128.load(parts, 32);
  const lowShare = v128.load(parts, 48);
  const less = v128.load(parts, 64);
  const half = i8x16.splat(<i8>mask);
  const zero = v128.xor(half, half);
  const end = src + <usize>count;
  for (; src < end; src += 32) {
    v128.store(src, summed(v128.load(src), high, highShare, low, lowShare, less, half, zero));
    v128.store(src, summed(v128.load(src, 16), high, highShare, low, lowShare, less, half, zero), 16);
  }
}

// @inline
function summed(
  bytes: v128,
  high: v128,
  highShare: v128,
  low: v128,
  lowShare: v128,
  less: v128,
  half: v128,
  zero: v128,
): v128 {
  const h = v128.and(i16x8.shr_u(bytes, 4), half);
  const l = v128.and(bytes, half);
  // Two shares below 128 that add up to 128 or more carry 1.
  const share = i8x16.add(i8x16.swizzle(highShare, h), i8x16.swizzle(lowShare, l));
  const step = i8x16.sub(i8x16.swizzle(low, l), i8x16.gt_s(zero, share));
  return i8x16.add_sat_u(i8x16.swizzle(high, h), i8x16.sub_sat_u(step, i8x16.swizzle(less, h)));
}

/** The table u16[65536] of two samples at once, from the table u8[256] of one. */
export function pairTable(table: usize, pairs: usize): void {
  for (let second = 0; second < 256; second++) {
    const high = i16x8.splat(<i16>((<i32>load<u8>(table + <usize>second)) << 8));
    const row = pairs + ((<usize>second) << 9);
    for (let first: usize = 0; first < 256; first += 8) {
      v128.store(row + (first << 1), v128.or(v128.load_ext<u8>(table + first), high));
    }
  }
}

/** lookUp, two samples at a time. */
export function lookUpPairs(src: usize, out: usize, pairs: usize, count: i32): void {
  const end = src + <usize>count;
  for (; src < end; src += 16, out += 16) {
    store<u16>(out, load<u16>(pairs + ((<usize>load<u16>(src)) << 1)));
    store<u16>(out, load<u16>(pairs + ((<usize>load<u16>(src, 2)) << 1)), 2);
    store<u16>(out, load<u16>(pairs + ((<usize>load<u16>(src, 4)) << 1)), 4);
    store<u16>(out, load<u16>(pairs + ((<usize>load<u16>(src, 6)) << 1)), 6);
    store<u16>(out, load<u16>(pairs + ((<usize>load<u16>(src, 8)) << 1)), 8);
    store<u16>(out, load<u16>(pairs + ((<usize>load<u16>(src, 10)) << 1)), 10);
    store<u16>(out, load<u16>(pairs + ((<usize>load<u16>(src, 12)) << 1)), 12);
    store<u16>(out, load<u16>(pairs + ((<usize>load<u16>(src, 14)) << 1)), 14);
  }
}

/** Every bit the other way round, in place. */
export function invertBytes(src: usize, count: i32): void {
  const end = src + <usize>count;
  for (; src < end; src += 32) {
    v128.store(src, v128.not(v128.load(src)));
    v128.store(src, v128.not(v128.load(src, 16)), 16);
  }
}

/** The sum of a multiple of 16 samples, below 2^32. */
export function sumBytes(src: usize, count: i32): u32 {
  const end = src + <usize>count;
  let sum = i32x4.splat(0);
  for (; src < end; src += 16) {
    const pairs = i16x8.extadd_pairwise_i8x16_u(v128.load(src));
    sum = i32x4.add(sum, i32x4.extadd_pairwise_i16x8_u(pairs));
  }
  sum = i32x4.add(sum, v128.shuffle<i32>(sum, sum, 2, 3, 0, 1));
  return i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1);
}

/** The smallest and, in the next byte, the largest of a multiple of 16 samples. */
export function extremes(src: usize, count: i32): i32 {
  const end = src + <usize>count;
  let low = v128.load(src);
  let high = low;
  for (; src < end; src += 16) {
    const bytes = v128.load(src);
    low = i8x16.min_u(low, bytes);
    high = i8x16.max_u(high, bytes);
  }
  let smallest: u8 = 255;
  let largest: u8 = 0;
  for (let i = 0; i < 16; i++) {
    smallest = min<u8>(smallest, i8x16.extract_lane_u(low, 0));
    largest = max<u8>(largest, i8x16.extract_lane_u(high, 0));
    low = i8x16.shuffle(low, low, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0);
    high = i8x16.shuffle(high, high, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0);
  }
  return <i32>smallest | ((<i32>largest) << 8);
}

// @inline
function increment(counts: usize, level: u64): void {
  const at = counts + ((<usize>level) << 2);
  store<u32>(at, load<u32>(at) + 1);
}

/**
 * Adds to eight tables u32[8][256] in turn: a step then does not wait for the last one's increment of the same level.
 */
export function histogram(src: usize, counts: usize, count: i32): void {
  let i = 0;
  for (; i + 8 <= count; i += 8) {
    const word = load<u64>(src + <usize>i);
    increment(counts, word & 255);
    increment(counts + 1024, (word >>> 8) & 255);
    increment(counts + 2048, (word >>> 16) & 255);
    increment(counts + 3072, (word >>> 24) & 255);
    increment(counts + 4096, (word >>> 32) & 255);
    increment(counts + 5120, (word >>> 40) & 255);
    increment(counts + 6144, (word >>> 48) & 255);
    increment(counts + 7168, word >>> 56);
  }
  for (; i < count; i++) increment(counts, load<u8>(src + <usize>i));
}
