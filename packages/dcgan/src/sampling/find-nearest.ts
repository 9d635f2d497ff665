import { fitImage, type Image, type ImageSet, imagesOf } from '@cxr/image';

/** The real image nearest to a fake. */
export interface Nearest {
  /** At the fake's size and channels. */
  image: Image;
  /** Its position among the reals, counted from 0. */
  index: number;
  /** Its name; `image 3` and so on if it has none. */
  name: string;
  /** Root mean square difference of the pixels, 0 to 255. */
  distance: number;
}

/**
 * For each uint8 image, finds the nearest real, resized to its size, to check that the image is not a copy. Distances are
 * between pixels, so a shifted copy can have a large distance.
 * @throws RangeError if there are no reals, or the images differ in shape or are not square.
 */
export async function findNearest(images: readonly Image[], reals: ImageSet): Promise<Nearest[]> {
  const [size, width, channels] = images[0]?.shape ?? [];
  const odd = images.find(({ shape }) => String(shape) !== String(images[0]!.shape));
  if (size !== width || odd) throw new RangeError(`images differ in shape, or are not square: ${odd?.shape}`);
  const nearest: (Nearest | undefined)[] = images.map(() => undefined);
  let index = 0;
  for await (const { name, image } of imagesOf(reals)) {
    const fitted = fitImage(image, { size: size!, channels: channels as 1 | 3 });
    for (const [i, fake] of images.entries()) {
      const distance = pixelDistance(fake.data as Uint8Array, fitted.data, nearest[i]?.distance);
      if (distance !== undefined) nearest[i] = { image: fitted, index, distance, name };
    }
    index++;
  }
  if (index === 0) throw new RangeError('no reals to compare with');
  return nearest as Nearest[];
}

/** Root mean square difference; undefined if it is not below `limit`. */
function pixelDistance(a: Uint8Array, b: Uint8Array, limit = Number.POSITIVE_INFINITY): number | undefined {
  const max = limit ** 2 * a.length;
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    sum += (a[i]! - b[i]!) ** 2;
    if (sum >= max) return undefined;
  }
  return Math.sqrt(sum / a.length);
}
