// Whole 8-bit images warped by an affine or projective map, with a constant fill: Pillow's results to the bit.
//
// Pillow computes in double precision and drops the fraction. Here four pixels at once are computed in single precision, from
// positions in fixed point, and the error is bounded. A pixel whose value is closer to a whole number than that bound is
// computed again in double precision, so that the dropped fraction never hides a difference. Where all taps are equal the
// value is exact.

/** Places in the coefficients f64[8] of the map, as in src/warp/perspective-map.ts. */
const A: usize = 0;
const B: usize = 8;
const C: usize = 16;
const D: usize = 24;
const E: usize = 32;
const F: usize = 40;
const G: usize = 48;
const H: usize = 56;

/** Added to a double below 2^31, it leaves the nearest whole number in the low bits. */
const MAGIC: f64 = 6755399441055744.0;
/** Added to a whole float in 0..255, it leaves the number in the low byte. */
const BYTE: f32 = 8388608.0;

const GREY: i32 = 0;
const RGB: i32 = 1;
const CUBIC: i32 = 2;

/** The source position of column x. f64[2] at `to`: as Pillow computes it, step by step. */
// @inline
function position(map: usize, x: i32, y: i32, to: usize): void {
  const px = <f64>x + 0.5;
  const py = <f64>y + 0.5;
  const u = load<f64>(map + A) * px + load<f64>(map + B) * py + load<f64>(map + C);
  const v = load<f64>(map + D) * px + load<f64>(map + E) * py + load<f64>(map + F);
  const g = load<f64>(map + G);
  const h = load<f64>(map + H);
  if (g === 0.0 && h === 0.0) {
    store<f64>(to, u);
    store<f64>(to + 8, v);
    return;
  }
  const w = g * px + h * py + 1.0;
  store<f64>(to, u / w);
  store<f64>(to + 8, v / w);
}

// @inline
function clamp(i: i32, n: i32): i32 {
  return max(0, min(n - 1, i));
}

// @inline
function cubic(v1: f64, v2: f64, v3: f64, v4: f64, d: f64): f64 {
  return v2 + d * (-v1 + v3 + d * (2.0 * (v1 - v2) + v3 - v4 + d * (-v1 + v2 - v3 + v4)));
}

// @inline
function cubicRow(row: usize, x: i32, width: i32, d: f64): f64 {
  return cubic(
    <f64>load<u8>(row + <usize>clamp(x - 1, width)),
    <f64>load<u8>(row + <usize>clamp(x, width)),
    <f64>load<u8>(row + <usize>clamp(x + 1, width)),
    <f64>load<u8>(row + <usize>clamp(x + 2, width)),
    d,
  );
}

/** One pixel at f64[2] in double precision; the edge pixel stands in for a missing neighbour. */
function exactPixel(kind: i32, src: usize, width: i32, height: i32, at: usize, out: usize): void {
  const px = load<f64>(at) - 0.5;
  const py = load<f64>(at + 8) - 0.5;
  const fx = px - floor(px);
  const fy = py - floor(py);
  const ix = <i32>floor(px);
  const iy = <i32>floor(py);
  if (kind === CUBIC) {
    const v = cubic(
      cubicRow(src + <usize>(clamp(iy - 1, height) * width), ix, width, fx),
      cubicRow(src + <usize>(clamp(iy, height) * width), ix, width, fx),
      cubicRow(src + <usize>(clamp(iy + 1, height) * width), ix, width, fx),
      cubicRow(src + <usize>(clamp(iy + 2, height) * width), ix, width, fx),
      fy,
    );
    store<u8>(out, <u8>(<i32>max<f64>(0.0, min<f64>(255.0, v))));
    return;
  }
  const channels = kind === RGB ? 3 : 1;
  const upper = src + <usize>(clamp(iy, height) * width * channels);
  const lower = src + <usize>(clamp(iy + 1, height) * width * channels);
  const left = <usize>(clamp(ix, width) * channels);
  const right = <usize>(clamp(ix + 1, width) * channels);
  for (let c: usize = 0; c < <usize>channels; c++) {
    const a = <f64>load<u8>(upper + left + c);
    const b = <f64>load<u8>(lower + left + c);
    const top = a + (<f64>load<u8>(upper + right + c) - a) * fx;
    const bottom = b + (<f64>load<u8>(lower + right + c) - b) * fx;
    store<u8>(out + c, <u8>(<i32>(top + (bottom - top) * fy)));
  }
}

