import { imageSize, type Size } from '../image.js';
import { checkOptions, checkWhole } from '../options.js';
import { copyWindow, type Window } from '../pixels/window.js';
import { roundHalfEven } from '../round.js';
import { geometric, shiftedPoints, type Transform, type TransformOptions } from '../transform.js';
import { FILL_OPTIONS, type FillOptions, samplings } from '../warp/sampling.js';

/** Options of `crop` and `centerCrop`. */
export interface CropOptions extends TransformOptions, FillOptions {
  /** Pixels, from 1 on. */
  height: number;
  /** Pixels, from 1 on. */
  width: number;
}

/** Position of the crop in the space it has: 0 is left or top, 1 is right or bottom. */
export type CropParams = { readonly x: number; readonly y: number };

/** Cuts a piece of this size from a random place. A smaller image is surrounded by the fill. */
export function crop(options: CropOptions): Transform<CropParams> {
  return cropTransform('crop', options, (rng) => ({ x: rng.uniform(), y: rng.uniform() }));
}

/** A crop at the place that `sample` draws. */
export function cropTransform(
  name: string,
  options: CropOptions,
  sample: (rng: { uniform(): number }) => CropParams,
): Transform<CropParams> {
  checkOptions<CropOptions>(name, options, { height: true, width: true, ...FILL_OPTIONS, p: true });
  const size = {
    height: checkWhole('height', options.height, 1),
    width: checkWhole('width', options.width, 1),
  };
  return geometric({
    name,
    p: options.p,
    sampling: samplings(options),
    limits: { x: [0, 1], y: [0, 1] },
    sample,
    move: (image, params, { fill }) => copyWindow(image, place(imageSize(image), size, params), fill),
    points(params, from) {
      const { left, top } = place(from, size, params);
      return shiftedPoints(-left, -top);
    },
    outputSize: () => size,
  });
}

function place(from: Size, size: Size, { x, y }: CropParams): Window {
  return { ...size, left: start(x, from.width - size.width), top: start(y, from.height - size.height) };
}

/** As torchvision's centre crop: halves are rounded to even if the image is larger, and rounded towards zero if it is smaller. */
function start(fraction: number, room: number): number {
  return room < 0 ? Math.trunc(fraction * room) : roundHalfEven(fraction * room);
}
