import { imageSize, type Size } from '../image.js';
import { checkNumber, checkOptions } from '../options.js';
import { geometric, type Transform, type TransformOptions } from '../transform.js';
import { homography, perspectiveMap, projectPoint } from '../warp/perspective-map.js';
import { SAMPLING_OPTIONS, type SamplingOptions, samplings } from '../warp/sampling.js';
import { warp } from '../warp/warp.js';

export interface PerspectiveOptions extends TransformOptions, SamplingOptions {
  /** How far the corners move inwards at most, a fraction of half the width and half the height, 0..1. @default 0.5 */
  distortion?: number | undefined;
}

/** How far each corner moves to the right and down, as fractions of width and height: from top left, clockwise. */
export type PerspectiveParams = { readonly corners: readonly (readonly [x: number, y: number])[] };

/** Views the image at a slant, as torchvision's `RandomPerspective`. One of a few pixels, whose corners meet, stays. */
export function perspective(options: PerspectiveOptions = {}): Transform<PerspectiveParams> {
  checkOptions<PerspectiveOptions>('perspective', options, {
    distortion: true,
    ...SAMPLING_OPTIONS,
    p: true,
  });
  const reach = checkNumber('distortion', options.distortion ?? 0.5, 0, 1) / 2;
  return geometric<PerspectiveParams>({
    name: 'perspective',
    p: options.p,
    sampling: samplings(options),
    sample(rng) {
      const draw = () => reach * rng.uniform();
      return {
        corners: [
          [draw(), draw()],
          [-draw(), draw()],
          [-draw(), -draw()],
          [draw(), -draw()],
        ],
      };
    },
    move(image, params, sampling) {
      const size = imageSize(image);
      const { from, to } = corners(params, size);
      const back = homography(to, from);
      if (back === null) return image;
      return warp(image, perspectiveMap(back, size), size, sampling);
    },
    point(x, y, params, size) {
      const { from, to } = corners(params, size);
      const forth = homography(from, to);
      return forth === null ? [x, y] : projectPoint(forth, x, y);
    },
  });
}

/** The corner pixels before and after; whole pixels, and the last pixel for the far corners, as in torchvision. */
function corners({ corners: moves }: PerspectiveParams, { width, height }: Size) {
  const [right, bottom] = [width - 1, height - 1];
  const from = [
    [0, 0],
    [right, 0],
    [right, bottom],
    [0, bottom],
  ] as const;
  const to = from.map(
    ([x, y], i) => [x + Math.trunc(moves[i]![0] * width), y + Math.trunc(moves[i]![1] * height)] as const,
  );
  return { from, to };
}