/**
 * Pixels from `x` on, in steps of `step`, as long as a tap is outside: those inside the image are written, the others left.
 * @returns the first column whose taps are all inside, or `end`.
 */
function border(
  kind: i32,
  src: usize,
  width: i32,
  height: i32,
  map: usize,
  at: usize,
  row: usize,
  y: i32,
  x: i32,
  end: i32,
  step: i32,
): i32 {
  const margin: f64 = kind === CUBIC ? 1.5 : 0.5;
  const channels = kind === RGB ? 3 : 1;
  const w = <f64>width;
  const h = <f64>height;
  for (; x !== end; x += step) {
    position(map, x, y, at);
    const u = load<f64>(at);
    const v = load<f64>(at + 8);
    if (u >= margin && u < w - margin && v >= margin && v < h - margin) break;
    if (u >= 0.0 && u < w && v >= 0.0 && v < h) {
      exactPixel(kind, src, width, height, at, row + <usize>(x * channels));
    }
  }
  return x;
}

/** A multiple of a position as a whole number; the low 32 bits are enough, since sums of them wrap. */
// @inline
function whole(value: f64): i32 {
  return <i32>(<i64>nearest(value));
}

/** Fixed-point positions of columns 0..count for a projective map; i32[…], a multiple of 4 of them. */
function projectRow(map: usize, y: i32, xs: usize, ys: usize, count: i32, scale: f64): void {
  const py = <f64>y + 0.5;
  const by = f64x2.splat(load<f64>(map + B) * py + load<f64>(map + C));
  const ey = f64x2.splat(load<f64>(map + E) * py + load<f64>(map + F));
  const hy = f64x2.splat(load<f64>(map + H) * py + 1.0);
  const a = v128.load64_splat(map + A);
  const d = v128.load64_splat(map + D);
  const g = v128.load64_splat(map + G);
  const unit = f64x2.splat(scale);
  const half = f64x2.splat(0.5 * scale);
  const magic = f64x2.splat(MAGIC);
  const two = f64x2.splat(2.0);
  let x = f64x2.replace_lane(f64x2.splat(0.5), 1, 1.5);
  for (let i = 0; i < count; i += 4) {
    const at = (<usize>i) << 2;
    const p = f64x2.div(unit, f64x2.add(f64x2.mul(g, x), hy));
    const u0 = f64x2.add(f64x2.sub(f64x2.mul(f64x2.add(f64x2.mul(a, x), by), p), half), magic);
    const v0 = f64x2.add(f64x2.sub(f64x2.mul(f64x2.add(f64x2.mul(d, x), ey), p), half), magic);
    x = f64x2.add(x, two);
    const q = f64x2.div(unit, f64x2.add(f64x2.mul(g, x), hy));
    const u1 = f64x2.add(f64x2.sub(f64x2.mul(f64x2.add(f64x2.mul(a, x), by), q), half), magic);
    const v1 = f64x2.add(f64x2.sub(f64x2.mul(f64x2.add(f64x2.mul(d, x), ey), q), half), magic);
    x = f64x2.add(x, two);
    v128.store(xs + at, v128.shuffle<i32>(u0, u1, 0, 2, 4, 6));
    v128.store(ys + at, v128.shuffle<i32>(v0, v1, 0, 2, 4, 6));
  }
}

/**
 * Warps [height, width] to [outHeight, outWidth]; `out` is filled already. kind: 0 bilinear grey, 1 bilinear RGB, 2 bicubic
 * grey. map is f64[8]; at f64[2], xs and ys i32[outWidth + 4] are scratch; a row and 32 bytes before and after src are
 * readable. Positions have `bits` binary places.
 */
