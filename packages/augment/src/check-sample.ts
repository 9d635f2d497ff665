import { checkSamples } from '@cxr/image';
import type { Box, Point } from './boxes.js';
import { type Image, imageSize } from './image.js';
import { checkMaskImage } from './masks.js';
import type { Sample } from './sample.js';

/** The parts of a sample; the name and the label of a `NamedImage` may stand beside them. */
const PARTS: Readonly<Record<keyof Sample | 'name' | 'label', true>> = {
  image: true,
  mask: true,
  softMask: true,
  boxes: true,
  points: true,
  name: true,
  label: true,
};

/**
 * Checks the parts of a sample, but not the samples of its image.
 * @throws TypeError if it is no sample, or has no list of boxes or points; RangeError for an unknown part, a box that is not four
 * finite numbers in order, a point that is not two, or a mask of another size than the image's.
 */
export function checkSample(caller: string, sample: Sample): void {
  if (sample === null || typeof sample !== 'object' || !sample.image) {
    throw new TypeError(`${caller} takes a sample { image, mask, boxes } with an image`);
  }
  const unknown = Object.keys(sample).find((key) => !Object.hasOwn(PARTS, key));
  if (unknown !== undefined) {
    throw new RangeError(
      `unknown part '${unknown}' of a sample (it has image, mask, softMask, boxes, points)`,
    );
  }
  if (sample.boxes !== undefined) checkBoxes(sample.boxes);
  if (sample.points !== undefined) checkPoints(sample.points);
  if (sample.mask) checkMask('mask', sample.mask, sample.image);
  if (sample.softMask) {
    checkMask('softMask', sample.softMask, sample.image);
    checkSamples(sample.softMask.data);
  }
}

function checkBoxes(boxes: readonly (Box | null)[]): void {
  if (!Array.isArray(boxes)) throw new TypeError('boxes must be an array of [left, top, right, bottom]');
  for (const [i, box] of (boxes as readonly unknown[]).entries()) {
    // What an earlier augmentation moved out of the image.
    if (box === null) continue;
    if (isBox(box)) continue;
    const text = Array.isArray(box) ? `[${box}]` : String(box);
    throw new RangeError(`invalid boxes[${i}]: ${text} ([left, top, right, bottom] in pixels, in order)`);
  }
}

function isBox(box: unknown): boolean {
  if (!Array.isArray(box) || box.length !== 4 || !box.every(Number.isFinite)) return false;
  const [left, top, right, bottom] = box as unknown as Box;
  return left <= right && top <= bottom;
}

function checkPoints(points: readonly (Point | null)[]): void {
  if (!Array.isArray(points)) throw new TypeError('points must be an array of [x, y]');
  for (const [i, point] of (points as readonly unknown[]).entries()) {
    if (point === null) continue;
    if (Array.isArray(point) && point.length === 2 && point.every(Number.isFinite)) continue;
    throw new RangeError(`invalid points[${i}]: ${JSON.stringify(point)} ([x, y] in pixels)`);
  }
}

function checkMask(name: string, mask: Image, image: Image): void {
  checkMaskImage(name, mask);
  const [a, b] = [imageSize(mask), imageSize(image)];
  if (a.height === b.height && a.width === b.width) return;
  throw new RangeError(
    `a ${name} of ${a.height} × ${a.width} pixels for an image of ${b.height} × ${b.width}: resize it first, by 'nearest'`,
  );
}
