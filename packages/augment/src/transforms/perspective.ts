import { imageSize, type Size } from '../image.js';
import { checkNumber, checkOptions } from '../options.js';
import { geometric, type Transform, type TransformOptions } from '../transform.js';
import { homography, perspectiveMap, projectPoint } from '../warp/perspective-map.js';
import { SAMPLING_OPTIONS, type SamplingOptions, samplings } from '../warp/sampling.js';
import { warp } from '../warp/warp.js';

/** Options of `perspective`. */
export interface PerspectiveOptions extends TransformOptions, SamplingOptions {
  /** Largest inward move of the corners, a fraction of half the width and half the height, 0..1. @default 0.5 */
  distortion?: number | undefined;
}

/** How far each corner moves right and down, as fractions of width and height: clockwise from the top left. */
export type PerspectiveParams = { readonly corners: readonly (readonly [x: number, y: number])[] };

/** Views the image at an angle, as torchvision's `RandomPerspective`. An image so small that its corners meet stays as it is. */
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
    limits: { corners: [-0.5, 0.5] },
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
    points(params, size) {
      const { from, to } = corners(params, size);
      const [forward, back] = [homography(from, to), homography(to, from)];
      return {
        forward: (x, y) => (forward === null ? [x, y] : projectPoint(forward, x, y)),
        back: (x, y) => (back === null ? [x, y] : projectPoint(back, x, y)),
      };
    },
  });
}

/** The corner pixels before and after, in whole pixels; the far corners are the last pixels, as in torchvision. */
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