export function warpImage(
  kind: i32,
  src: usize,
  width: i32,
  height: i32,
  out: usize,
  outWidth: i32,
  outHeight: i32,
  map: usize,
  at: usize,
  xs: usize,
  ys: usize,
  bits: i32,
): void {
  const channels = kind === RGB ? 3 : 1;
  const scale = <f64>(1 << bits);
  const affine = load<f64>(map + G) === 0.0 && load<f64>(map + H) === 0.0;
  if (affine) {
    for (let x = 0; x < outWidth; x++) {
      const to = (<usize>x) << 2;
      store<i32>(xs + to, whole(load<f64>(map + A) * (<f64>x + 0.5) * scale));
      store<i32>(ys + to, whole(load<f64>(map + D) * (<f64>x + 0.5) * scale));
    }
  }
  for (let y = 0; y < outHeight; y++) {
    const row = out + <usize>(y * outWidth * channels);
    const from = border(kind, src, width, height, map, at, row, y, 0, outWidth, 1);
    if (from === outWidth) continue;
    const to = border(kind, src, width, height, map, at, row, y, outWidth - 1, from - 1, -1) + 1;
    let baseX = 0;
    let baseY = 0;
    if (affine) {
      const py = <f64>y + 0.5;
      baseX = whole((load<f64>(map + B) * py + load<f64>(map + C) - 0.5) * scale);
      baseY = whole((load<f64>(map + E) * py + load<f64>(map + F) - 0.5) * scale);
    } else {
      projectRow(map, y, xs, ys, outWidth, scale);
    }
    // Taps that have no weight at all in this row.
    const across = affine && wholeColumns(map, y) ? 0 : -1;
    const down = affine && wholeRows(map, y) ? 0 : -1;
    const exact = affine && fewPlaces(map, y);
    if (kind === GREY) {
      greyRow(src, width, height, map, at, row, y, from, to, xs, ys, baseX, baseY, bits, across, down, exact);
    } else if (kind === RGB)
      rgbRow(src, width, height, map, at, row, y, from, to, xs, ys, baseX, baseY, bits, across, down, exact);
    else cubicGreyRow(src, width, height, map, at, row, y, from, to, xs, ys, baseX, baseY, bits);
  }
}

/** `count` pixels from column x on in double precision. */
function exactPixels(
  kind: i32,
  src: usize,
  width: i32,
  height: i32,
  map: usize,
  at: usize,
  row: usize,
  y: i32,
  x: i32,
  count: i32,
): void {
  const channels = kind === RGB ? 3 : 1;
  for (const end = x + count; x < end; x++) {
    position(map, x, y, at);
    exactPixel(kind, src, width, height, at, row + <usize>(x * channels));
  }
}

/** The pixels of the lanes whose bits are set in double precision. */
function exactLanes(
  kind: i32,
  src: usize,
  width: i32,
  height: i32,
  map: usize,
  at: usize,
  row: usize,
  y: i32,
  x: i32,
  lanes: v128,
): void {
  for (let left = i32x4.bitmask(lanes); left !== 0; left &= left - 1) {
    exactPixels(kind, src, width, height, map, at, row, y, x + ctz(left), 1);
  }
}

/** The largest error of a value: `slope` is its largest change for a step of 1, `error` what roundings add up to. */
// @inline
function bound(slope: f32, error: f32, bits: i32): f32 {
  return slope / <f32>(1 << bits) + error;
}

/** Four whole floats in 0..255 to bytes. */
// @inline
function storeFour(to: usize, value: v128): void {
  const bits = f32x4.add(value, f32x4.splat(BYTE));
  v128.store_lane<u32>(to, i8x16.shuffle(bits, bits, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12), 0);
}

