import { checkSamples, type Image, pixels } from '@cxr/image';

/** How many pipelines are running whose input has been checked. */
let depth = 0;

/**
 * Checks an image that enters the package. Steps inside a pipeline skip the check, since their inputs are results.
 * @throws TypeError if it is no image; RangeError for a float outside 0..1, or NaN.
 */
export function checkImage(image: Image): void {
  if (depth === 0) checkSamples(pixels(image));
}

/** Runs the steps of a pipeline whose input has been checked. */
export function withoutChecks<T>(run: () => T): T {
  depth++;
  try {
    return run();
  } finally {
    depth--;
  }
}
