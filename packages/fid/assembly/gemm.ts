// Matrix product in float64, in the manner of Goto and van de Geijn (ACM TOMS 34(3), 2008): blocks of both factors are
// packed into panels that stay in cache, and a kernel of 4 x 4 accumulators runs down them.

const R: i32 = 4;
const KC: i32 = 256;
const MC: i32 = 128;
const NC: i32 = 256;

/** Bytes of scratch that gemm needs: the two packed blocks and one tile. */
export function gemmScratch(): i32 {
  return (MC * KC + NC * KC + R * R) << 3;
}

/** Panels of four rows: packed[panel][k][4], zero below the last row. Strides are in elements. */
function pack(from: usize, rowStride: i32, kStride: i32, rows: i32, k: i32, packed: usize): void {
  let out = packed;
  const step = (<usize>kStride) << 3;
  for (let i = 0; i < rows; i += R) {
    let at = from + ((<usize>i * rowStride) << 3);
    if (rows - i >= R && rowStride === 1) {
      for (let p = 0; p < k; p++) {
        v128.store(out, v128.load(at));
        v128.store(out, v128.load(at, 16), 16);
        at += step;
        out += R << 3;
      }
      continue;
    }
    const left = min(R, rows - i);
    const row = (<usize>rowStride) << 3;
    for (let p = 0; p < k; p++) {
      for (let r = 0; r < R; r++) {
        store<f64>(out + (r << 3), r < left ? load<f64>(at + <usize>r * row) : 0);
      }
      at += step;
      out += R << 3;
    }
  }
}

/** c[4][4] += alpha (a panel times b panel). Exported so that it stays a function of its own: only what is called
 * often is compiled for speed by engines that begin with a fast, plain compiler. */
export function tile(k: i32, a: usize, b: usize, c: usize, ldc: i32, alpha: f64): void {
  let c00 = f64x2.splat(0);
  let c01 = f64x2.splat(0);
  let c10 = f64x2.splat(0);
  let c11 = f64x2.splat(0);
  let c20 = f64x2.splat(0);
  let c21 = f64x2.splat(0);
  let c30 = f64x2.splat(0);
  let c31 = f64x2.splat(0);
  for (let p = 0; p < k; p++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const a0 = v128.load_splat<f64>(a);
    c00 = f64x2.add(c00, f64x2.mul(a0, b0));
    c01 = f64x2.add(c01, f64x2.mul(a0, b1));
    const a1 = v128.load_splat<f64>(a, 8);
    c10 = f64x2.add(c10, f64x2.mul(a1, b0));
    c11 = f64x2.add(c11, f64x2.mul(a1, b1));
    const a2 = v128.load_splat<f64>(a, 16);
    c20 = f64x2.add(c20, f64x2.mul(a2, b0));
    c21 = f64x2.add(c21, f64x2.mul(a2, b1));
    const a3 = v128.load_splat<f64>(a, 24);
    c30 = f64x2.add(c30, f64x2.mul(a3, b0));
    c31 = f64x2.add(c31, f64x2.mul(a3, b1));
    a += R << 3;
    b += R << 3;
  }
  const s = f64x2.splat(alpha);
  const row = (<usize>ldc) << 3;
  v128.store(c, f64x2.add(v128.load(c), f64x2.mul(s, c00)));
  v128.store(c, f64x2.add(v128.load(c, 16), f64x2.mul(s, c01)), 16);
  c += row;
  v128.store(c, f64x2.add(v128.load(c), f64x2.mul(s, c10)));
  v128.store(c, f64x2.add(v128.load(c, 16), f64x2.mul(s, c11)), 16);
  c += row;
  v128.store(c, f64x2.add(v128.load(c), f64x2.mul(s, c20)));
  v128.store(c, f64x2.add(v128.load(c, 16), f64x2.mul(s, c21)), 16);
  c += row;
  v128.store(c, f64x2.add(v128.load(c), f64x2.mul(s, c30)));
  v128.store(c, f64x2.add(v128.load(c, 16), f64x2.mul(s, c31)), 16);
}

/** A tile at the edge of c: through scratch, so that nothing beyond the edge is touched. */
function edgeTile(
  k: i32,
  a: usize,
  b: usize,
  c: usize,
  ldc: i32,
  alpha: f64,
  m: i32,
  n: i32,
  scratch: usize,
): void {
  memory.fill(scratch, 0, (R * R) << 3);
  tile(k, a, b, scratch, R, alpha);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      const at = c + ((<usize>i * ldc + j) << 3);
      store<f64>(at, load<f64>(at) + load<f64>(scratch + ((i * R + j) << 3)));
    }
  }
}

/**
 * c[i][j] += alpha sum over k of a(i, k) b(j, k), where a(i, k) = a[i aRow + k aK] and likewise b.
 * With `upper`, tiles whose elements all have j < i are left out: only the upper triangle of c is then right.
 */
export function gemm(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aRow: i32,
  aK: i32,
  b: usize,
  bRow: i32,
  bK: i32,
  c: usize,
  ldc: i32,
  alpha: f64,
  upper: bool,
  scratch: usize,
): void {
  const packedA = scratch;
  const packedB = packedA + ((MC * KC) << 3);
  const edge = packedB + ((NC * KC) << 3);
  for (let j0 = 0; j0 < n; j0 += NC) {
    const nb = min(NC, n - j0);
    for (let k0 = 0; k0 < k; k0 += KC) {
      const kb = min(KC, k - k0);
      pack(b + ((<usize>j0 * bRow + <usize>k0 * bK) << 3), bRow, bK, nb, kb, packedB);
      for (let i0 = 0; i0 < m; i0 += MC) {
        if (upper && i0 > j0 + nb - 1) break;
        const mb = min(MC, m - i0);
        pack(a + ((<usize>i0 * aRow + <usize>k0 * aK) << 3), aRow, aK, mb, kb, packedA);
        for (let j = 0; j < nb; j += R) {
          const right = packedB + ((<usize>j * kb) << 3);
          for (let i = 0; i < mb; i += R) {
            if (upper && i0 + i > j0 + j + R - 1) break;
            const left = packedA + ((<usize>i * kb) << 3);
            const at = c + ((<usize>(i0 + i) * ldc + j0 + j) << 3);
            if (mb - i >= R && nb - j >= R) tile(kb, left, right, at, ldc, alpha);
            else edgeTile(kb, left, right, at, ldc, alpha, min(R, mb - i), min(R, nb - j), edge);
          }
        }
      }
    }
  }
}