function greyRow(
  src: usize,
  width: i32,
  height: i32,
  map: usize,
  at: usize,
  row: usize,
  y: i32,
  from: i32,
  to: i32,
  xs: usize,
  ys: usize,
  baseX: i32,
  baseY: i32,
  bits: i32,
  across: i32,
  down: i32,
  exact: bool,
): void {
  const bx = i32x4.splat(baseX);
  const by = i32x4.splat(baseY);
  const mask = i32x4.splat((1 << bits) - 1);
  const unit = f32x4.splat(1.0 / <f32>(1 << bits));
  const columns = i32x4.splat(width);
  const low = i16x8.splat(255);
  // Twice 255, the steepest change along x and along y, and what eight roundings of numbers up to 255 add up to.
  const error = f32x4.splat(exact ? 0.0 : bound(520.0, 1e-4, bits));
  const acrossMask = i32x4.splat(across);
  const downMask = i32x4.splat(down);
  let x = from;
  for (; x + 4 <= to; x += 4) {
    const place = (<usize>x) << 2;
    const px = i32x4.add(v128.load(xs + place), bx);
    const py = i32x4.add(v128.load(ys + place), by);
    const index = i32x4.add(i32x4.mul(i32x4.shr_s(py, bits), columns), i32x4.shr_s(px, bits));
    const fx = f32x4.mul(f32x4.convert_i32x4_s(v128.and(px, mask)), unit);
    const fy = f32x4.mul(f32x4.convert_i32x4_s(v128.and(py, mask)), unit);
    const p0 = src + <usize>i32x4.extract_lane(index, 0);
    const p1 = src + <usize>i32x4.extract_lane(index, 1);
    const p2 = src + <usize>i32x4.extract_lane(index, 2);
    const p3 = src + <usize>i32x4.extract_lane(index, 3);
    // The upper pair of each pixel, then the lower ones.
    let pairs = v128.load_zero<u32>(p0);
    pairs = v128.load_lane<u16>(p1, pairs, 1);
    pairs = v128.load_lane<u16>(p2, pairs, 2);
    pairs = v128.load_lane<u16>(p3, pairs, 3);
    pairs = v128.load_lane<u16>(p0 + <usize>width, pairs, 4);
    pairs = v128.load_lane<u16>(p1 + <usize>width, pairs, 5);
    pairs = v128.load_lane<u16>(p2 + <usize>width, pairs, 6);
    pairs = v128.load_lane<u16>(p3 + <usize>width, pairs, 7);
    const left = v128.and(pairs, low);
    const steps = i16x8.sub(i16x8.shr_u(pairs, 8), left);
    const a = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(left));
    const b = f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(left));
    const da = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(steps));
    const db = f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(steps));
    const top = f32x4.add(a, f32x4.mul(da, fx));
    const bottom = f32x4.add(b, f32x4.mul(db, fx));
    const value = f32x4.add(top, f32x4.mul(f32x4.sub(bottom, top), fy));
    // The higher of the two, which is right for a whole number.
    const below = f32x4.floor(f32x4.add(value, error));
    const doubt = f32x4.ne(below, f32x4.floor(f32x4.sub(value, error)));
    storeFour(row + <usize>x, below);
    // Without a step down, flat lanes are many and scattered: no branch that guesses which.
    if (down === 0 || v128.any_true(doubt)) {
      const again = v128.and(doubt, notFlat(a, b, da, db, px, py, mask, acrossMask, downMask));
      if (v128.any_true(again)) exactLanes(GREY, src, width, height, map, at, row, y, x, again);
    }
  }
  exactPixels(GREY, src, width, height, map, at, row, y, x, to - x);
}

/**
 * Lanes whose taps differ, of those that have a weight. The masks are 0 where those across, or below, have none. A
 * position that may have been rounded to the neighbouring cell counts as well, since it hides that cell's taps.
 */
// @inline
function notFlat(
  a: v128,
  b: v128,
  da: v128,
  db: v128,
  px: v128,
  py: v128,
  mask: v128,
  across: v128,
  down: v128,
): v128 {
  const zero = i32x4.splat(0);
  // As floats, since the bits of a whole number other than 0 are never all 0, and none here is −0.
  const x = v128.or(i32x4.ne(v128.or(da, v128.and(db, down)), zero), atEdge(px, mask));
  const y = v128.or(f32x4.ne(a, b), atEdge(py, mask));
  return v128.or(v128.and(x, across), v128.and(y, down));
}

/** Lanes whose position is within two steps of a cell's edge. */
// @inline
function atEdge(position: v128, mask: v128): v128 {
  return i32x4.lt_s(v128.and(i32x4.add(position, i32x4.splat(2)), mask), i32x4.splat(5));
}

/** Whether an affine map takes every column centre of row y to a column centre, without a rounding. */
function wholeColumns(map: usize, y: i32): bool {
  const by = load<f64>(map + B) * (<f64>y + 0.5);
  const c = load<f64>(map + C);
  const a = load<f64>(map + A);
  return (a === 1.0 || a === -1.0) && by === floor(by) && c === floor(c);
}

/** The same of row centres. */
function wholeRows(map: usize, y: i32): bool {
  const v = load<f64>(map + E) * (<f64>y + 0.5) + load<f64>(map + F) - 0.5;
  return load<f64>(map + D) === 0.0 && v === floor(v);
}

/** Whether an affine map's positions in row y are multiples of 1 / 128: then single precision is exact. */
function fewPlaces(map: usize, y: i32): bool {
  const py = <f64>y + 0.5;
  const v = (load<f64>(map + E) * py + load<f64>(map + F)) * 128.0;
  return (
    load<f64>(map + D) === 0.0 &&
    v === floor(v) &&
    multiple(load<f64>(map + A)) &&
    multiple(load<f64>(map + B) * py) &&
    multiple(load<f64>(map + C))
  );
}

