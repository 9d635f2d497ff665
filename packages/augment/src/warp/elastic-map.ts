import type { Size } from '../image.js';
import { standardNormals } from '../pixels/normals.js';
import { createRng } from '../rng.js';
import type { SourceMap } from './warp.js';

/** A smooth random displacement: how far from each output position its source lies. */
export interface ElasticField {
  /** Control points along each side, one more than spans on either end. */
  readonly points: number;
  /** `[points, points]`, pixels. */
  readonly dx: Float64Array;
  readonly dy: Float64Array;
  /** Displacement at a position in pixels. */
  at(x: number, y: number): [number, number];
}

/** A spline mixes several normal displacements, which evens them out to 151 / 315 of their deviation along both axes. */
const EVENED_OUT = 151 / 315;

export function elasticField(
  { displacement, grid, seed }: { displacement: number; grid: number; seed: number },
  size: Size,
): ElasticField {
  const points = grid + 3;
  const deviation = (displacement * Math.min(size.width, size.height)) / EVENED_OUT;
  const normals = standardNormals(createRng(seed), 2 * points * points);
  const dx = Float64Array.from(normals.subarray(0, points * points), (z) => z * deviation);
  const dy = Float64Array.from(normals.subarray(points * points), (z) => z * deviation);
  const sum = (d: Float64Array, column: Knots, row: Knots) => {
    let total = 0;
    for (let j = 0; j < 4; j++) {
      for (let i = 0; i < 4; i++) {
        total += d[(row.first + j) * points + column.first + i]! * column.weights[i]! * row.weights[j]!;
      }
    }
    return total;
  };
  return {
    points,
    dx,
    dy,
    at(x, y) {
      const column = knots(x / size.width, grid);
      const row = knots(y / size.height, grid);
      return [sum(dx, column, row), sum(dy, column, row)];
    },
  };
}

interface Knots {
  readonly first: number;
  readonly weights: readonly [number, number, number, number];
}

/** The four control points, and their weights, that a position (0..1) lies between: the uniform cubic B-spline. */
function knots(position: number, grid: number): Knots {
  const scaled = position * grid;
  const first = Math.max(0, Math.min(grid - 1, Math.floor(scaled)));
  const t = Math.max(0, Math.min(1, scaled - first));
  const s = 1 - t;
  return {
    first,
    weights: [
      (s * s * s) / 6,
      (3 * t * t * t - 6 * t * t + 4) / 6,
      (3 * s * s * s - 6 * s * s + 4) / 6,
      (t * t * t) / 6,
    ],
  };
}

export function elasticMap({ points, dx, dy }: ElasticField, { width, height }: Size): SourceMap {
  const columns = Array.from({ length: width }, (_, x) => knots((x + 0.5) / width, points - 3));
  const firsts = Int32Array.from(columns, (column) => column.first);
  const weights = Float64Array.from(columns.flatMap((column) => column.weights));
  const rowX = new Float64Array(points);
  const rowY = new Float64Array(points);
  return {
    straight: false,
    row(y, xs, ys) {
      const row = knots((y + 0.5) / height, points - 3);
      mixRows(dx, row, rowX);
      mixRows(dy, row, rowY);
      for (let x = 0; x < width; x++) {
        const i = firsts[x]!;
        const w0 = weights[4 * x]!;
        const w1 = weights[4 * x + 1]!;
        const w2 = weights[4 * x + 2]!;
        const w3 = weights[4 * x + 3]!;
        xs[x] = x + 0.5 + rowX[i]! * w0 + rowX[i + 1]! * w1 + rowX[i + 2]! * w2 + rowX[i + 3]! * w3;
        ys[x] = y + 0.5 + rowY[i]! * w0 + rowY[i + 1]! * w1 + rowY[i + 2]! * w2 + rowY[i + 3]! * w3;
      }
    },
  };
}

/** Four rows of control points brought to one. */
function mixRows(d: Float64Array, { first, weights }: Knots, out: Float64Array): void {
  const points = out.length;
  for (let i = 0; i < points; i++) {
    let sum = 0;
    for (let j = 0; j < 4; j++) sum += d[(first + j) * points + i]! * weights[j]!;
    out[i] = sum;
  }
}
