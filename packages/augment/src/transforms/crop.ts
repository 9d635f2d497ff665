import { imageSize, type Size } from '../image.js';
import { checkOptions, checkWhole } from '../options.js';
import { copyWindow, type Window } from '../pixels/window.js';
import { roundHalfEven } from '../round.js';
import { geometric, type Transform, type TransformOptions } from '../transform.js';
import { FILL_OPTIONS, type FillOptions, samplings } from '../warp/sampling.js';

export interface CropOptions extends TransformOptions, FillOptions {
  /** Pixels, from 1 on. */
  height: number;
  /** Pixels, from 1 on. */
  width: number;
}

/** Where the crop lies in the room it has: 0 is left or top, 1 is right or bottom. */
export type CropParams = { readonly x: number; readonly y: number };

/** Cuts a piece of this size out of a random place. Where the image is smaller, the fill is around it. */
export function crop(options: CropOptions): Transform<CropParams> {
  return cropTransform('crop', options, (rng) => ({ x: rng.uniform(), y: rng.uniform() }));
}

/** A crop whose place is drawn by `sample`. */
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
    sample,
    move: (image, params, { fill }) => copyWindow(image, place(imageSize(image), size, params), fill),
    point: (px, py, params, of) => {
      const { left, top } = place(of, size, params);
      return [px - left, py - top];
    },
    outputSize: () => size,
  });
}

function place(of: Size, size: Size, { x, y }: CropParams): Window {
  return { ...size, left: start(x, of.width - size.width), top: start(y, of.height - size.height) };
}

/** Python's rounding where there is room, and towards zero where there is not: so does torchvision's centre crop. */
function start(fraction: number, room: number): number {
  return room < 0 ? Math.trunc(fraction * room) : roundHalfEven(fraction * room);
}
