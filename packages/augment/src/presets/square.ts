import { checkWhole } from '../options.js';
import type { NoParams, Transform } from '../transform.js';
import { resize } from '../transforms/resize.js';

/** The first step of a preset with a `size`. */
export function square(size: number): Transform<NoParams> {
  checkWhole('size', size, 1);
  return resize({ height: size, width: size });
}
