import { type Image, imageSize, type Size } from '../image.js';
import { checkOptions, checkRange, drawFrom, type NumberRange } from '../options.js';
import { copyWindow } from '../pixels/window.js';
import { roundHalfEven } from '../round.js';
import { geometric, shiftedPoints, type Transform, type TransformOptions } from '../transform.js';
import { FILL_OPTIONS, type Fill, type FillOptions, samplings } from '../warp/sampling.js';

/** Options of `translate`. */
export interface TranslateOptions extends TransformOptions, FillOptions {
  /** To the right, as a fraction of the width, −1..1. @default 0 */
  x?: NumberRange | undefined;
  /** Down, as a fraction of the height, −1..1. @default 0 */
  y?: NumberRange | undefined;
}

/** What `translate` draws; units as in its options. */
export type TranslateParams = { readonly translate: readonly [x: number, y: number] };

const LIMITS = { translate: [-1, 1] } as const;

/** Shifts the image by whole pixels, without interpolation, as torchvision's `affine` does. */
export function translate(options: TranslateOptions = {}): Transform<TranslateParams> {
  checkOptions<TranslateOptions>('translate', options, { x: true, y: true, ...FILL_OPTIONS, p: true });
  const x = checkRange('x', options.x ?? 0, ...LIMITS.translate);
  const y = checkRange('y', options.y ?? 0, ...LIMITS.translate);
  return geometric({
    name: 'translate',
    p: options.p,
    sampling: samplings(options),
    limits: LIMITS,
    sample: (rng) => ({ translate: [drawFrom(rng, x), drawFrom(rng, y)] }),
    move: (image, params, { fill }) => shifted(image, params, fill),
    points: (params, size) => shiftedPoints(...pixels(params, size)),
  });
}

function shifted(image: Image, params: TranslateParams, fill: Fill): Image {
  const size = imageSize(image);
  const [dx, dy] = pixels(params, size);
  return copyWindow(image, { ...size, left: -dx, top: -dy }, fill);
}

function pixels({ translate: [x, y] }: TranslateParams, { width, height }: Size): [number, number] {
  return [roundHalfEven(x * width), roundHalfEven(y * height)];
}
