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

/** src/transforms/saturation.ts: four bytes a pixel are read and written, the last of which the next pixel's replace. */
export function saturate(src: usize, out: usize, pixels: i32, factor: f32): void {
  const alpha = f32x4.splat(factor);
  for (let i = 0; i < pixels; i++) {
    const at = <usize>i * 3;
    const r = <u32>load<u8>(src + at);
    const g = <u32>load<u8>(src + at + 1);
    const b = <u32>load<u8>(src + at + 2);
    const grey = f32x4.splat(<f32>((r * 19595 + g * 38470 + b * 7471 + 0x8000) >>> 16));
    const color = f32x4.convert_i32x4_u(
      i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(src + at))),
    );
    const value = f32x4.add(grey, f32x4.mul(alpha, f32x4.sub(color, grey)));
    const words = i16x8.narrow_i32x4_s(i32x4.trunc_sat_f32x4_s(value), i32x4.splat(0));
    store<i32>(out + at, i32x4.extract_lane(i8x16.narrow_i16x8_u(words, words), 0));
  }
}

/**
 * One row of src/pixels/equalize-adaptively.ts: level by the tables of four tiles, f32, mixed. left and right are byte
 * offsets u32[count] of tiles in a row of tiles, fx f64[count]; top and bottom the rows of tiles.
 */
export function mixTiles(
  src: usize,
  out: usize,
  count: i32,
  top: usize,
  bottom: usize,
  left: usize,
  right: usize,
  fx: usize,
  fy: f64,
): void {
  for (let x = 0; x < count; x++) {
    const level = (<usize>load<u8>(src + <usize>x)) << 2;
    const l = <usize>load<u32>(left + ((<usize>x) << 2)) + level;
    const r = <usize>load<u32>(right + ((<usize>x) << 2)) + level;
    const share = load<f64>(fx + ((<usize>x) << 3));
    const a = <f64>load<f32>(top + l);
    const c = <f64>load<f32>(bottom + l);
    const upper = a + (<f64>load<f32>(top + r) - a) * share;
    const lower = c + (<f64>load<f32>(bottom + r) - c) * share;
    store<u8>(out + <usize>x, <u8>(<i32>(upper + (lower - upper) * fy + 0.5)));
  }
}
