// Matrix product in the manner of Goto and van de Geijn (ACM TOMS 34(3), 2008): blocks of both factors are packed
// into panels that stay in cache, and a kernel of MR x NR accumulators runs down them.
//
// It is compiled twice. With relaxed SIMD a multiplication and an addition are one instruction (on processors that have one,
// rounded once), and six rows fit into the registers; without, five do. Either way, each block of KC terms is summed in order.

const MR: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 5;
const NR: i32 = 8;
const KC: i32 = 256;
const MC: i32 = 60;
const NC: i32 = 512;

/** Bytes of scratch memory that gemm needs: the two packed blocks and one tile. */
export function gemmScratch(): i32 {
  return ((MC * KC + NC * KC + MR * NR) << 2) + 64;
}

/**
 * Packs `count` rows of a, or columns of b, into panels of `width` of them: packed[panel][k][width], zero beyond the last.
 * They lie `line` bytes apart, and the k terms of each `next`; one of the two is 4.
 */
function pack(from: usize, line: usize, next: usize, count: i32, k: i32, width: i32, packed: usize): void {
  for (let i = 0; i < count; i += width) {
    const out = packed + ((<usize>(i * k)) << 2);
    if (count - i < width) {
      packEach(from, line, next, count - i, k, width, out);
      zeroEach(count - i, k, width, out);
    } else if (line === 4) {
      packSideBySide(from, next, k, width, out);
    } else {
      let row = 0;
      for (; row + 4 <= width; row += 4)
        packFour(from + <usize>row * line, line, k, width, out + ((<usize>row) << 2));
      packEach(from + <usize>row * line, line, next, width - row, k, width, out + ((<usize>row) << 2));
    }
    from += <usize>width * line;
  }
}

/** A panel of 5, 6 or 8 that lie side by side. */
function packSideBySide(from: usize, next: usize, k: i32, width: i32, out: usize): void {
  for (let p = 0; p < k; p++) {
    v128.store(out, v128.load(from));
    if (width === 8) v128.store(out, v128.load(from, 16), 16);
    else if (width === 6) store<u64>(out, load<u64>(from, 16), 16);
    else store<f32>(out, load<f32>(from, 16), 16);
    from += next;
    out += (<usize>width) << 2;
  }
}

/** Four rows of a panel: four terms of each at a time, transposed. */
function packFour(r0: usize, line: usize, k: i32, width: i32, out: usize): void {
  const r1 = r0 + line;
  const r2 = r1 + line;
  const r3 = r2 + line;
  const step = (<usize>width) << 2;
  let at: usize = 0;
  let to = out;
  for (let p = 0; p + 4 <= k; p += 4) {
    const v0 = v128.load(r0 + at);
    const v1 = v128.load(r1 + at);
    const v2 = v128.load(r2 + at);
    const v3 = v128.load(r3 + at);
    const lo01 = v128.shuffle<f32>(v0, v1, 0, 4, 1, 5);
    const hi01 = v128.shuffle<f32>(v0, v1, 2, 6, 3, 7);
    const lo23 = v128.shuffle<f32>(v2, v3, 0, 4, 1, 5);
    const hi23 = v128.shuffle<f32>(v2, v3, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<f32>(lo01, lo23, 0, 1, 4, 5));
    v128.store(to + step, v128.shuffle<f32>(lo01, lo23, 2, 3, 6, 7));
    v128.store(to + 2 * step, v128.shuffle<f32>(hi01, hi23, 0, 1, 4, 5));
    v128.store(to + 3 * step, v128.shuffle<f32>(hi01, hi23, 2, 3, 6, 7));
    to += 4 * step;
    at += 16;
  }
  packEach(r0 + at, line, 4, 4, k & 3, width, to);
}

/** `rows` rows of a panel, one after the other. */
function packEach(from: usize, line: usize, next: usize, rows: i32, k: i32, width: i32, out: usize): void {
  for (let r = 0; r < rows; r++) {
    let at = from + <usize>r * line;
    let to = out + ((<usize>r) << 2);
    for (let p = 0; p < k; p++) {
      store<f32>(to, load<f32>(at));
      at += next;
      to += (<usize>width) << 2;
    }
  }
}

/** Zeros in the rows of a panel from `row` on. */
function zeroEach(row: i32, k: i32, width: i32, out: usize): void {
  for (let r = row; r < width; r++) {
    let to = out + ((<usize>r) << 2);
    for (let p = 0; p < k; p++) {
      store<f32>(to, 0);
      to += (<usize>width) << 2;
    }
  }
}

/** Stores eight floats, or adds them to what is there. */
function put(at: usize, low: v128, high: v128, add: bool): void {
  if (add) {
    v128.store(at, f32x4.add(v128.load(at), low));
    v128.store(at, f32x4.add(v128.load(at, 16), high), 16);
  } else {
    v128.store(at, low);
    v128.store(at, high, 16);
  }
}

