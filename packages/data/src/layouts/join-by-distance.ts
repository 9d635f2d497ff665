import type { DisjointSets } from './disjoint-sets.js';

/** Axes that are cut into cells. More would make many cells of few points each. */
const CELL_AXES = 4;

/** The points of one cell. */
interface Cell {
  /** Its place along each of the cut axes. */
  place: number[];
  /** Indices of its points, by their first coordinate. */
  items: number[];
  /** Their coordinates in the same order, `[n, size]`. */
  points: Float32Array;
  /** Set once all its points are in one group. */
  whole: boolean;
}

/**
 * Joins all pairs of points that are at most `radius` from each other and for which `near` is true. Points lie in cells as wide as the
 * radius along some axes, and are sorted by the first coordinate within: so a point is compared with those of neighbouring cells
 * whose first coordinate is near its own. Pairs of cells whose points are all in one group are skipped.
 * @param points `[n, size]`, row-major, those coordinates first that vary most; at least four.
 */
export function joinByDistance(
  points: Float32Array,
  size: number,
  radius: number,
  sets: DisjointSets,
  near: (a: number, b: number) => boolean,
): void {
  const join = (i: number, j: number): boolean => {
    if (sets.find(i) === sets.find(j) || !near(i, j)) return false;
    sets.join(i, j);
    return true;
  };
  const inOneGroup = (a: Cell, b: Cell): boolean =>
    isWhole(a, sets) && isWhole(b, sets) && sets.find(a.items[0]!) === sets.find(b.items[0]!);
  const cells = makeCells(points, size, radius);
  for (const cell of cells.values()) {
    // If all points are equal, this joins them all, and no further pair has to be compared.
    for (const item of cell.items) join(cell.items[0]!, item);
  }
  for (const cell of cells.values()) {
    for (const other of neighboursOf(cell, cells)) {
      if (!inOneGroup(cell, other)) sweep(cell, other, size, radius, join);
    }
  }
}

/** Compares the points of two cells, or of one, whose first coordinates are at most `radius` apart. */
function sweep(
  a: Cell,
  b: Cell,
  size: number,
  radius: number,
  join: (i: number, j: number) => boolean,
): void {
  const from = a.points;
  const to = b.points;
  const limit = radius * radius;
  let start = 0;
  for (let p = 0; p < from.length; p += size) {
    const x0 = from[p]!;
    const x1 = from[p + 1]!;
    const x2 = from[p + 2]!;
    const x3 = from[p + 3]!;
    while (start < to.length && to[start]! < x0 - radius) start += size;
    const last = x0 + radius;
    for (let q = a === b ? p + size : start; q < to.length && to[q]! <= last; q += size) {
      // The first four here, without a call: most pairs end at them.
      const d0 = x0 - to[q]!;
      const d1 = x1 - to[q + 1]!;
      const d2 = x2 - to[q + 2]!;
      const d3 = x3 - to[q + 3]!;
      const sum = d0 * d0 + d1 * d1 + d2 * d2 + d3 * d3;
      if (sum > limit || !within(from, p, to, q, size, limit - sum)) continue;
      const joined = join(a.items[p / size]!, b.items[q / size]!);
      if (joined && a.whole && b.whole) return;
    }
  }
}

/** Whether the coordinates after the first four are near enough. */
function within(
  a: Float32Array,
  atA: number,
  b: Float32Array,
  atB: number,
  size: number,
  limit: number,
): boolean {
  let sum = 0;
  for (let k = 4; k < size; k++) {
    const difference = a[atA + k]! - b[atB + k]!;
    sum += difference * difference;
    if (sum > limit) return false;
  }
  return true;
}

function isWhole(cell: Cell, sets: DisjointSets): boolean {
  if (cell.whole) return true;
  const group = sets.find(cell.items[0]!);
  cell.whole = cell.items.every((item) => sets.find(item) === group);
  return cell.whole;
}

/** Cells by their place, written as text. The second coordinates and the next few are cut; the first is sorted by. */
function makeCells(points: Float32Array, size: number, radius: number): Map<string, Cell> {
  const members = new Map<string, number[]>();
  const axes = Math.min(CELL_AXES, size - 1);
  for (let i = 0; i * size < points.length; i++) {
    const place = Array.from({ length: axes }, (_, k) => Math.floor(points[i * size + 1 + k]! / radius));
    const key = place.join();
    const cell = members.get(key);
    if (cell) cell.push(i);
    else members.set(key, [i]);
  }
  const cells = new Map<string, Cell>();
  for (const [key, items] of members) {
    items.sort((i, j) => points[i * size]! - points[j * size]!);
    const own = new Float32Array(items.length * size);
    for (const [at, i] of items.entries()) own.set(points.subarray(i * size, (i + 1) * size), at * size);
    cells.set(key, { place: key.split(',').map(Number), items, points: own, whole: false });
  }
  return cells;
}

/** The cell itself and its neighbours, those on one side only: each pair of cells comes once. */
function* neighboursOf({ place }: Cell, cells: ReadonlyMap<string, Cell>): Generator<Cell, void, void> {
  for (let step = (3 ** place.length - 1) / 2; step < 3 ** place.length; step++) {
    const cell = cells.get(place.map((at, k) => at + (Math.floor(step / 3 ** k) % 3) - 1).join());
    if (cell) yield cell;
  }
}
