import { checkImage } from './check-image.js';
import type { Image } from './image.js';

/** @throws TypeError unless it is an array of at least one image; RangeError for a float outside 0..1. */
export function checkReferences(caller: string, references: readonly Image[]): readonly Image[] {
  if (!Array.isArray(references) || references.length === 0) {
    throw new TypeError(`${caller} takes references: an array of at least one image`);
  }
  references.forEach(checkImage);
  return [...references];
}

/** @throws RangeError unless both have as many channels. */
export function channelsFor(caller: string, reference: Image, image: Image): void {
  const [theirs, ours] = [reference.shape[2], image.shape[2]];
  if (theirs === ours) return;
  throw new RangeError(`${caller}: a reference of ${theirs} channels for an image of ${ours}`);
}
