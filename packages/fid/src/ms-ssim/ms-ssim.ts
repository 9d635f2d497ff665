import { dimensions, type Image, pixels, toGrey8 } from '@cxr/image';
import { blur, gaussianWindow, halve, type Plane } from './gaussian-blur.js';

/** Weights of the five scales, finest first (Wang et al., 2003). */
const WEIGHTS = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];
/** Length and deviation of the window at full length. */
const [TAPS, SIGMA] = [11, 1.5];
/** The constants of the comparisons of luminance and contrast, for values of 0..255. */
const [C1, C2] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2];
/** The shorter side in pixels at least: at the fifth scale it is a sixteenth of that. */
const MIN_SIDE = 32;

/**
 * Multi-scale structural similarity of two images of the same size (Wang, Simoncelli and Bovik, 2003): 1 for equal images, 0 for images without
 * structure in common. They are compared as 8-bit grey, at five scales, with a Gaussian window of 11 pixels, as in pytorch-msssim. At scales smaller than that
 * the window is as long as the image, and its deviation shrinks with it: the way of Odena et al. (2017) and Karras et al. (2018), so that images of 32 to 160 pixels
 * have a value, too. A last odd row or column is left out where the size is halved, and a negative similarity counts as 0.
 *
 * Equal to pytorch-msssim where both sides are multiples of 16 and at least 176 pixels: all four halvings then meet even sides. It surrounds odd ones
 * with zeros before it halves, so its value differs there; images of up to 160 pixels it refuses.
 *
 * @throws RangeError for images of different sizes or of a side below 32 pixels; TypeError for what is no image.
 */
export function msSsim(a: Image, b: Image): number {
  const [height, width] = dimensions(a);
  const [otherHeight, otherWidth] = dimensions(b);
  if (height !== otherHeight || width !== otherWidth)
    throw new RangeError(
      `images of different sizes: ${width} × ${height} and ${otherWidth} × ${otherHeight} pixels`,
    );
  checkSide(height, width);
  return similarity(planeOf(a), planeOf(b));
}

/** @throws RangeError for an image too small for five scales. */
export function checkSide(height: number, width: number): void {
  if (Math.min(height, width) < MIN_SIDE)
    throw new RangeError(`MS-SSIM needs at least ${MIN_SIDE} pixels a side: ${width} × ${height}`);
}

/** The grey values of an image. */
function planeOf(image: Image): Plane {
  const [height, width] = dimensions(image);
  return { data: Float64Array.from(pixels(toGrey8(image))), height, width };
}

function similarity(first: Plane, second: Plane): number {
  let [a, b] = [first, second];
  let product = 1;
  WEIGHTS.forEach((weight, scale) => {
    const last = scale === WEIGHTS.length - 1;
    const { contrast, ssim } = compare(a, b);
    product *= Math.max(last ? ssim : contrast, 0) ** weight;
    if (!last) [a, b] = [halve(a), halve(b)];
  });
  return product;
}

/** Means over a scale of the comparison of contrast and structure, and of that times the comparison of luminance. */
function compare(a: Plane, b: Plane): { contrast: number; ssim: number } {
  const taps = Math.min(TAPS, a.height, a.width);
  const window = gaussianWindow(taps, (SIGMA * taps) / TAPS);
  const squares = a.data.map((value, i) => value ** 2 + b.data[i]! ** 2);
  const products = a.data.map((value, i) => value * b.data[i]!);
  const [meanA, meanB] = [blur(a, window), blur(b, window)];
  const [sumOfSquares, sumOfProducts] = [squares, products].map((data) => blur({ ...a, data }, window));
  let [contrast, ssim] = [0, 0];
  for (let i = 0; i < meanA.length; i++) {
    const product = meanA[i]! * meanB[i]!;
    const square = meanA[i]! ** 2 + meanB[i]! ** 2;
    const here = (2 * (sumOfProducts![i]! - product) + C2) / (sumOfSquares![i]! - square + C2);
    contrast += here;
    ssim += (here * (2 * product + C1)) / (square + C1);
  }
  return { contrast: contrast / meanA.length, ssim: ssim / meanA.length };
}
