// The kernels of src/warp/kernels.ts on 8 bits, two pixels at a time, in the same double arithmetic: equal to the bit.

/** Added to a whole double, it leaves the number in the low bits. */
const MAGIC: f64 = 4503599627370496.0;

/** xs[i] = ax[i] + by + c and ys[i] = dx[i] + ey + f, an even count. */
export function affineRow(
  xs: usize,
  ys: usize,
  ax: usize,
  dx: usize,
  by: f64,
  c: f64,
  ey: f64,
  f: f64,
  count: i32,
): void {
  const by2 = f64x2.splat(by);
  const c2 = f64x2.splat(c);
  const ey2 = f64x2.splat(ey);
  const f2 = f64x2.splat(f);
  for (let i = 0; i < count; i += 2) {
    const at = (<usize>i) << 3;
    v128.store(xs + at, f64x2.add(f64x2.add(v128.load(ax + at), by2), c2));
    v128.store(ys + at, f64x2.add(f64x2.add(v128.load(dx + at), ey2), f2));
  }
}

/**
 * xs[i] = (a × (i + ½) + by + c) / w and ys[i] = (d × (i + ½) + ey + f) / w with w = g × (i + ½) + hy + 1, an even count.
 */
export function perspectiveRow(
  xs: usize,
  ys: usize,
  a: f64,
  by: f64,
  c: f64,
  d: f64,
  ey: f64,
  f: f64,
  g: f64,
  hy: f64,
  count: i32,
): void {
  const two = f64x2.splat(2.0);
  let x = f64x2.replace_lane(f64x2.splat(0.5), 1, 1.5);
  for (let i = 0; i < count; i += 2) {
    const at = (<usize>i) << 3;
    const w = f64x2.add(f64x2.add(f64x2.mul(f64x2.splat(g), x), f64x2.splat(hy)), f64x2.splat(1.0));
    const u = f64x2.add(f64x2.add(f64x2.mul(f64x2.splat(a), x), f64x2.splat(by)), f64x2.splat(c));
    const v = f64x2.add(f64x2.add(f64x2.mul(f64x2.splat(d), x), f64x2.splat(ey)), f64x2.splat(f));
    v128.store(xs + at, f64x2.div(u, w));
    v128.store(ys + at, f64x2.div(v, w));
    x = f64x2.add(x, two);
  }
}

/**
 * xs[i] = i + ½ + Σ weights[4 × i + k] × points[firsts[i] + k].x over k = 0..3, ys[i] = y + … likewise. points is f64[…][2],
 * weights f64[count][4], firsts u32[count].
 */
export function splineRow(
  xs: usize,
  ys: usize,
  y: f64,
  points: usize,
  firsts: usize,
  weights: usize,
  count: i32,
): void {
  let position = f64x2.replace_lane(f64x2.splat(y), 0, 0.5);
  const step = f64x2.replace_lane(f64x2.splat(0.0), 0, 1.0);
  for (let i = 0; i < count; i++) {
    const p = points + ((<usize>load<u32>(firsts + ((<usize>i) << 2))) << 4);
    const w = weights + ((<usize>i) << 5);
    let sum = f64x2.add(position, f64x2.mul(v128.load(p), v128.load64_splat(w)));
    sum = f64x2.add(sum, f64x2.mul(v128.load(p + 16), v128.load64_splat(w + 8)));
    sum = f64x2.add(sum, f64x2.mul(v128.load(p + 32), v128.load64_splat(w + 16)));
    sum = f64x2.add(sum, f64x2.mul(v128.load(p + 48), v128.load64_splat(w + 24)));
    const at = (<usize>i) << 3;
    store<f64>(xs + at, f64x2.extract_lane(sum, 0));
    store<f64>(ys + at, f64x2.extract_lane(sum, 1));
    position = f64x2.add(position, step);
  }
}

/** Samples 1 channel at count positions. */
export function bilinearGrey(src: usize, width: i32, out: usize, xs: usize, ys: usize, count: i32): void {
  let i = 0;
  for (; i + 2 <= count; i += 2) {
    const at = (<usize>i) << 3;
    const v = bilinearPair(src, width, v128.load(xs + at), v128.load(ys + at));
    store<u8>(out + <usize>i, <u8>i32x4.extract_lane(v, 0));
    store<u8>(out + <usize>i + 1, <u8>i32x4.extract_lane(v, 2));
  }
  if (i < count) {
    const at = (<usize>i) << 3;
    const v = bilinearPair(src, width, v128.load64_splat(xs + at), v128.load64_splat(ys + at));
    store<u8>(out + <usize>i, <u8>i32x4.extract_lane(v, 0));
  }
}

