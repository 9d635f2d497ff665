import { type Image, maximum } from '../image.js';
import type { KnownOptions } from '../options.js';

/** How values between pixels are computed. `bicubic` is Pillow's for transforms, with a = −1. */
export type Interpolation = 'nearest' | 'bilinear' | 'bicubic';

/**
 * What is outside the image: one value in the image's own units (0..255, 0..65535 or 0..1; integer types drop a fraction), one
 * for each channel, the nearest edge pixel, or the image mirrored at the centre of its edge pixels (NumPy's `reflect`).
 */
export type Fill = number | readonly number[] | 'edge' | 'reflect';

/** Options of every transform that can show what lies outside the image. */
export interface FillOptions {
  /** What is outside the image. @default 0, black */
  fill?: Fill | undefined;
  /**
   * The class outside a mask, a value of the mask's type. Ignored if `fill` is `edge` or `reflect`, which masks then use too.
   * @default 0
   */
  maskFill?: number | undefined;
}

/** Options of every transform that resamples. */
export interface SamplingOptions extends FillOptions {
  /** @default 'bilinear' */
  interpolation?: Interpolation | undefined;
}

/** The keys of `FillOptions`, for `checkOptions`. */
export const FILL_OPTIONS: KnownOptions<FillOptions> = { fill: true, maskFill: true };
/** The keys of `SamplingOptions`, for `checkOptions`. */
export const SAMPLING_OPTIONS: KnownOptions<SamplingOptions> = { interpolation: true, ...FILL_OPTIONS };

/** How pixels are interpolated and filled. */
export interface Sampling {
  readonly interpolation: Interpolation;
  readonly fill: Fill;
}

/** How an image and its mask are sampled. */
export interface Samplings {
  readonly image: Sampling;
  readonly mask: Sampling;
}

/** The sampling that the options ask for. @throws RangeError for an unknown word, or a fill that no image type can hold. */
export function samplings(options: SamplingOptions = {}): Samplings {
  const { interpolation = 'bilinear', fill = 0, maskFill = 0 } = options;
  if (!['nearest', 'bilinear', 'bicubic'].includes(interpolation)) {
    throw new RangeError(`invalid interpolation: ${interpolation}`);
  }
  const words = fill === 'edge' || fill === 'reflect';
  if (!words && !values(fill).every((value) => value >= 0 && value <= 65535)) refuse('fill', fill);
  if (!Number.isFinite(maskFill)) refuse('maskFill', maskFill);
  return {
    image: { interpolation, fill },
    mask: { interpolation: 'nearest', fill: words ? fill : maskFill },
  };
}

/**
 * Checks a fill against an image, whose array would wrap a value outside its range to another one.
 * @throws RangeError unless a fill is a word, or lies within the range of the image's (or the mask's) type.
 */
export function checkFill(name: 'fill' | 'maskFill', fill: Fill, { data, shape }: Image): void {
  if (typeof fill === 'string') return;
  fillValues(fill, shape[2]!);
  // Classes may be any floats, such as −1 for "ignore".
  if (name === 'maskFill' && data instanceof Float32Array) return;
  const max = maximum(data);
  for (const value of values(fill)) {
    const whole = name === 'fill' || Number.isInteger(value);
    if (!(value >= 0 && value <= max && whole)) refuse(name, fill, ` (0 to ${max} in a ${typeOf(data)})`);
  }
}

function values(fill: Fill): readonly number[] {
  return typeof fill === 'number' ? [fill] : Array.isArray(fill) ? fill : [Number.NaN];
}

function typeOf(data: Image['data']): string {
  if (data instanceof Uint8Array) return 'Uint8Array';
  return data instanceof Uint16Array ? 'Uint16Array' : 'Float32Array';
}

function refuse(name: string, fill: Fill, hint: string = ''): never {
  throw new RangeError(`invalid ${name}: ${Array.isArray(fill) ? `[${fill}]` : fill}${hint}`);
}

/** One value for each channel. @throws RangeError for another number of values. */
export function fillValues(fill: number | readonly number[], channels: number): number[] {
  if (typeof fill === 'number') return new Array<number>(channels).fill(fill);
  if (fill.length !== channels) throw new RangeError(`invalid fill: [${fill}] for ${channels} channels`);
  return [...fill];
}

/** The nearest index in 0..n−1. */
export function clampIndex(i: number, n: number): number {
  return i < 0 ? 0 : i >= n ? n - 1 : i;
}

/** The index mirrored into 0..n−1 without repeating the edge. */
export function reflectIndex(i: number, n: number): number {
  if (n === 1) return 0;
  const period = 2 * (n - 1);
  const folded = ((i % period) + period) % period;
  return folded < n ? folded : period - folded;
}
