import { type Image, image, type Pixels, pixels, toBytes } from '@cxr/image';

/**
 * An image whose own darkest and brightest sample, over all channels, become 0 and 255: what imageio does to floats outside 0..1, and
 * so to the fakes of the paper's authors. It changes a score. A flat image keeps its grey level.
 * @returns 8 bits, of the image's shape
 * @throws TypeError if it is no image; RangeError for a float outside 0..1.
 */
export function stretchContrast(source: Image): Image<Uint8Array> {
  const values = pixels(source);
  const bytes = toBytes(values);
  const [height, width, channels] = source.shape as [number, number, number];
  return image(stretchToBytes(values) ?? bytes, height, width, channels) as Image<Uint8Array>;
}

/** Finite values, the lowest as 0 and the highest as 255; undefined if all are equal. */
export function stretchToBytes(values: Pixels): Uint8Array | undefined {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (!(high > low)) return undefined;
  return Uint8Array.from(values, (value) => Math.round(((value - low) * 255) / (high - low)));
}