// @inline
function bilinearPair(src: usize, width: i32, x: v128, y: v128): v128 {
  const half = f64x2.splat(0.5);
  const magic = f64x2.splat(MAGIC);
  const low = i32x4.splat(255);
  const px = f64x2.sub(x, half);
  const py = f64x2.sub(y, half);
  const ix = f64x2.floor(px);
  const iy = f64x2.floor(py);
  const fx = f64x2.sub(px, ix);
  const fy = f64x2.sub(py, iy);
  const index = f64x2.add(f64x2.add(f64x2.mul(iy, f64x2.splat(<f64>width)), ix), magic);
  const p = src + <usize>i32x4.extract_lane(index, 0);
  const q = src + <usize>i32x4.extract_lane(index, 2);
  // Lanes: first and second pixel's upper pair, then their lower pairs.
  let pairs = i32x4.splat(<i32>load<u16>(p));
  pairs = i32x4.replace_lane(pairs, 1, <i32>load<u16>(q));
  pairs = i32x4.replace_lane(pairs, 2, <i32>load<u16>(p + <usize>width));
  pairs = i32x4.replace_lane(pairs, 3, <i32>load<u16>(q + <usize>width));
  const left = v128.and(pairs, low);
  const right = i32x4.shr_u(pairs, 8);
  const a = f64x2.convert_low_i32x4_s(left);
  const b = f64x2.convert_low_i32x4_s(right);
  const c = f64x2.convert_low_i32x4_s(i64x2.shuffle(left, left, 1, 1));
  const d = f64x2.convert_low_i32x4_s(i64x2.shuffle(right, right, 1, 1));
  const top = f64x2.add(a, f64x2.mul(f64x2.sub(b, a), fx));
  const bottom = f64x2.add(c, f64x2.mul(f64x2.sub(d, c), fx));
  return f64x2.add(f64x2.floor(f64x2.add(top, f64x2.mul(f64x2.sub(bottom, top), fy))), magic);
}

/** Samples 3 channels at count positions. */
export function bilinearRgb(src: usize, width: i32, out: usize, xs: usize, ys: usize, count: i32): void {
  let i = 0;
  for (; i + 2 <= count; i += 2) {
    const at = (<usize>i) << 3;
    bilinearRgbPair(src, width, out + <usize>i * 3, v128.load(xs + at), v128.load(ys + at), true);
  }
  if (i < count) {
    const at = (<usize>i) << 3;
    bilinearRgbPair(
      src,
      width,
      out + <usize>i * 3,
      v128.load64_splat(xs + at),
      v128.load64_splat(ys + at),
      false,
    );
  }
}

// @inline
function bilinearRgbPair(src: usize, width: i32, out: usize, x: v128, y: v128, both: bool): void {
  const half = f64x2.splat(0.5);
  const px = f64x2.sub(x, half);
  const py = f64x2.sub(y, half);
  const ix = f64x2.floor(px);
  const iy = f64x2.floor(py);
  const fx = f64x2.sub(px, ix);
  const fy = f64x2.sub(py, iy);
  const pixel = f64x2.add(f64x2.mul(iy, f64x2.splat(<f64>width)), ix);
  const index = f64x2.add(f64x2.mul(pixel, f64x2.splat(3.0)), f64x2.splat(MAGIC));
  const stride = <usize>width * 3;
  storeRgb(
    out,
    src + <usize>i32x4.extract_lane(index, 0),
    stride,
    i64x2.shuffle(fx, fx, 0, 0),
    i64x2.shuffle(fy, fy, 0, 0),
  );
  if (both) {
    storeRgb(out + 3, src + <usize>i32x4.extract_lane(index, 2), stride, high(fx), high(fy));
  }
}

// @inline
function storeRgb(out: usize, p: usize, stride: usize, fx: v128, fy: v128): void {
  const magic = f64x2.splat(MAGIC);
  const a = fourBytes(p);
  const b = fourBytes(p + 3);
  const c = fourBytes(p + stride);
  const d = fourBytes(p + stride + 3);
  const first = f64x2.add(f64x2.floor(mix(a, b, c, d, fx, fy)), magic);
  const second = f64x2.add(f64x2.floor(mix(high(a), high(b), high(c), high(d), fx, fy)), magic);
  store<u8>(out, <u8>i32x4.extract_lane(first, 0));
  store<u8>(out + 1, <u8>i32x4.extract_lane(first, 2));
  store<u8>(out + 2, <u8>i32x4.extract_lane(second, 0));
}

