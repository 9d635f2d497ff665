// Element by element work, four floats at a time. Counts are in floats.

/** out[i] = value */
export function fill(out: usize, value: f32, count: i32): void {
  const four = f32x4.splat(value);
  let i = 0;
  for (; i + 4 <= count; i += 4) v128.store(out + ((<usize>i) << 2), four);
  for (; i < count; i++) store<f32>(out + ((<usize>i) << 2), value);
}

/** out[i] += x[i] */
export function addInto(out: usize, x: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const at = out + ((<usize>i) << 2);
    v128.store(at, f32x4.add(v128.load(at), v128.load(x + ((<usize>i) << 2))));
  }
  for (; i < count; i++) {
    const at = out + ((<usize>i) << 2);
    store<f32>(at, load<f32>(at) + load<f32>(x + ((<usize>i) << 2)));
  }
}

/** out[i] = a[i] + b[i] */
export function add(a: usize, b: usize, out: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const at = (<usize>i) << 2;
    v128.store(out + at, f32x4.add(v128.load(a + at), v128.load(b + at)));
  }
  for (; i < count; i++) {
    const at = (<usize>i) << 2;
    store<f32>(out + at, load<f32>(a + at) + load<f32>(b + at));
  }
}

/** out[i] = the larger of a[i] and b[i], NaN where either is */
export function maximum(a: usize, b: usize, out: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const at = (<usize>i) << 2;
    v128.store(out + at, f32x4.max(v128.load(a + at), v128.load(b + at)));
  }
  for (; i < count; i++) {
    const at = (<usize>i) << 2;
    store<f32>(out + at, max<f32>(load<f32>(a + at), load<f32>(b + at)));
  }
}

/** out[i] = the smaller of a[i] and b[i], NaN where either is */
export function minimum(a: usize, b: usize, out: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const at = (<usize>i) << 2;
    v128.store(out + at, f32x4.min(v128.load(a + at), v128.load(b + at)));
  }
  for (; i < count; i++) {
    const at = (<usize>i) << 2;
    store<f32>(out + at, min<f32>(load<f32>(a + at), load<f32>(b + at)));
  }
}

/** out[i] = x[i] where a[i] ≥ b[i] (strict: a[i] > b[i]), 0 elsewhere */
export function keepWhere(a: usize, b: usize, x: usize, out: usize, strict: bool, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const at = (<usize>i) << 2;
    const va = v128.load(a + at);
    const vb = v128.load(b + at);
    const takes = strict ? f32x4.gt(va, vb) : f32x4.ge(va, vb);
    v128.store(out + at, v128.and(v128.load(x + at), takes));
  }
  for (; i < count; i++) {
    const at = (<usize>i) << 2;
    const va = load<f32>(a + at);
    const vb = load<f32>(b + at);
    const takes = strict ? va > vb : va >= vb;
    store<f32>(out + at, takes ? load<f32>(x + at) : 0);
  }
}

/** out[i] = x[i]² */
export function square(x: usize, out: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const v = v128.load(x + ((<usize>i) << 2));
    v128.store(out + ((<usize>i) << 2), f32x4.mul(v, v));
  }
  for (; i < count; i++) {
    const v = load<f32>(x + ((<usize>i) << 2));
    store<f32>(out + ((<usize>i) << 2), v * v);
  }
}

/** y[i] = x[i], clipped to low … high; NaN where x[i] is NaN. Relu is from 0 to infinity. */
export function clip(x: usize, y: usize, low: f32, high: f32, count: i32): void {
  const lows = f32x4.splat(low);
  const highs = f32x4.splat(high);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const v = v128.load(x + ((<usize>i) << 2));
    v128.store(y + ((<usize>i) << 2), f32x4.min(f32x4.max(v, lows), highs));
  }
  for (; i < count; i++) {
    store<f32>(y + ((<usize>i) << 2), min<f32>(max<f32>(load<f32>(x + ((<usize>i) << 2)), low), high));
  }
}

/** y[i] = x[i] > 0 ? x[i] : slope * x[i] */
export function leakyRelu(x: usize, y: usize, slope: f32, count: i32): void {
  const zero = f32x4.splat(0);
  const slopes = f32x4.splat(slope);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const v = v128.load(x + ((<usize>i) << 2));
    v128.store(y + ((<usize>i) << 2), v128.bitselect(v, f32x4.mul(v, slopes), f32x4.gt(v, zero)));
  }
  for (; i < count; i++) {
    const v = load<f32>(x + ((<usize>i) << 2));
    store<f32>(y + ((<usize>i) << 2), v > 0 ? v : v * slope);
  }
}

