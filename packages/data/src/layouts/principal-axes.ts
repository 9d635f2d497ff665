/** Sweeps of Jacobi's method: it has converged after 6 to 10. */
const SWEEPS = 15;

/**
 * Rotates points so that most of their variance lies in the first coordinates, and keeps those: distances never grow.
 * @param points `[n, from]`, row-major.
 * @param to coordinates kept.
 * @param sample points that the axes are computed from, evenly spaced. @default 4000
 */
export function alongPrincipalAxes(
  points: Float32Array,
  from: number,
  to: number,
  sample = 4000,
): Float32Array {
  const count = points.length / from;
  const axes = eigenvectors(covariance(points, from, Math.max(1, Math.floor(count / sample))), from).slice(
    0,
    to,
  );
  const turned = new Float32Array(count * to);
  for (let i = 0; i < count; i++) {
    for (const [k, axis] of axes.entries()) {
      let sum = 0;
      for (let j = 0; j < from; j++) sum += axis[j]! * points[i * from + j]!;
      turned[i * to + k] = sum;
    }
  }
  return turned;
}

function covariance(points: Float32Array, size: number, step: number): Float64Array {
  const sum = new Float64Array(size);
  const products = new Float64Array(size * size);
  let count = 0;
  for (let at = 0; at < points.length; at += step * size, count++) {
    for (let i = 0; i < size; i++) {
      const value = points[at + i]!;
      sum[i]! += value;
      for (let j = 0; j <= i; j++) products[i * size + j]! += value * points[at + j]!;
    }
  }
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const value = products[i * size + j]! / count - (sum[i]! / count) * (sum[j]! / count);
      products[i * size + j] = value;
      products[j * size + i] = value;
    }
  }
  return products;
}

/** Of a symmetric matrix, which is overwritten, by Jacobi's rotations: orthonormal, largest eigenvalue first. */
function eigenvectors(matrix: Float64Array, size: number): Float64Array[] {
  const vectors = Array.from({ length: size }, (_, i) =>
    Float64Array.from({ length: size }, (_, j) => +(i === j)),
  );
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(matrix, vectors, size, p, q);
  }
  return vectors
    .map((vector, i) => ({ vector, value: matrix[i * size + i]! }))
    .sort((a, b) => b.value - a.value)
    .map(({ vector }) => vector);
}

/** Makes the element at p, q zero. */
function rotate(matrix: Float64Array, vectors: Float64Array[], size: number, p: number, q: number): void {
  const off = matrix[p * size + q]!;
  if (Math.abs(off) < 1e-12) return;
  const theta = (matrix[q * size + q]! - matrix[p * size + p]!) / (2 * off);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < size; k++) {
    const [a, b] = [matrix[k * size + p]!, matrix[k * size + q]!];
    matrix[k * size + p] = c * a - s * b;
    matrix[k * size + q] = s * a + c * b;
  }
  for (let k = 0; k < size; k++) {
    const [a, b] = [matrix[p * size + k]!, matrix[q * size + k]!];
    matrix[p * size + k] = c * a - s * b;
    matrix[q * size + k] = s * a + c * b;
  }
  const [u, v] = [vectors[p]!, vectors[q]!];
  for (let k = 0; k < size; k++) {
    const [a, b] = [u[k]!, v[k]!];
    u[k] = c * a - s * b;
    v[k] = s * a + c * b;
  }
}