/** Red, green, blue and the next pixel's red, 32 bits each. */
// @inline
function fourBytes(p: usize): v128 {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(p)));
}

/** The last two of four lanes. */
// @inline
function high(lanes: v128): v128 {
  return i64x2.shuffle(lanes, lanes, 1, 1);
}

/** Two values between four each: left and right above, left and right below. */
// @inline
function mix(a: v128, b: v128, c: v128, d: v128, fx: v128, fy: v128): v128 {
  const fa = f64x2.convert_low_i32x4_s(a);
  const fc = f64x2.convert_low_i32x4_s(c);
  const top = f64x2.add(fa, f64x2.mul(f64x2.sub(f64x2.convert_low_i32x4_s(b), fa), fx));
  const bottom = f64x2.add(fc, f64x2.mul(f64x2.sub(f64x2.convert_low_i32x4_s(d), fc), fx));
  return f64x2.add(top, f64x2.mul(f64x2.sub(bottom, top), fy));
}

/** Cubic convolution (a = −1) of two pixels at once. */
// @inline
function cubicPair(v1: v128, v2: v128, v3: v128, v4: v128, d: v128): v128 {
  const p4 = f64x2.add(f64x2.sub(f64x2.sub(v2, v1), v3), v4);
  const difference = f64x2.sub(v1, v2);
  const p3 = f64x2.sub(f64x2.add(f64x2.add(difference, difference), v3), v4);
  const p2 = f64x2.sub(v3, v1);
  return f64x2.add(v2, f64x2.mul(d, f64x2.add(p2, f64x2.mul(d, f64x2.add(p3, f64x2.mul(d, p4))))));
}

/** The same along one row of each of two pixels, four bytes from p and from q. */
// @inline
function cubicRow(p: usize, q: usize, d: v128): v128 {
  const low = i32x4.splat(255);
  const words = i32x4.replace_lane(v128.load32_zero(p), 1, load<i32>(q));
  return cubicPair(
    f64x2.convert_low_i32x4_s(v128.and(words, low)),
    f64x2.convert_low_i32x4_s(v128.and(i32x4.shr_u(words, 8), low)),
    f64x2.convert_low_i32x4_s(v128.and(i32x4.shr_u(words, 16), low)),
    f64x2.convert_low_i32x4_s(i32x4.shr_u(words, 24)),
    d,
  );
}

// @inline
function bicubicPair(src: usize, width: i32, x: v128, y: v128): v128 {
  const half = f64x2.splat(0.5);
  const magic = f64x2.splat(MAGIC);
  const px = f64x2.sub(x, half);
  const py = f64x2.sub(y, half);
  const ix = f64x2.floor(px);
  const iy = f64x2.floor(py);
  const d = f64x2.sub(px, ix);
  const index = f64x2.add(f64x2.add(f64x2.mul(iy, f64x2.splat(<f64>width)), ix), magic);
  // The first tap is one row up and one column to the left.
  const start = src - <usize>width - 1;
  const p = start + <usize>i32x4.extract_lane(index, 0);
  const q = start + <usize>i32x4.extract_lane(index, 2);
  const r1 = cubicRow(p, q, d);
  const r2 = cubicRow(p + <usize>width, q + <usize>width, d);
  const r3 = cubicRow(p + 2 * <usize>width, q + 2 * <usize>width, d);
  const r4 = cubicRow(p + 3 * <usize>width, q + 3 * <usize>width, d);
  const v = cubicPair(r1, r2, r3, r4, f64x2.sub(py, iy));
  const clipped = f64x2.pmin(f64x2.splat(255.0), f64x2.pmax(f64x2.splat(0.0), v));
  return f64x2.add(f64x2.floor(clipped), magic);
}

/** Samples 1 channel at count positions. */
export function bicubicGrey(src: usize, width: i32, out: usize, xs: usize, ys: usize, count: i32): void {
  let i = 0;
  for (; i + 2 <= count; i += 2) {
    const at = (<usize>i) << 3;
    const v = bicubicPair(src, width, v128.load(xs + at), v128.load(ys + at));
    store<u8>(out + <usize>i, <u8>i32x4.extract_lane(v, 0));
    store<u8>(out + <usize>i + 1, <u8>i32x4.extract_lane(v, 2));
  }
  if (i < count) {
    const at = (<usize>i) << 3;
    const v = bicubicPair(src, width, v128.load64_splat(xs + at), v128.load64_splat(ys + at));
    store<u8>(out + <usize>i, <u8>i32x4.extract_lane(v, 0));
  }
}
