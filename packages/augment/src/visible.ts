import { areaOf, type Box, boxAround, OUTLINE_PARTS, outlineOf, type Point } from './boxes.js';
import type { Size } from './image.js';
import type { Json } from './json.js';
import type { Transform } from './transform.js';

/** The moved boxes, cut at the border, with null for those of which less than this share is inside the image. */
export function visibleBoxes(
  transform: Transform,
  boxes: readonly (Box | null)[],
  params: Json,
  size: Size,
  minVisibility: number,
): (Box | null)[] {
  const moved = transform.applyToBoxes(boxes, params, size);
  if (minVisibility === 0) return moved;
  return moved.map((box, i) => {
    if (box === null) return null;
    const outline = transform.applyToPoints(outlineOf(boxes[i]!, OUTLINE_PARTS), params, size) as Point[];
    // A step in the middle may have cut a box, so that its area may differ a little from the part of the whole outline.
    return areaOf(box) < minVisibility * areaOf(boxAround(outline)) ? null : box;
  });
}

/** The moved points, with null for those outside the image. */
export function visiblePoints(
  transform: Transform,
  points: readonly (Point | null)[],
  params: Json,
  size: Size,
): (Point | null)[] {
  const { height, width } = transform.outputSize(size, params);
  return transform.applyToPoints(points, params, size).map((point) => {
    if (point === null) return null;
    const [x, y] = point;
    return x >= 0 && x < width && y >= 0 && y < height ? point : null;
  });
}
