import type { Size } from '../image.js';
import type { PointMap } from '../transform.js';
import type { SourceMap } from './source-map.js';

/** The edges of cells of a source along one side, 0..1, whose sizes have these changes from equal ones. */
function edgesOf(changes: readonly number[]): Float64Array {
  const edges = new Float64Array(changes.length + 1);
  changes.forEach((change, i) => {
    edges[i + 1] = edges[i]! + 1 + change;
  });
  return edges.map((edge) => edge / edges[changes.length]!);
}

/** Where the source shows what the result, whose cells are equal, has at a position of 0..1. */
function sourceOf(position: number, edges: Float64Array): number {
  const cells = edges.length - 1;
  const cell = Math.max(0, Math.min(cells - 1, Math.floor(position * cells)));
  return edges[cell]! + (position * cells - cell) * (edges[cell + 1]! - edges[cell]!);
}

/** The inverse of `sourceOf`. */
function resultOf(position: number, edges: Float64Array): number {
  const cells = edges.length - 1;
  const next = edges.findIndex((edge, i) => i > 0 && position < edge);
  const cell = next < 0 ? cells - 1 : next - 1;
  return (cell + (position - edges[cell]!) / (edges[cell + 1]! - edges[cell]!)) / cells;
}

/** Moves points as `gridMap` moves pixels. */
export function gridPoints(
  columns: readonly number[],
  rows: readonly number[],
  { width, height }: Size,
): PointMap {
  const [across, down] = [edgesOf(columns), edgesOf(rows)];
  return {
    forward: (x, y) => [resultOf(x / width, across) * width, resultOf(y / height, down) * height],
    back: (x, y) => [sourceOf(x / width, across) * width, sourceOf(y / height, down) * height],
  };
}

/** The source positions of columns and rows whose sizes in the source have these changes; in the result they are equal. */
export function gridMap(
  columns: readonly number[],
  rows: readonly number[],
  { width, height }: Size,
): SourceMap {
  const [across, down] = [edgesOf(columns), edgesOf(rows)];
  const sources = Float64Array.from({ length: width }, (_, x) => sourceOf((x + 0.5) / width, across) * width);
  return {
    straight: true,
    row(y, xs, ys) {
      xs.set(sources);
      ys.fill(sourceOf((y + 0.5) / height, down) * height);
    },
  };
}
