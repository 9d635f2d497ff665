/**
 * Eigenvalues of the symmetric tridiagonal matrix with diagonal `d` `[n]` and off-diagonal `e` `[n − 1]`, unsorted, by
 * the implicit QL method (Bowdler, Martin, Reinsch, Wilkinson, "The QR and QL algorithms for symmetric matrices",
 * 1968). Both arrays are destroyed; `d` is the result.
 *
 * @throws RangeError if an eigenvalue does not converge, which happens only with values that are not finite.
 */
export function tridiagonalEigenvalues(d: Float64Array, e: Float64Array): Float64Array {
  const n = d.length;
  for (let low = 0; low < n; low++) {
    for (let iteration = 0; ; iteration++) {
      const high = findSplit(d, e, low);
      if (high === low) break;
      if (iteration === MAX_ITERATIONS) throw new RangeError('eigenvalues do not converge');
      sweep(d, e, low, high);
    }
  }
  return d;
}

/** Two or three iterations an eigenvalue are usual. */
const MAX_ITERATIONS = 60;

/** The first index from `low` on whose off-diagonal element is negligible beside its neighbours. */
function findSplit(d: Float64Array, e: Float64Array, low: number): number {
  let m = low;
  for (; m < d.length - 1; m++) {
    const scale = Math.abs(d[m]!) + Math.abs(d[m + 1]!);
    if (Math.abs(e[m]!) <= Number.EPSILON * scale) break;
  }
  return m;
}

/** One implicit QL step with Wilkinson's shift on the block from `low` to `high`. */
function sweep(d: Float64Array, e: Float64Array, low: number, high: number): void {
  let g = (d[low + 1]! - d[low]!) / (2 * e[low]!);
  let r = Math.hypot(g, 1);
  g = d[high]! - d[low]! + e[low]! / (g + (g >= 0 ? r : -r));
  let s = 1;
  let c = 1;
  let p = 0;
  for (let i = high - 1; i >= low; i--) {
    const f = s * e[i]!;
    const b = c * e[i]!;
    // Values are far from overflow, and hypot is many times slower.
    r = Math.sqrt(f * f + g * g);
    if (i + 1 < high) e[i + 1] = r;
    if (r === 0) {
      // The block splits here; the rotations done so far are kept.
      d[i + 1]! -= p;
      return;
    }
    s = f / r;
    c = g / r;
    g = d[i + 1]! - p;
    const t = (d[i]! - g) * s + 2 * c * b;
    p = s * t;
    d[i + 1] = g + p;
    g = c * t - b;
  }
  d[low]! -= p;
  e[low] = g;
}
