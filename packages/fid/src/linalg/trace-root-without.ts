import type { Statistics } from '../statistics.js';
import { type Factor, pivotedFactor } from './trace-root.js';
import { tridiagonalEigenvalues } from './tridiagonal-eigenvalues.js';
import { forEachResolvent, timesQ, tridiagonalForm } from './tridiagonal-form.js';
import { rowMajor, transposed, Workspace } from './workspace.js';

/** Of the integral over s = e^u: the trapezoidal rule's error falls as e^(−π² / STEP), and what lies outside the ends is as small. */
const STEP = 0.4;
const FROM = -34;
const TO = 27;

/** tr √(ΣₐΣᵦ) of two sets, and of the two without each row of b. */
export interface TraceRoots {
  whole: number;
  /** `[n]`: without row i of b. */
  without: Float64Array;
}

/**
 * tr √(ΣₐΣᵦ) for Σₐ and Σᵦ = FᵀF, F the centred rows of b over √(n − 1), and the same without each row in turn: exact, at the price of a few
 * distances.
 *
 * With Σₐ = LᵀL the roots are those of M = BᵀB, B = FLᵀ. Without row i, M becomes (n − 1) / (n − 2) · (M − n / (n − 1) bᵢbᵢᵀ), and
 * tr √(M − c bbᵀ) − tr √M = 1/π ∫₀^∞ log(1 − c bᵀ(M + s²)⁻¹b) ds, by √λ = 2/π ∫₀^∞ λ / (λ + s²) ds and the determinant of a change of rank one.
 */
export function traceRootsWithout(a: Statistics, f: Factor, factorOfA: Factor | undefined): TraceRoots {
  const { n } = f;
  const space = new Workspace();
  const { rows: b, width } = smallRows(space, crossRows(space, a, f, factorOfA), n);
  const gram = space.allocate(8 * width * width);
  space.multiply([width, width, n], transposed(b, width), transposed(b, width), gram, { upper: true });
  const form = tridiagonalForm(space, gram, width);
  const columns = timesQ(space, b, n, form);
  const eigenvalues = tridiagonalEigenvalues(form.d.slice(), form.e.slice()).map((value) =>
    Math.max(0, value),
  );
  const whole = eigenvalues.reduce((sum, value) => sum + Math.sqrt(value), 0);
  const top = Math.sqrt(eigenvalues.reduce((max, value) => Math.max(max, value), 0));
  const change = top === 0 ? new Float64Array(n) : integrate(form, columns, top, n / (n - 1));
  const scale = Math.sqrt((n - 1) / (n - 2));
  return { whole, without: change.map((value) => scale * (whole + value)) };
}

/** 1/π ∫ log(1 − c bᵀ(M + s²)⁻¹b) ds of each column b. */
function integrate(
  form: { d: Float64Array; e: Float64Array },
  columns: Float64Array,
  top: number,
  c: number,
): Float64Array {
  const steps = Math.round((TO - FROM) / STEP);
  const shifts = Array.from({ length: steps + 1 }, (_, i) => (top * Math.exp(FROM + i * STEP)) ** 2);
  const sums = new Float64Array(columns.length / form.d.length);
  forEachResolvent(form, columns, shifts, (t, values) => {
    const weight = (STEP * Math.sqrt(t)) / Math.PI;
    for (let i = 0; i < sums.length; i++) {
      // Leaving a row out can lower the rank: then the argument tends to −1 as s tends to 0, where rounding may pass it.
      sums[i]! += weight * Math.log1p(Math.max(-1 + Number.EPSILON, -c * values[i]!));
    }
  });
  return sums;
}

/** B = F Lᵀ, `[n, width]`. */
function crossRows(
  space: Workspace,
  a: Statistics,
  { rows, n }: Factor,
  factorOfA: Factor | undefined,
): { rows: number; width: number } {
  const { dims } = a;
  const l = factorOfA ?? pivotedFactor(a.sigma, dims);
  const product = space.allocate(8 * n * l.n);
  const [x, y] = [space.put(rows), space.put(l.rows)].map((at) => rowMajor(at, dims));
  space.multiply([n, l.n, dims], x!, y!, product);
  return { rows: product, width: l.n };
}

/** Rows of the same scalar products, no wider than there are rows. */
function smallRows(
  space: Workspace,
  b: { rows: number; width: number },
  n: number,
): { rows: number; width: number } {
  if (b.width < n) return b;
  const gram = space.allocate(8 * n * n);
  const rows = rowMajor(b.rows, b.width);
  space.multiply([n, n, b.width], rows, rows, gram, { upper: true });
  const matrix = space.floats(gram, n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) matrix[i * n + j] = matrix[j * n + i]!;
  const factor = pivotedFactor(matrix.slice(), n);
  const out = new Float64Array(n * factor.n);
  for (let k = 0; k < factor.n; k++) {
    for (let i = 0; i < n; i++) out[i * factor.n + k] = factor.rows[k * n + i]!;
  }
  return { rows: space.put(out), width: factor.n };
}
