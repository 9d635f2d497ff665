import { createRng } from '@cxr/image';
import type { Size } from '../image.js';
import { standardNormals } from '../pixels/normals.js';
import type { SourceMap } from './source-map.js';

/** A smooth random displacement: the offset from each output position to its source. */
export interface ElasticField {
  /** Control points along each side: the number of spans + 3. */
  readonly points: number;
  /** `[points, points]`, pixels. */
  readonly dx: Float64Array;
  readonly dy: Float64Array;
  /** Displacement at a position in pixels. */
  at(x: number, y: number): [number, number];
}

/** The spline averages neighbouring displacements, which lowers their deviation to 151 / 315 over both axes. */
const SMOOTHING = 151 / 315;

/** Draws the field of a seed for an image of this size; `displacement` is a fraction of the shorter side. */
export function elasticField(
  { displacement, grid, seed }: { displacement: number; grid: number; seed: number },
  size: Size,
): ElasticField {
  const points = grid + 3;
  const deviation = (displacement * Math.min(size.width, size.height)) / SMOOTHING;
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

/** The four control points around a position (0..1), and their weights in the uniform cubic B-spline. */
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

/** The source positions of an elastic transform. */
export function elasticMap({ points, dx, dy }: ElasticField, { width, height }: Size): SourceMap {
  const columns = Array.from({ length: width }, (_, x) => knots((x + 0.5) / width, points - 3));
  const firsts = Uint32Array.from(columns, (column) => column.first);
  const weights = Float64Array.from(columns.flatMap((column) => column.weights));
  /** The four rows of control points around row `y`, combined into one: x and y of each point. */
  const mixRows = (y: number, out: Float64Array) => {
    const row = knots((y + 0.5) / height, points - 3);
    for (let i = 0; i < points; i++) {
      let [u, v] = [0, 0];
      for (let j = 0; j < 4; j++) {
        u += dx[(row.first + j) * points + i]! * row.weights[j]!;
        v += dy[(row.first + j) * points + i]! * row.weights[j]!;
      }
      out[2 * i] = u;
      out[2 * i + 1] = v;
    }
  };
  const mixed = new Float64Array(2 * points);
  return {
    straight: false,
    simd: {
      scratch: 16 * points + weights.byteLength + firsts.byteLength,
      prepare({ kernels, bytes }, xs, ys, scratch) {
        const second = scratch + 16 * points;
        const third = second + weights.byteLength;
        const row = new Float64Array(bytes.buffer, scratch, 2 * points);
        new Float64Array(bytes.buffer, second, weights.length).set(weights);
        new Uint32Array(bytes.buffer, third, width).set(firsts);
        return (y) => {
          mixRows(y, row);
          kernels.splineRow(xs, ys, y + 0.5, scratch, third, second, width);
        };
      },
    },
    row(y, xs, ys) {
      mixRows(y, mixed);
      for (let x = 0; x < width; x++) {
        let [u, v] = [x + 0.5, y + 0.5];
        for (let k = 0; k < 4; k++) {
          u += mixed[2 * (firsts[x]! + k)]! * weights[4 * x + k]!;
          v += mixed[2 * (firsts[x]! + k) + 1]! * weights[4 * x + k]!;
        }
        xs[x] = u;
        ys[x] = v;
      }
    },
  };
}
