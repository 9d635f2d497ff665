// Tables of 256 levels and histograms of 8 bits, eight samples a step.

/** out[i] = table[src[i]]; up to seven samples beyond the end as well. */
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

// @inline
function increment(counts: usize, level: u64): void {
  const at = counts + ((<usize>level) << 2);
  store<u32>(at, load<u32>(at) + 1);
}

/**
 * Adds to four tables u32[4][256] in turn: a step then does not wait for the last one's increment of the same level.
 */
export function histogram(src: usize, counts: usize, count: i32): void {
  let i = 0;
  for (; i + 8 <= count; i += 8) {
    const word = load<u64>(src + <usize>i);
    increment(counts, word & 255);
    increment(counts + 1024, (word >>> 8) & 255);
    increment(counts + 2048, (word >>> 16) & 255);
    increment(counts + 3072, (word >>> 24) & 255);
    increment(counts, (word >>> 32) & 255);
    increment(counts + 1024, (word >>> 40) & 255);
    increment(counts + 2048, (word >>> 48) & 255);
    increment(counts + 3072, word >>> 56);
  }
  for (; i < count; i++) increment(counts, load<u8>(src + <usize>i));
}