// @inline
function multiple(value: f64): bool {
  return value * 64.0 === floor(value * 64.0);
}

function rgbRow(
  src: usize,
  width: i32,
  height: i32,
  map: usize,
  at: usize,
  row: usize,
  y: i32,
  from: i32,
  to: i32,
  xs: usize,
  ys: usize,
  baseX: i32,
  baseY: i32,
  bits: i32,
  across: i32,
  down: i32,
  exact: bool,
): void {
  const mask = (1 << bits) - 1;
  const unit: f32 = 1.0 / <f32>(1 << bits);
  const stride = <usize>(3 * width);
  // The fourth lane is the next pixel's red: never in doubt.
  const error = f32x4.replace_lane(f32x4.splat(exact ? 0.0 : bound(520.0, 1e-4, bits)), 3, 0.0);
  const acrossMask = i32x4.splat(across);
  const downMask = i32x4.splat(down);
  // The last pixel has nothing after it to overwrite the fourth byte.
  for (let x = from; x < to - 1; x++) {
    const place = (<usize>x) << 2;
    const px = load<i32>(xs + place) + baseX;
    const py = load<i32>(ys + place) + baseY;
    const p = src + <usize>(3 * ((py >> bits) * width + (px >> bits)));
    const fx = f32x4.splat(<f32>(px & mask) * unit);
    const fy = f32x4.splat(<f32>(py & mask) * unit);
    const left = i16x8.extend_low_i8x16_u(v128.load_lane<u32>(p + stride, v128.load_zero<u32>(p), 1));
    const right = i16x8.extend_low_i8x16_u(
      v128.load_lane<u32>(p + stride + 3, v128.load_zero<u32>(p + 3), 1),
    );
    const steps = i16x8.sub(right, left);
    const a = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(left));
    const b = f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(left));
    const da = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(steps));
    const db = f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(steps));
    const top = f32x4.add(a, f32x4.mul(da, fx));
    const bottom = f32x4.add(b, f32x4.mul(db, fx));
    const value = f32x4.add(top, f32x4.mul(f32x4.sub(bottom, top), fy));
    // The higher of the two, which is right for a whole number.
    const below = f32x4.floor(f32x4.add(value, error));
    const doubt = f32x4.ne(below, f32x4.floor(f32x4.sub(value, error)));
    storeFour(row + <usize>(3 * x), below);
    if (v128.any_true(doubt)) {
      const again = notFlat(
        a,
        b,
        da,
        db,
        i32x4.splat(px),
        i32x4.splat(py),
        i32x4.splat(mask),
        acrossMask,
        downMask,
      );
      if (v128.any_true(v128.and(doubt, again))) {
        exactPixels(RGB, src, width, height, map, at, row, y, x, 1);
      }
    }
  }
  if (from < to) exactPixels(RGB, src, width, height, map, at, row, y, to - 1, 1);
}

/** A row of four taps for four pixels, each in the bytes of a lane, mixed at d. */
// @inline
function cubicFour(words: v128, d: v128): v128 {
  const low = i32x4.splat(255);
  const v1 = v128.and(words, low);
  const v2 = v128.and(i32x4.shr_u(words, 8), low);
  const v3 = v128.and(i32x4.shr_u(words, 16), low);
  const v4 = i32x4.shr_u(words, 24);
  const first = i32x4.sub(v1, v2);
  const last = i32x4.sub(v3, v4);
  const p4 = f32x4.convert_i32x4_s(i32x4.sub(i32x4.sub(i32x4.splat(0), first), last));
  const p3 = f32x4.convert_i32x4_s(i32x4.add(i32x4.add(first, first), last));
  const p2 = f32x4.convert_i32x4_s(i32x4.sub(v3, v1));
  const middle = f32x4.convert_i32x4_s(v2);
  return f32x4.add(middle, f32x4.mul(d, f32x4.add(p2, f32x4.mul(d, f32x4.add(p3, f32x4.mul(d, p4))))));
}

// @inline
function fourWords(p0: usize, p1: usize, p2: usize, p3: usize): v128 {
  let words = v128.load_zero<u32>(p0);
  words = v128.load_lane<u32>(p1, words, 1);
  words = v128.load_lane<u32>(p2, words, 2);
  return v128.load_lane<u32>(p3, words, 3);
}