/** sum + a b */
function multiplyAdd(a: v128, b: v128, sum: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, sum);
  return f32x4.add(sum, f32x4.mul(a, b));
}

/** c[MR][NR] (+)= a panel of a times a panel of b. */
function tile(a: usize, b: usize, k: i32, c: usize, ldc: i32, add: bool): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c31 = f32x4.splat(0);
  let c40 = f32x4.splat(0);
  let c41 = f32x4.splat(0);
  let c50 = f32x4.splat(0);
  let c51 = f32x4.splat(0);
  for (let p = 0; p < k; p++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const a0 = v128.load_splat<f32>(a);
    c00 = multiplyAdd(a0, b0, c00);
    c01 = multiplyAdd(a0, b1, c01);
    const a1 = v128.load_splat<f32>(a, 4);
    c10 = multiplyAdd(a1, b0, c10);
    c11 = multiplyAdd(a1, b1, c11);
    const a2 = v128.load_splat<f32>(a, 8);
    c20 = multiplyAdd(a2, b0, c20);
    c21 = multiplyAdd(a2, b1, c21);
    const a3 = v128.load_splat<f32>(a, 12);
    c30 = multiplyAdd(a3, b0, c30);
    c31 = multiplyAdd(a3, b1, c31);
    const a4 = v128.load_splat<f32>(a, 16);
    c40 = multiplyAdd(a4, b0, c40);
    c41 = multiplyAdd(a4, b1, c41);
    if (MR === 6) {
      const a5 = v128.load_splat<f32>(a, 20);
      c50 = multiplyAdd(a5, b0, c50);
      c51 = multiplyAdd(a5, b1, c51);
    }
    a += MR << 2;
    b += NR << 2;
  }
  const line = (<usize>ldc) << 2;
  put(c, c00, c01, add);
  put(c + line, c10, c11, add);
  put(c + 2 * line, c20, c21, add);
  put(c + 3 * line, c30, c31, add);
  put(c + 4 * line, c40, c41, add);
  if (MR === 6) put(c + 5 * line, c50, c51, add);
}

/** c[rows][columns] (+)= the tile at `from`: at the edges of c, where a whole tile has no place. */
function putEdge(from: usize, c: usize, ldc: i32, rows: i32, columns: i32, add: bool): void {
  for (let r = 0; r < rows; r++) {
    for (let q = 0; q < columns; q++) {
      const to = c + ((<usize>r * ldc + q) << 2);
      const value = load<f32>(from + ((<usize>(r * NR + q)) << 2));
      store<f32>(to, add ? load<f32>(to) + value : value);
    }
  }
}

/** c[m][n] (+)= op(a) op(b), row-major; op transposes when asked, lda and ldb are the rows' lengths as stored. */
export function gemm(
  transposeA: bool,
  transposeB: bool,
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  lda: i32,
  b: usize,
  ldb: i32,
  c: usize,
  ldc: i32,
  accumulate: bool,
  scratch: usize,
): void {
  const packedA = (scratch + 15) & ~(<usize>15);
  const packedB = packedA + ((<usize>(MC * KC)) << 2);
  const spare = packedB + ((<usize>(NC * KC)) << 2);
  // The bytes from one row of op(a), or column of op(b), to the next, and from one term of the sums to the next.
  const lineA: usize = transposeA ? 4 : (<usize>lda) << 2;
  const nextA: usize = transposeA ? (<usize>lda) << 2 : 4;
  const lineB: usize = transposeB ? (<usize>ldb) << 2 : 4;
  const nextB: usize = transposeB ? 4 : (<usize>ldb) << 2;
  for (let j = 0; j < n; j += NC) {
    const nc = min(NC, n - j);
    for (let p = 0; p < k; p += KC) {
      const kc = min(KC, k - p);
      const add = accumulate || p > 0;
      pack(b + <usize>j * lineB + <usize>p * nextB, lineB, nextB, nc, kc, NR, packedB);
      for (let i = 0; i < m; i += MC) {
        const mc = min(MC, m - i);
        pack(a + <usize>i * lineA + <usize>p * nextA, lineA, nextA, mc, kc, MR, packedA);
        for (let jj = 0; jj < nc; jj += NR) {
          const panelB = packedB + ((<usize>(jj * kc)) << 2);
          for (let ii = 0; ii < mc; ii += MR) {
            const panelA = packedA + ((<usize>(ii * kc)) << 2);
            const out = c + ((<usize>(i + ii) * ldc + j + jj) << 2);
            if (mc - ii >= MR && nc - jj >= NR) {
              tile(panelA, panelB, kc, out, ldc, add);
            } else {
              tile(panelA, panelB, kc, spare, NR, false);
              putEdge(spare, out, ldc, min(MR, mc - ii), min(NR, nc - jj), add);
            }
          }
        }
      }
    }
  }
}
