import { checkSamples, type Image, pixels } from '@cxr/image';

/** How many pipelines are at work whose input has been checked. */
let within = 0;

/**
 * Makes sure of an image as it enters the package: steps inside a pipeline, whose inputs are results, do not look again.
 * @throws TypeError if it is no image; RangeError for a float outside 0..1, or NaN.
 */
export function checkImage(image: Image): void {
  if (within === 0) checkSamples(pixels(image));
}

/** Runs the steps of a pipeline, whose input has been checked. */
export function withoutChecks<T>(run: () => T): T {
  within++;
  try {
    return run();
  } finally {
    within--;
  }
}
