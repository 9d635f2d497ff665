// Matrix product in the manner of Goto and van de Geijn (ACM TOMS 34(3), 2008): blocks of both factors are packed
// into panels that stay in cache, and a kernel of 4 x 8 accumulators runs down them.

const MR: i32 = 4;
const NR: i32 = 8;
const KC: i32 = 256;
const MC: i32 = 64;
const NC: i32 = 512;

/** Bytes of scratch memory that gemm needs: the two packed blocks and one tile. */
export function gemmScratch(): i32 {
  return ((MC * KC + NC * KC + MR * NR) << 2) + 64;
}

/** Panels of MR rows: packed[panel][k][MR], zero below the last row. */
function packA(transposed: bool, a: usize, lda: i32, m0: i32, k0: i32, m: i32, k: i32, packed: usize): void {
  let out = packed;
  for (let i = 0; i < m; i += MR) {
    const rows = min(MR, m - i);
    if (transposed) {
      if (rows === MR) {
        let from = a + ((<usize>k0 * lda + m0 + i) << 2);
        for (let p = 0; p < k; p++) {
          v128.store(out, v128.load(from));
          from += (<usize>lda) << 2;
          out += MR << 2;
        }
      } else {
        for (let p = 0; p < k; p++) {
          const from = a + ((<usize>(k0 + p) * lda + m0 + i) << 2);
          for (let r = 0; r < MR; r++) {
            store<f32>(out, r < rows ? load<f32>(from + ((<usize>r) << 2)) : 0);
            out += 4;
          }
        }
      }
    } else if (rows === MR) {
      const r0 = a + ((<usize>(m0 + i) * lda + k0) << 2);
      const r1 = r0 + ((<usize>lda) << 2);
      const r2 = r1 + ((<usize>lda) << 2);
      const r3 = r2 + ((<usize>lda) << 2);
      let p = 0;
      for (; p + 4 <= k; p += 4) {
        const at = (<usize>p) << 2;
        const v0 = v128.load(r0 + at);
        const v1 = v128.load(r1 + at);
        const v2 = v128.load(r2 + at);
        const v3 = v128.load(r3 + at);
        const lo01 = v128.shuffle<f32>(v0, v1, 0, 4, 1, 5);
        const hi01 = v128.shuffle<f32>(v0, v1, 2, 6, 3, 7);
        const lo23 = v128.shuffle<f32>(v2, v3, 0, 4, 1, 5);
        const hi23 = v128.shuffle<f32>(v2, v3, 2, 6, 3, 7);
        v128.store(out, v128.shuffle<f32>(lo01, lo23, 0, 1, 4, 5));
        v128.store(out, v128.shuffle<f32>(lo01, lo23, 2, 3, 6, 7), 16);
        v128.store(out, v128.shuffle<f32>(hi01, hi23, 0, 1, 4, 5), 32);
        v128.store(out, v128.shuffle<f32>(hi01, hi23, 2, 3, 6, 7), 48);
        out += 64;
      }
      for (; p < k; p++) {
        const at = (<usize>p) << 2;
        store<f32>(out, load<f32>(r0 + at));
        store<f32>(out, load<f32>(r1 + at), 4);
        store<f32>(out, load<f32>(r2 + at), 8);
        store<f32>(out, load<f32>(r3 + at), 12);
        out += 16;
      }
    } else {
      for (let p = 0; p < k; p++) {
        for (let r = 0; r < MR; r++) {
          store<f32>(out, r < rows ? load<f32>(a + ((<usize>(m0 + i + r) * lda + k0 + p) << 2)) : 0);
          out += 4;
        }
      }
    }
  }
}

