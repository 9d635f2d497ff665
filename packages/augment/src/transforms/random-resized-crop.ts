import { imageSize, type Size } from '../image.js';
import { checkOptions, checkRange, checkWhole, drawFrom, drawLogFrom, type NumberRange } from '../options.js';
import { resample } from '../pixels/resample.js';
import { copyWindow, type Window } from '../pixels/window.js';
import { roundHalfEven } from '../round.js';
import { geometric, scaledPoints, type Transform, type TransformOptions } from '../transform.js';
import { type Interpolation, samplings } from '../warp/sampling.js';

/** Options of `randomResizedCrop`. */
export interface RandomResizedCropOptions extends TransformOptions {
  /** Height of the result, pixels, from 1 on. */
  height: number;
  /** Width of the result, pixels, from 1 on. */
  width: number;
  /** Area of the piece as a fraction of the image, 0.000001..1. @default [0.08, 1] */
  area?: NumberRange | undefined;
  /** Width of the piece divided by its height, drawn evenly in its logarithm, 0.001..1000. @default [3 / 4, 4 / 3] */
  aspect?: NumberRange | undefined;
  /** @default 'bilinear' */
  interpolation?: Interpolation | undefined;
}

/** What `randomResizedCrop` draws; units as in its options. */
export type RandomResizedCropParams = {
  readonly area: number;
  readonly aspect: number;
  /** Position of the piece in the space it has: 0 is left or top, 1 is right or bottom. */
  readonly x: number;
  readonly y: number;
};

const LIMITS = { area: [1e-6, 1], aspect: [1e-3, 1e3], x: [0, 1], y: [0, 1] } as const;

/**
 * Cuts out a piece of random size and position and resizes it to a fixed size (Szegedy et al., Going deeper with convolutions).
 * torchvision's `resized_crop`; a piece that is too wide or too high is cut to the image, where torchvision draws again.
 */
export function randomResizedCrop(options: RandomResizedCropOptions): Transform<RandomResizedCropParams> {
  checkOptions<RandomResizedCropOptions>('randomResizedCrop', options, {
    height: true,
    width: true,
    area: true,
    aspect: true,
    interpolation: true,
    p: true,
  });
  const size: Size = {
    height: checkWhole('height', options.height, 1),
    width: checkWhole('width', options.width, 1),
  };
  const area = checkRange('area', options.area ?? [0.08, 1], ...LIMITS.area);
  const aspect = checkRange('aspect', options.aspect ?? [3 / 4, 4 / 3], ...LIMITS.aspect);
  return geometric({
    name: 'randomResizedCrop',
    p: options.p,
    sampling: samplings({ interpolation: options.interpolation }),
    limits: LIMITS,
    sample: (rng) => ({
      area: drawFrom(rng, area),
      aspect: drawLogFrom(rng, aspect),
      x: rng.uniform(),
      y: rng.uniform(),
    }),
    move: (image, params, { interpolation }) =>
      resample(copyWindow(image, piece(imageSize(image), params), 0), size, interpolation),
    points: (params, from) => scaledPoints(piece(from, params), size),
    outputSize: () => size,
  });
}

function piece(from: Size, { area, aspect, x, y }: RandomResizedCropParams): Window {
  const pixels = area * from.width * from.height;
  const side = (length: number, max: number) => Math.max(1, Math.min(max, roundHalfEven(length)));
  const width = side(Math.sqrt(pixels * aspect), from.width);
  const height = side(Math.sqrt(pixels / aspect), from.height);
  return {
    width,
    height,
    left: roundHalfEven(x * (from.width - width)),
    top: roundHalfEven(y * (from.height - height)),
  };
}
