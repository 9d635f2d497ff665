import type { Size } from '../image.js';
import type { SourceMap } from './source-map.js';

type Point = readonly [x: number, y: number];

/** `[a, b, c, d, e, f, g, h]`: (x, y) goes to ((ax + by + c) / (gx + hy + 1), (dx + ey + f) / (gx + hy + 1)). */
export type Homography = Float64Array;

type Eight = [number, number, number, number, number, number, number, number];

/** The homography that maps four points to four others; null if three of them lie on a line, since there is none. */
export function homography(from: readonly Point[], to: readonly Point[]): Homography | null {
  const rows = from.flatMap(([x, y], i) => {
    const [u, v] = to[i]!;
    return [
      [x, y, 1, 0, 0, 0, -u * x, -u * y, u],
      [0, 0, 0, x, y, 1, -v * x, -v * y, v],
    ];
  });
  return solve(rows);
}

/** Applies a homography to a point in pixels. */
export function projectPoint([a, b, c, d, e, f, g, h]: Homography, x: number, y: number): [number, number] {
  const w = g! * x + h! * y + 1;
  return [(a! * x + b! * y + c!) / w, (d! * x + e! * y + f!) / w];
}

/** The source positions of a projective transform, from the homography that maps output to source. */
export function perspectiveMap(back: Homography, { width, height }: Size): SourceMap {
  const [a, b, c, d, e, f, g, h] = back as unknown as Eight;
  // If the horizon crosses the image, a row may come from two separate pieces of the source.
  const horizon = [0, width].some((x) => [0, height].some((y) => g * x + h * y + 1 <= 0));
  return {
    straight: !horizon,
    projective: back,
    simd: {
      scratch: 0,
      prepare({ kernels }, xs, ys) {
        return (y) => {
          const py = y + 0.5;
          kernels.perspectiveRow(xs, ys, a, b * py, c, d, e * py, f, g, h * py, width);
        };
      },
    },
    row(y, xs, ys) {
      const py = y + 0.5;
      for (let x = 0; x < width; x++) {
        const px = x + 0.5;
        const w = g * px + h * py + 1;
        xs[x] = (a * px + b * py + c) / w;
        ys[x] = (d * px + e * py + f) / w;
      }
    },
  };
}

/** Gaussian elimination with partial pivoting on rows `[coefficients…, right side]`; null unless there is exactly one solution. */
function solve(rows: number[][]): Float64Array | null {
  const n = rows.length;
  for (let i = 0; i < n; i++) {
    let pivot = i;
    for (let r = i + 1; r < n; r++) if (Math.abs(rows[r]![i]!) > Math.abs(rows[pivot]![i]!)) pivot = r;
    [rows[i], rows[pivot]] = [rows[pivot]!, rows[i]!];
    const row = rows[i]!;
    if (Math.abs(row[i]!) < 1e-12) return null;
    for (let r = i + 1; r < n; r++) {
      const factor = rows[r]![i]! / row[i]!;
      for (let k = i; k <= n; k++) rows[r]![k]! -= factor * row[k]!;
    }
  }
  const solution = new Float64Array(n);
  for (let i = n - 1; i >= 0; i--) {
    let sum = rows[i]![n]!;
    for (let k = i + 1; k < n; k++) sum -= rows[i]![k]! * solution[k]!;
    solution[i] = sum / rows[i]![i]!;
  }
  return solution;
}
