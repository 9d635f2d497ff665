/** How a value between pixels is made: `bicubic` is Pillow's for transforms, a = −1. */
export type Interpolation = 'nearest' | 'bilinear' | 'bicubic';

/**
 * What lies outside the image: one value (in the image's own units, 0..255, 0..65535 or 0..1), one a channel, the nearest
 * pixel of the edge, or the image mirrored at the centre of its edge pixels (NumPy's `reflect`).
 */
export type Fill = number | readonly number[] | 'edge' | 'reflect';

/** Options of every transform that resamples. */
export interface SamplingOptions {
  /** @default 'bilinear' */
  interpolation?: Interpolation;
  /** @default 0 */
  fill?: Fill;
  /** What lies outside a mask; with `edge` or `reflect` as fill, masks go by that instead. @default 0 */
  maskFill?: number;
}

export interface Sampling {
  readonly interpolation: Interpolation;
  readonly fill: Fill;
}

/** How an image, and how a mask, is to be sampled. @throws RangeError for an unknown word. */
export function samplings(options: SamplingOptions): { image: Sampling; mask: Sampling } {
  const { interpolation = 'bilinear', fill = 0, maskFill = 0 } = options;
  if (!['nearest', 'bilinear', 'bicubic'].includes(interpolation)) {
    throw new RangeError(`invalid interpolation: ${interpolation}`);
  }
  checkFill(fill);
  return {
    image: { interpolation, fill },
    mask: { interpolation: 'nearest', fill: typeof fill === 'string' ? fill : maskFill },
  };
}

/** @throws RangeError unless it is a fill. */
function checkFill(fill: Fill): void {
  const valid =
    fill === 'edge' ||
    fill === 'reflect' ||
    (typeof fill !== 'string' && [fill].flat().every(Number.isFinite));
  if (!valid) throw new RangeError(`invalid fill: ${fill}`);
}

/** One value a channel. @throws RangeError if there are neither one nor as many. */
export function fillValues(fill: number | readonly number[], channels: number): number[] {
  if (typeof fill === 'number') return new Array<number>(channels).fill(fill);
  if (fill.length !== channels) throw new RangeError(`invalid fill: [${fill}] for ${channels} channels`);
  return [...fill];
}

/** The pixel that stands in for one at `i` outside 0..n−1. */
export function clampIndex(i: number, n: number): number {
  return i < 0 ? 0 : i >= n ? n - 1 : i;
}

/** Mirrored without repeating the edge, as often as need be. */
export function reflectIndex(i: number, n: number): number {
  if (n === 1) return 0;
  const period = 2 * (n - 1);
  const folded = ((i % period) + period) % period;
  return folded < n ? folded : period - folded;
}
