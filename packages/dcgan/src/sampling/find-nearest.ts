import {
  assertImageSet,
  checkOptions,
  type FitOptions,
  fitImage,
  type Image,
  type ImageSet,
  type ImageSetOptions,
  imagesOf,
  type KnownOptions,
  pixels,
} from '@cxr/image';

/** The real image nearest to a fake. */
export interface Nearest {
  /** At the fake's size and channels. */
  image: Image;
  /** Which one of the source, counted from 0. */
  index: number;
  /** Its name; `image 3` and so on where it has none. */
  name: string;
  /** Root mean square difference of the pixels, 0 to 255. */
  distance: number;
}

/** How both sets of images of `findNearest` are read. */
export type FindNearestOptions = Pick<ImageSetOptions, 'range' | 'bits'>;

const OPTIONS: KnownOptions<FindNearestOptions> = { range: true, bits: true };

/**
 * For each fake, the nearest of the reals, converted to its size and channels: shown beside it, it tells whether the fake is a
 * copy. Distances are of plain 8-bit pixels; a shifted copy can be far.
 * @param fakes square images of one size.
 * @throws RangeError for an unknown option, if there are no fakes or no reals, or if the fakes differ in shape or are not square;
 * TypeError if either is no set of images.
 */
export async function findNearest(
  fakes: ImageSet,
  reals: ImageSet,
  options: FindNearestOptions = {},
): Promise<Nearest[]> {
  checkOptions('findNearest', options, OPTIONS);
  assertImageSet(reals);
  const shapes: (readonly number[])[] = [];
  const rows: Uint8Array[] = [];
  for await (const { image } of imagesOf(fakes, options)) {
    shapes.push(image.shape);
    rows.push(pixels(fitImage(image, fitOf(image.shape))));
  }
  const [shape] = shapes;
  if (shape === undefined) throw new RangeError('no fakes to find the nearest reals of');
  const odd = shapes.find((other) => String(other) !== String(shape));
  if (odd) throw new RangeError(`the fakes differ in shape: [${odd}] beside [${shape}]`);
  const nearest: (Nearest | undefined)[] = rows.map(() => undefined);
  let index = 0;
  for await (const { name, image } of imagesOf(reals, options)) {
    const fitted = fitImage(image, fitOf(shape));
    const real = pixels(fitted);
    for (const [i, fake] of rows.entries()) {
      const distance = pixelDistance(fake, real, nearest[i]?.distance);
      if (distance !== undefined) nearest[i] = { image: fitted, index, distance, name };
    }
    index++;
  }
  if (index === 0) throw new RangeError('no reals to compare with');
  return nearest as Nearest[];
}

function fitOf(shape: readonly number[]): FitOptions {
  const [height, width, channels] = shape;
  if (height !== width) throw new RangeError(`a fake is not square: [${shape}]`);
  return { size: height!, channels: channels as 1 | 3 };
}

/** Undefined once it is clear that it is not below `limit`. */
function pixelDistance(a: Uint8Array, b: Uint8Array, limit = Number.POSITIVE_INFINITY): number | undefined {
  const max = limit ** 2 * a.length;
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    sum += (a[i]! - b[i]!) ** 2;
    if (sum >= max) return undefined;
  }
  return Math.sqrt(sum / a.length);
}
