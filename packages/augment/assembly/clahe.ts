// src/pixels/equalize-adaptively.ts on 8 bits.
import { mirrored } from './mirrored';

/**
 * The table f32[256] of one tile, mirrored where it extends beyond the image. counts is u32[256] of scratch; a count above
 * `limit` is clipped and its excess spread over all levels, 0 for no limit; `scale` is 255 / the tile's area.
 */
export function tileTable(
  src: usize,
  width: i32,
  height: i32,
  left: i32,
  top: i32,
  tileWidth: i32,
  tileHeight: i32,
  limit: i32,
  scale: f32,
  counts: usize,
  table: usize,
): void {
  memory.fill(counts, 0, 1024);
  const right = min(width, left + tileWidth);
  for (let y = top; y < top + tileHeight; y++) {
    const row = src + <usize>(mirrored(y, height) * width);
    let x = left;
    for (; x < right; x++) count(counts, row + <usize>x);
    for (; x < left + tileWidth; x++) count(counts, row + <usize>mirrored(x, width));
  }
  if (limit > 0) clip(counts, limit);
  let sum = 0;
  for (let at: usize = 0; at < 1024; at += 4) {
    sum += load<i32>(counts + at);
    store<f32>(table + at, min<f32>(255.0, nearest<f32>(<f32>sum * scale)));
  }
}

// @inline
function count(counts: usize, sample: usize): void {
  const at = counts + ((<usize>load<u8>(sample)) << 2);
  store<i32>(at, load<i32>(at) + 1);
}

function clip(counts: usize, limit: i32): void {
  let cut = 0;
  for (let at: usize = 0; at < 1024; at += 4) {
    const over = load<i32>(counts + at) - limit;
    if (over <= 0) continue;
    cut += over;
    store<i32>(counts + at, limit);
  }
  const share = cut >> 8;
  let rest = cut & 255;
  for (let at: usize = 0; at < 1024; at += 4) store<i32>(counts + at, load<i32>(counts + at) + share);
  const step = max(1, 256 / max(1, rest));
  for (let level = 0; level < 256 && rest > 0; level += step, rest--) {
    const at = counts + ((<usize>level) << 2);
    store<i32>(at, load<i32>(at) + 1);
  }
}

/** Puts the tables f32[count] of two rows of tiles side by side: f32[count][2], a multiple of 4. */
export function pairTables(top: usize, bottom: usize, out: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) {
    const at = (<usize>i) << 2;
    const a = v128.load(top + at);
    const b = v128.load(bottom + at);
    v128.store(out + 2 * at, v128.shuffle<i32>(a, b, 0, 4, 1, 5));
    v128.store(out + 2 * at, v128.shuffle<i32>(a, b, 2, 6, 3, 7), 16);
  }
}

/**
 * One row: each level by the tables of four tiles, mixed. pairs is f32[tiles][256][2], of the rows of tiles above and below;
 * left and right are byte offsets u32[count] of tiles in it, fx f64[count].
 */
export function mixTiles(
  src: usize,
  out: usize,
  count: i32,
  pairs: usize,
  left: usize,
  right: usize,
  fx: usize,
  fy: f64,
): void {
  for (let x = 0; x < count; x++) {
    const at = (<usize>x) << 2;
    const level = pairs + ((<usize>load<u8>(src + <usize>x)) << 3);
    const l = f64x2.promote_low_f32x4(v128.load_zero<u64>(level + <usize>load<u32>(left + at)));
    const r = f64x2.promote_low_f32x4(v128.load_zero<u64>(level + <usize>load<u32>(right + at)));
    const rows = f64x2.add(l, f64x2.mul(f64x2.sub(r, l), v128.load64_splat(fx + 2 * at)));
    const upper = f64x2.extract_lane(rows, 0);
    const lower = f64x2.extract_lane(rows, 1);
    store<u8>(out + <usize>x, <u8>(<i32>(upper + (lower - upper) * fy + 0.5)));
  }
}
