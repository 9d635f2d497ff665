// Unfolding and folding of NHWC images. One row of the unfolded matrix is one output position m (all images
// one after another), its columns are [kh][kw][channel]. In NHWC a kernel row of kw * channels values lies
// contiguous in the image, so both loops move runs of floats.

/** out[i] = in[i] for `count` floats. */
function copyRun(out: usize, input: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    v128.store(out + ((<usize>i) << 2), v128.load(input + ((<usize>i) << 2)));
  }
  for (; i < count; i++) store<f32>(out + ((<usize>i) << 2), load<f32>(input + ((<usize>i) << 2)));
}

function zeroRun(out: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) v128.store(out + ((<usize>i) << 2), f32x4.splat(0));
  for (; i < count; i++) store<f32>(out + ((<usize>i) << 2), 0);
}

function addRun(out: usize, input: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const at = out + ((<usize>i) << 2);
    v128.store(at, f32x4.add(v128.load(at), v128.load(input + ((<usize>i) << 2))));
  }
  for (; i < count; i++) {
    const at = out + ((<usize>i) << 2);
    store<f32>(at, load<f32>(at) + load<f32>(input + ((<usize>i) << 2)));
  }
}

/** Rows [row, row + rows) of the unfolded x: col[rows][kh][kw][c], zero outside the image. */
export function im2col(
  x: usize,
  col: usize,
  row: i32,
  rows: i32,
  h: i32,
  w: i32,
  c: i32,
  oh: i32,
  ow: i32,
  kh: i32,
  kw: i32,
  sh: i32,
  sw: i32,
  dh: i32,
  dw: i32,
  top: i32,
  left: i32,
): void {
  const image = oh * ow;
  const run = kw * c;
  const next = (<usize>(dh * w * c)) << 2;
  let out = col;
  let n = row / image;
  let y = (row - n * image) / ow;
  let q = row - n * image - y * ow;
  for (let m = row; m < row + rows; m++) {
    const y0 = y * sh - top;
    const x0 = q * sw - left;
    if (run === 4 && isInside(y0, x0, kh, kw, dh, dw, h, w)) {
      // One channel and four taps: a vector.
      let from = x + ((<usize>(((n * h + y0) * w + x0) * c)) << 2);
      for (let i = 0; i < kh; i++) {
        v128.store(out, v128.load(from));
        from += next;
        out += 16;
      }
    } else {
      out = unfoldRow(x, out, n, y0, x0, h, w, c, kh, kw, dh, dw);
    }
    if (++q === ow) {
      q = 0;
      if (++y === oh) {
        y = 0;
        n++;
      }
    }
  }
}

/** True where all taps lie inside the image, side by side. */
// @inline
function isInside(y0: i32, x0: i32, kh: i32, kw: i32, dh: i32, dw: i32, h: i32, w: i32): bool {
  return y0 >= 0 && y0 + (kh - 1) * dh < h && x0 >= 0 && x0 + kw <= w && dw === 1;
}

/** One row of the unfolded x; returns where the next begins. */
function unfoldRow(
  x: usize,
  to: usize,
  n: i32,
  y0: i32,
  x0: i32,
  h: i32,
  w: i32,
  c: i32,
  kh: i32,
  kw: i32,
  dh: i32,
  dw: i32,
): usize {
  const run = kw * c;
  let out = to;
  for (let i = 0; i < kh; i++) {
    const yy = y0 + i * dh;
    if (yy < 0 || yy >= h) {
      zeroRun(out, run);
    } else {
      const line = x + ((<usize>((n * h + yy) * w) * <usize>c) << 2);
      if (dw === 1) {
        const from = max(0, -x0);
        const to = max(from, min(kw, w - x0));
        if (from > 0) zeroRun(out, min(from, kw) * c);
        if (from < kw)
          copyRun(
            out + ((<usize>(from * c)) << 2),
            line + ((<usize>((x0 + from) * c)) << 2),
            (to - from) * c,
          );
        if (to < kw) zeroRun(out + ((<usize>(to * c)) << 2), (kw - to) * c);
      } else {
        for (let j = 0; j < kw; j++) {
          const xx = x0 + j * dw;
          const at = out + ((<usize>(j * c)) << 2);
          if (xx < 0 || xx >= w) zeroRun(at, c);
          else copyRun(at, line + ((<usize>(xx * c)) << 2), c);
        }
      }
    }
    out += (<usize>run) << 2;
  }
  return out;
}

