import type { Size } from './image.js';

/** A box in pixels from the image's top left corner: `[left, top, right, bottom]`. */
export type Box = readonly [left: number, top: number, right: number, bottom: number];

/** A point in pixels from the image's top left corner. */
export type Point = readonly [x: number, y: number];

/** A straight edge is given by its ends; a curved one is followed in this many parts. */
export const OUTLINE_PARTS = 8;

/** Points around a box; each edge is cut into as many parts. */
export function outlineOf([left, top, right, bottom]: Box, parts: number): Point[] {
  const outline: Point[] = [];
  for (let i = 0; i <= parts; i++) {
    const x = left + ((right - left) * i) / parts;
    const y = top + ((bottom - top) * i) / parts;
    outline.push([x, top], [x, bottom], [left, y], [right, y]);
  }
  return outline;
}

/** The smallest box that holds the points. */
export function boxAround(points: readonly Point[]): Box {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** A box cut at the border of an image of this size; null if nothing of it is left. */
export function cutBox([left, top, right, bottom]: Box, size: Size): Box | null {
  const cut: Box = [
    Math.max(0, left),
    Math.max(0, top),
    Math.min(size.width, right),
    Math.min(size.height, bottom),
  ];
  return cut[0] < cut[2] && cut[1] < cut[3] ? cut : null;
}

/** Width times height, in pixels. */
export function areaOf([left, top, right, bottom]: Box): number {
  return (right - left) * (bottom - top);
}
