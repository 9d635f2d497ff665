import { dimensions, type Image, type Pixels } from '../image.js';
import type { ResizeFilter } from './resize-filter.js';
import { resizePillow } from './resize-pillow.js';

/**
 * As `resizePillow`, with the order of passes of Pillow 13.0, bit for bit: where an image loses more than twice as many rows as
 * columns, columns of pixels are resized before rows, and values rounded in between may differ by a level. Other shapes, such as
 * square images and landscapes made square, come out alike. See docs/decisions.md for why this is not the default.
 * @param filter @default 'bicubic'
 * @param into as for `resizePillow`. @default a new array
 * @throws as `resizePillow`.
 */
export function resizePillow13<T extends Pixels>(
  source: Image<T>,
  width: number,
  height: number,
  filter: ResizeFilter = 'bicubic',
  into?: T | undefined,
): Image<T> {
  const [fromHeight, fromWidth] = dimensions(source);
  const rowsLost = fromHeight - height;
  const columnsFirst = rowsLost > 0 && rowsLost > 2 * (fromWidth - width) && filter !== 'nearest';
  const shorter = columnsFirst ? resizePillow(source, fromWidth, height, filter) : source;
  return resizePillow(shorter, width, height, filter, into);
}
