import { type Pointer, rowMajor, transposed, type Workspace } from './workspace.js';

/** A symmetric matrix M as Q T Qᵀ, with a tridiagonal T. */
export interface TridiagonalForm {
  /** Diagonal of T, `[n]`. */
  d: Float64Array;
  /** Off-diagonal of T, `[n − 1]`. */
  e: Float64Array;
  /** Q, `[n, n]`, row-major. */
  q: Float64Array;
}

/** The tridiagonal form of the symmetric matrix whose upper triangle is at `matrix`, which is destroyed. */
export function tridiagonalForm(space: Workspace, matrix: Pointer, n: number): TridiagonalForm {
  const [at, ate] = [space.allocate(8 * n), space.allocate(8 * n)];
  const scratch = space.allocate(space.linalg.tridiagonalScratch(n));
  space.linalg.tridiagonalize(n, matrix, at, ate, scratch);
  const d = space.floats(at, n).slice();
  const e = space.floats(ate, Math.max(0, n - 1)).slice();
  const q = new Float64Array(n * n);
  for (let i = 0; i < n; i++) q[i * n + i] = 1;
  // Row j still holds, right of the diagonal, the vector x that the reflector j turned into (e[j], 0, …).
  const left = space.floats(matrix, n * n);
  for (let j = 0; j < n - 2; j++) {
    const x = left.subarray(j * n + j + 1, (j + 1) * n);
    if (x.subarray(1).every((value) => value === 0)) continue;
    reflect(q, n, j + 1, x, e[j]!);
  }
  return { d, e, q };
}

/** Applies from the right the reflector that turns x into (beta, 0, …) to the columns from `start` on. */
function reflect(q: Float64Array, n: number, start: number, x: Float64Array, beta: number): void {
  const first = x[0]!;
  const tau = (beta - first) / beta;
  const v = x.map((value) => value / (first - beta));
  v[0] = 1;
  // Rows before the first reflected column are those of the identity.
  for (let i = 1; i < n; i++) {
    const at = i * n + start;
    let sum = 0;
    for (let k = 0; k < v.length; k++) sum += q[at + k]! * v[k]!;
    if (sum === 0) continue;
    sum *= tau;
    for (let k = 0; k < v.length; k++) q[at + k]! -= sum * v[k]!;
  }
}

/** Rows `[m, n]` times Q, transposed: `[n, m]`. */
export function timesQ(space: Workspace, rows: Pointer, m: number, { q, d }: TridiagonalForm): Float64Array {
  const n = d.length;
  const right = transposed(space.put(q), n);
  const out = space.allocate(8 * n * m);
  space.multiply([n, m, n], right, rowMajor(rows, n), out);
  return space.floats(out, n * m).slice();
}

/**
 * Calls `use` with t and wᵀ(T + t)⁻¹w for each column w of `columns` `[n, m]`: one pass over T = LDLᵀ, m columns at a time.
 * @param shifts all above 0
 */
export function forEachResolvent(
  { d, e }: Pick<TridiagonalForm, 'd' | 'e'>,
  columns: Float64Array,
  shifts: readonly number[],
  use: (t: number, values: Float64Array) => void,
): void {
  const n = d.length;
  const m = columns.length / n;
  const y = new Float64Array(m);
  const values = new Float64Array(m);
  for (const t of shifts) {
    y.fill(0);
    values.fill(0);
    let pivot = 1;
    for (let k = 0; k < n; k++) {
      const factor = k === 0 ? 0 : e[k - 1]! / pivot;
      // T is positive semidefinite, so that no pivot of T + t is below t but by rounding.
      pivot = Math.max(t, d[k]! + t - (k === 0 ? 0 : factor * e[k - 1]!));
      const scale = 1 / pivot;
      const at = k * m;
      for (let i = 0; i < m; i++) {
        const value = columns[at + i]! - factor * y[i]!;
        y[i] = value;
        values[i]! += value * value * scale;
      }
    }
    use(t, values);
  }
}