function cubicGreyRow(
  src: usize,
  width: i32,
  height: i32,
  map: usize,
  at: usize,
  row: usize,
  y: i32,
  from: i32,
  to: i32,
  xs: usize,
  ys: usize,
  baseX: i32,
  baseY: i32,
  bits: i32,
): void {
  const bx = i32x4.splat(baseX);
  const by = i32x4.splat(baseY);
  const mask = i32x4.splat((1 << bits) - 1);
  const unit = f32x4.splat(1.0 / <f32>(1 << bits));
  const columns = i32x4.splat(width);
  // The slopes of the weights add up to at most 3, and the weights to 1.5: 127.5 × 3 × 1.5 along x, and along y. The
  // roundings of sums up to 2700 add up to less than the rest.
  const error = f32x4.splat(bound(1200.0, 1.3e-3, bits));
  const start = src - <usize>width - 1;
  const stride = <usize>width;
  let x = from;
  for (; x + 4 <= to; x += 4) {
    const place = (<usize>x) << 2;
    const px = i32x4.add(v128.load(xs + place), bx);
    const py = i32x4.add(v128.load(ys + place), by);
    const index = i32x4.add(i32x4.mul(i32x4.shr_s(py, bits), columns), i32x4.shr_s(px, bits));
    const fx = f32x4.mul(f32x4.convert_i32x4_s(v128.and(px, mask)), unit);
    const fy = f32x4.mul(f32x4.convert_i32x4_s(v128.and(py, mask)), unit);
    let p0 = start + <usize>i32x4.extract_lane(index, 0);
    let p1 = start + <usize>i32x4.extract_lane(index, 1);
    let p2 = start + <usize>i32x4.extract_lane(index, 2);
    let p3 = start + <usize>i32x4.extract_lane(index, 3);
    const w1 = fourWords(p0, p1, p2, p3);
    p0 += stride;
    p1 += stride;
    p2 += stride;
    p3 += stride;
    const w2 = fourWords(p0, p1, p2, p3);
    p0 += stride;
    p1 += stride;
    p2 += stride;
    p3 += stride;
    const w3 = fourWords(p0, p1, p2, p3);
    const w4 = fourWords(p0 + stride, p1 + stride, p2 + stride, p3 + stride);
    const r1 = cubicFour(w1, fx);
    const r2 = cubicFour(w2, fx);
    const r3 = cubicFour(w3, fx);
    const r4 = cubicFour(w4, fx);
    const first = f32x4.sub(r1, r2);
    const last = f32x4.sub(r3, r4);
    const q4 = f32x4.sub(f32x4.neg(first), last);
    const q3 = f32x4.add(f32x4.add(first, first), last);
    const q2 = f32x4.sub(r3, r1);
    const value = f32x4.add(
      r2,
      f32x4.mul(fy, f32x4.add(q2, f32x4.mul(fy, f32x4.add(q3, f32x4.mul(fy, q4))))),
    );
    // The higher of the two, which is right for a whole number.
    const below = f32x4.floor(f32x4.add(value, error));
    const doubt = f32x4.ne(below, f32x4.floor(f32x4.sub(value, error)));
    storeFour(row + <usize>x, f32x4.pmax(f32x4.splat(0.0), f32x4.pmin(f32x4.splat(255.0), below)));
    if (v128.any_true(doubt)) {
      const again = v128.and(doubt, cubicNotFlat(w1, w2, w3, w4, px, py, mask));
      if (v128.any_true(again)) exactLanes(CUBIC, src, width, height, map, at, row, y, x, again);
    }
  }
  exactPixels(CUBIC, src, width, height, map, at, row, y, x, to - x);
}

/** Lanes whose taps differ, or may. */
// @inline
function cubicNotFlat(w1: v128, w2: v128, w3: v128, w4: v128, px: v128, py: v128, mask: v128): v128 {
  const rows = v128.or(v128.or(v128.xor(w1, w2), v128.xor(w1, w3)), v128.xor(w1, w4));
  const turned = v128.or(i32x4.shl(w1, 8), i32x4.shr_u(w1, 24));
  const differ = i32x4.ne(v128.or(rows, v128.xor(w1, turned)), i32x4.splat(0));
  const edges = v128.or(atEdge(px, mask), atEdge(py, mask));
  return v128.or(differ, edges);
}