/** Panels of NR columns: packed[panel][k][NR], zero right of the last column. */
function packB(transposed: bool, b: usize, ldb: i32, k0: i32, n0: i32, k: i32, n: i32, packed: usize): void {
  let out = packed;
  for (let j = 0; j < n; j += NR) {
    const columns = min(NR, n - j);
    if (columns === NR && !transposed) {
      let from = b + ((<usize>k0 * ldb + n0 + j) << 2);
      for (let p = 0; p < k; p++) {
        v128.store(out, v128.load(from));
        v128.store(out, v128.load(from, 16), 16);
        from += (<usize>ldb) << 2;
        out += NR << 2;
      }
    } else if (transposed) {
      for (let c = 0; c < NR; c++) {
        let to = out + ((<usize>c) << 2);
        if (c < columns) {
          let from = b + ((<usize>(n0 + j + c) * ldb + k0) << 2);
          for (let p = 0; p < k; p++) {
            store<f32>(to, load<f32>(from));
            from += 4;
            to += NR << 2;
          }
        } else {
          for (let p = 0; p < k; p++) {
            store<f32>(to, 0);
            to += NR << 2;
          }
        }
      }
      out += (<usize>k * NR) << 2;
    } else {
      for (let p = 0; p < k; p++) {
        const from = b + ((<usize>(k0 + p) * ldb + n0 + j) << 2);
        for (let c = 0; c < NR; c++) {
          store<f32>(out, c < columns ? load<f32>(from + ((<usize>c) << 2)) : 0);
          out += 4;
        }
      }
    }
  }
}

// @ts-expect-error: decorator
function put(at: usize, low: v128, high: v128, add: bool): void {
  if (add) {
    v128.store(at, f32x4.add(v128.load(at), low));
    v128.store(at, f32x4.add(v128.load(at, 16), high), 16);
  } else {
    v128.store(at, low);
    v128.store(at, high, 16);
  }
}

/** c[4][8] (+)= a panel times b panel. */
function tile(a: usize, b: usize, k: i32, c: usize, ldc: i32, add: bool): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c31 = f32x4.splat(0);
  for (let p = 0; p < k; p++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const a0 = v128.load_splat<f32>(a);
    c00 = f32x4.add(c00, f32x4.mul(a0, b0));
    c01 = f32x4.add(c01, f32x4.mul(a0, b1));
    const a1 = v128.load_splat<f32>(a, 4);
    c10 = f32x4.add(c10, f32x4.mul(a1, b0));
    c11 = f32x4.add(c11, f32x4.mul(a1, b1));
    const a2 = v128.load_splat<f32>(a, 8);
    c20 = f32x4.add(c20, f32x4.mul(a2, b0));
    c21 = f32x4.add(c21, f32x4.mul(a2, b1));
    const a3 = v128.load_splat<f32>(a, 12);
    c30 = f32x4.add(c30, f32x4.mul(a3, b0));
    c31 = f32x4.add(c31, f32x4.mul(a3, b1));
    a += 16;
    b += 32;
  }
  const stride = (<usize>ldc) << 2;
  put(c, c00, c01, add);
  put(c + stride, c10, c11, add);
  put(c + 2 * stride, c20, c21, add);
  put(c + 3 * stride, c30, c31, add);
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
  for (let j = 0; j < n; j += NC) {
    const nc = min(NC, n - j);
    for (let p = 0; p < k; p += KC) {
      const kc = min(KC, k - p);
      const add = accumulate || p > 0;
      packB(transposeB, b, ldb, p, j, kc, nc, packedB);
      for (let i = 0; i < m; i += MC) {
        const mc = min(MC, m - i);
        packA(transposeA, a, lda, i, p, mc, kc, packedA);
        for (let jj = 0; jj < nc; jj += NR) {
          const columns = min(NR, nc - jj);
          const panelB = packedB + ((<usize>(jj * kc)) << 2);
          for (let ii = 0; ii < mc; ii += MR) {
            const rows = min(MR, mc - ii);
            const panelA = packedA + ((<usize>(ii * kc)) << 2);
            const out = c + ((<usize>(i + ii) * ldc + j + jj) << 2);
            if (rows === MR && columns === NR) {
              tile(panelA, panelB, kc, out, ldc, add);
            } else {
              tile(panelA, panelB, kc, spare, NR, false);
              for (let r = 0; r < rows; r++) {
                for (let q = 0; q < columns; q++) {
                  const to = out + ((<usize>r * ldc + q) << 2);
                  const value = load<f32>(spare + ((<usize>(r * NR + q)) << 2));
                  store<f32>(to, add ? load<f32>(to) + value : value);
                }
              }
            }
          }
        }
      }
    }
  }
}