/** dx[i] = x[i] > 0 ? dy[i] : slope * dy[i], NaN where x[i] is; slope 0 is relu's. */
export function leakyReluGrad(x: usize, dy: usize, dx: usize, slope: f32, count: i32): void {
  const zero = f32x4.splat(0);
  const slopes = f32x4.splat(slope);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const d = v128.load(dy + ((<usize>i) << 2));
    const v = v128.load(x + ((<usize>i) << 2));
    const scaled = v128.bitselect(d, f32x4.mul(d, slopes), f32x4.gt(v, zero));
    v128.store(dx + ((<usize>i) << 2), v128.bitselect(scaled, v, f32x4.eq(v, v)));
  }
  for (; i < count; i++) {
    const d = load<f32>(dy + ((<usize>i) << 2));
    const v = load<f32>(x + ((<usize>i) << 2));
    store<f32>(dx + ((<usize>i) << 2), v > 0 ? d : v <= 0 ? d * slope : v);
  }
}

/** y[r][j] = x[r][j] + bias[j] */
export function addBias(x: usize, bias: usize, y: usize, rows: i32, columns: i32): void {
  if (columns === 1) {
    const value = load<f32>(bias);
    const four = f32x4.splat(value);
    let i = 0;
    for (; i + 4 <= rows; i += 4) {
      v128.store(y + ((<usize>i) << 2), f32x4.add(v128.load(x + ((<usize>i) << 2)), four));
    }
    for (; i < rows; i++) store<f32>(y + ((<usize>i) << 2), load<f32>(x + ((<usize>i) << 2)) + value);
    return;
  }
  for (let r = 0; r < rows; r++) {
    const at = (<usize>r * columns) << 2;
    add(x + at, bias, y + at, columns);
  }
}

/** out[i] = x[i] * factor */
export function scale(x: usize, out: usize, factor: f32, count: i32): void {
  const factors = f32x4.splat(factor);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const at = (<usize>i) << 2;
    v128.store(out + at, f32x4.mul(v128.load(x + at), factors));
  }
  for (; i < count; i++) store<f32>(out + ((<usize>i) << 2), load<f32>(x + ((<usize>i) << 2)) * factor);
}

/**
 * One update of Adam, Kingma and Ba 2015, algorithm 1 in the order of its section 2: `rate` and `epsilon` hold the
 * bias corrections. Reads the value, its moments m and v and the gradient, writes the new value and moments.
 */
export function adam(
  value: usize,
  m: usize,
  v: usize,
  gradient: usize,
  newValue: usize,
  newM: usize,
  newV: usize,
  rate: f32,
  beta1: f32,
  beta2: f32,
  epsilon: f32,
  count: i32,
): void {
  const b1 = f32x4.splat(beta1);
  const b2 = f32x4.splat(beta2);
  const c1 = f32x4.splat(1 - beta1);
  const c2 = f32x4.splat(1 - beta2);
  const rates = f32x4.splat(rate);
  const epsilons = f32x4.splat(epsilon);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const at = (<usize>i) << 2;
    const g = v128.load(gradient + at);
    const mm = f32x4.add(f32x4.mul(b1, v128.load(m + at)), f32x4.mul(c1, g));
    const vv = f32x4.add(f32x4.mul(b2, v128.load(v + at)), f32x4.mul(c2, f32x4.mul(g, g)));
    v128.store(newM + at, mm);
    v128.store(newV + at, vv);
    const step = f32x4.div(f32x4.mul(rates, mm), f32x4.add(f32x4.sqrt(vv), epsilons));
    v128.store(newValue + at, f32x4.sub(v128.load(value + at), step));
  }
  for (; i < count; i++) {
    const at = (<usize>i) << 2;
    const g = load<f32>(gradient + at);
    const mm = beta1 * load<f32>(m + at) + (1 - beta1) * g;
    const vv = beta2 * load<f32>(v + at) + (1 - beta2) * g * g;
    store<f32>(newM + at, mm);
    store<f32>(newV + at, vv);
    store<f32>(newValue + at, load<f32>(value + at) - (rate * mm) / (sqrt<f32>(vv) + epsilon));
  }
}

/** Stores the sum of x[i] in double precision at `sum`. */
export function sumDouble(x: usize, sum: usize, count: i32): void {
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  let s2 = f64x2.splat(0);
  let s3 = f64x2.splat(0);
  let i = 0;
  for (; i + 8 <= count; i += 8) {
    const at = x + ((<usize>i) << 2);
    s0 = f64x2.add(s0, f64x2.promote_low_f32x4(v128.load64_zero(at)));
    s1 = f64x2.add(s1, f64x2.promote_low_f32x4(v128.load64_zero(at, 8)));
    s2 = f64x2.add(s2, f64x2.promote_low_f32x4(v128.load64_zero(at, 16)));
    s3 = f64x2.add(s3, f64x2.promote_low_f32x4(v128.load64_zero(at, 24)));
  }
  const two = f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3));
  let total = f64x2.extract_lane(two, 0) + f64x2.extract_lane(two, 1);
  for (; i < count; i++) total += <f64>load<f32>(x + ((<usize>i) << 2));
  store<f64>(sum, total);
}
