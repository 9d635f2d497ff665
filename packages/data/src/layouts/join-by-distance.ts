import type { DisjointSets } from './disjoint-sets.js';

/** Points in a leaf of the tree. */
const LEAF = 16;

interface Node {
  start: number;
  end: number;
  /** The box around the points: min, then max coordinates. */
  box: Float32Array;
  left?: Node;
  right?: Node;
  /** Set once all its points are in one group. */
  whole: boolean;
}

/**
 * Joins all pairs of points that are at most `radius` from each other and for which `near` is true, by a tree of boxes. It skips
 * pairs of boxes that are too far from each other, and those whose points are all in one group.
 * @param points `[n, size]`, row-major.
 */
export function joinByDistance(
  points: Float32Array,
  size: number,
  radius: number,
  sets: DisjointSets,
  near: (a: number, b: number) => boolean,
): void {
  const order = Int32Array.from({ length: points.length / size }, (_, i) => i);
  const root = build(points, size, order, 0, order.length);
  const sorted = new Float32Array(points.length);
  for (const [at, i] of order.entries()) sorted.set(points.subarray(i * size, (i + 1) * size), at * size);
  const limit = radius * radius;
  const joinPoints = (a: Node, b: Node): void => {
    for (let p = a.start; p < a.end; p++) {
      const i = order[p]!;
      for (let q = a === b ? p + 1 : b.start; q < b.end; q++) {
        if (!within(sorted, p * size, q * size, size, limit)) continue;
        const j = order[q]!;
        if (sets.find(i) !== sets.find(j) && near(i, j)) sets.join(i, j);
      }
    }
  };
  const visit = (a: Node, b: Node): void => {
    if (a.whole && b.whole && sets.find(order[a.start]!) === sets.find(order[b.start]!)) return;
    if (a !== b && squaredGap(a.box, b.box, size) > limit) return;
    if (a === b && a.left && a.right) {
      visit(a.left, a.left);
      visit(a.right, a.right);
      visit(a.left, a.right);
    } else if (a.left && a.right && (!b.left || a.end - a.start >= b.end - b.start)) {
      visit(a.left, b);
      visit(a.right, b);
    } else if (b.left && b.right) {
      visit(a, b.left);
      visit(a, b.right);
    } else joinPoints(a, b);
    if (!a.whole) a.whole = isWhole(a, order, sets);
    if (!b.whole) b.whole = isWhole(b, order, sets);
  };
  visit(root, root);
}

function isWhole({ start, end, left, right }: Node, order: Int32Array, sets: DisjointSets): boolean {
  const group = sets.find(order[start]!);
  if (left && right) return left.whole && right.whole && group === sets.find(order[right.start]!);
  for (let p = start + 1; p < end; p++) if (sets.find(order[p]!) !== group) return false;
  return true;
}

function within(points: Float32Array, a: number, b: number, size: number, limit: number): boolean {
  let sum = 0;
  for (let k = 0; k < size; k += 4) {
    const d0 = points[a + k]! - points[b + k]!;
    const d1 = points[a + k + 1]! - points[b + k + 1]!;
    const d2 = points[a + k + 2]! - points[b + k + 2]!;
    const d3 = points[a + k + 3]! - points[b + k + 3]!;
    sum += d0 * d0 + d1 * d1 + d2 * d2 + d3 * d3;
    if (sum > limit) return false;
  }
  return true;
}

/** The square of the smallest distance between points of two boxes. */
function squaredGap(a: Float32Array, b: Float32Array, size: number): number {
  let sum = 0;
  for (let k = 0; k < size; k++) {
    const gap = Math.max(a[k]! - b[size + k]!, b[k]! - a[size + k]!, 0);
    sum += gap * gap;
  }
  return sum;
}

/** Halves the points along their longest extent, until few are left. */
function build(points: Float32Array, size: number, order: Int32Array, start: number, end: number): Node {
  const box = new Float32Array(2 * size).fill(Number.POSITIVE_INFINITY, 0, size);
  box.fill(Number.NEGATIVE_INFINITY, size);
  for (let p = start; p < end; p++) {
    for (let k = 0; k < size; k++) {
      const value = points[order[p]! * size + k]!;
      if (value < box[k]!) box[k] = value;
      if (value > box[size + k]!) box[size + k] = value;
    }
  }
  if (end - start <= LEAF) return { start, end, box, whole: false };
  let axis = 0;
  for (let k = 1; k < size; k++) if (box[size + k]! - box[k]! > box[size + axis]! - box[axis]!) axis = k;
  order.subarray(start, end).sort((a, b) => points[a * size + axis]! - points[b * size + axis]!);
  const middle = (start + end) >> 1;
  const left = build(points, size, order, start, middle);
  const right = build(points, size, order, middle, end);
  return { start, end, box, left, right, whole: false };
}