/** The adjoint of im2col: adds rows [row, row + rows) of col into x, which the caller has set to zero. */
export function col2im(
  col: usize,
  x: usize,
  row: i32,
  rows: i32,
  h: i32,
  w: i32,
  c: i32,
  oh: i32,
  ow: i32,
  kh: i32,
  kw: i32,
  sh: i32,
  sw: i32,
  dh: i32,
  dw: i32,
  top: i32,
  left: i32,
): void {
  const image = oh * ow;
  const run = kw * c;
  const next = (<usize>(dh * w * c)) << 2;
  let input = col;
  let n = row / image;
  let y = (row - n * image) / ow;
  let q = row - n * image - y * ow;
  for (let m = row; m < row + rows; m++) {
    const y0 = y * sh - top;
    const x0 = q * sw - left;
    if (run === 4 && isInside(y0, x0, kh, kw, dh, dw, h, w)) {
      let to = x + ((<usize>(((n * h + y0) * w + x0) * c)) << 2);
      for (let i = 0; i < kh; i++) {
        v128.store(to, f32x4.add(v128.load(to), v128.load(input)));
        to += next;
        input += 16;
      }
    } else {
      input = foldRow(x, input, n, y0, x0, h, w, c, kh, kw, dh, dw);
    }
    if (++q === ow) {
      q = 0;
      if (++y === oh) {
        y = 0;
        n++;
      }
    }
  }
}

/** Adds one row of the unfolded x; returns where the next begins. */
function foldRow(
  x: usize,
  from: usize,
  n: i32,
  y0: i32,
  x0: i32,
  h: i32,
  w: i32,
  c: i32,
  kh: i32,
  kw: i32,
  dh: i32,
  dw: i32,
): usize {
  const run = kw * c;
  let input = from;
  for (let i = 0; i < kh; i++) {
    const yy = y0 + i * dh;
    if (yy >= 0 && yy < h) {
      const line = x + ((<usize>((n * h + yy) * w) * <usize>c) << 2);
      if (dw === 1) {
        const from = max(0, -x0);
        const to = min(kw, w - x0);
        if (from < to)
          addRun(
            line + ((<usize>((x0 + from) * c)) << 2),
            input + ((<usize>(from * c)) << 2),
            (to - from) * c,
          );
      } else {
        for (let j = 0; j < kw; j++) {
          const xx = x0 + j * dw;
          if (xx >= 0 && xx < w) addRun(line + ((<usize>(xx * c)) << 2), input + ((<usize>(j * c)) << 2), c);
        }
      }
    }
    input += (<usize>run) << 2;
  }
  return input;
}

/** out[kh][kw][co][ci] = filter[KH-1-kh][KW-1-kw][ci][co]: the filter of the adjoint convolution. */
export function flipFilter(filter: usize, out: usize, taps: i32, ci: i32, co: i32): void {
  for (let t = 0; t < taps; t++) {
    const from = filter + ((<usize>((taps - 1 - t) * ci * co)) << 2);
    const to = out + ((<usize>(t * ci * co)) << 2);
    for (let a = 0; a < ci; a++) {
      for (let b = 0; b < co; b++) {
        store<f32>(to + ((<usize>(b * ci + a)) << 2), load<f32>(from + ((<usize>(a * co + b)) << 2)));
      }
    }
  }
}

/**
 * The taps of a filter [kh][kw][ci][co] that meet one residue class of the image, turned by 180°:
 * out[ci][i][j][co] = filter[ry + (ty - 1 - i) sh][rx + (tx - 1 - j) sw][ci][co].
 */
export function residueFilter(
  filter: usize,
  out: usize,
  kw: i32,
  ci: i32,
  co: i32,
  ry: i32,
  rx: i32,
  sh: i32,
  sw: i32,
  ty: i32,
  tx: i32,
): void {
  let to = out;
  for (let c = 0; c < ci; c++) {
    for (let i = 0; i < ty; i++) {
      for (let j = 0; j < tx; j++) {
        const tap = (ry + (ty - 1 - i) * sh) * kw + rx + (tx - 1 - j) * sw;
        copyRun(to, filter + ((<usize>((tap * ci + c) * co)) << 2), co);
        to += (<usize>co) << 2;
      }
    }
  }
}

/** Puts rows [row, row + rows) of a matrix [n * qh * qw][c] at the pixels (y + qy sh, x + qx sw) of an image. */
export function scatterRows(
  from: usize,
  image: usize,
  row: i32,
  rows: i32,
  qh: i32,
  qw: i32,
  h: i32,
  w: i32,
  c: i32,
  y: i32,
  x: i32,
  sh: i32,
  sw: i32,
): void {
  const positions = qh * qw;
  let at = from;
  for (let m = row; m < row + rows; m++) {
    const n = m / positions;
    const qy = (m - n * positions) / qw;
    const qx = m - n * positions - qy * qw;
    const pixel = (n * h + y + qy * sh) * w + x + qx * sw;
    copyRun(image + ((<usize>(pixel * c)) << 2), at, c);
    at += (<usize>c) << 2;
  }
}
