import { type Image, raster, toImage } from '../image.js';
import { copyOf } from '../memory.js';
import {
  checkOptions,
  checkRange,
  checkWhole,
  drawFrom,
  drawWholeFrom,
  type NumberRange,
} from '../options.js';
import { photometric, type Transform, type TransformOptions } from '../transform.js';
import { checkFill, fillValues, samplings } from '../warp/sampling.js';

/** Options of `cutout`. */
export interface CutoutOptions extends TransformOptions {
  /** Number of rectangles, or the smallest and largest number, 1..10,000. @default 1 */
  holes?: NumberRange | undefined;
  /** Height and width of each, drawn separately, as fractions of the image's, 0..1. @default [0.1, 0.25] */
  size?: NumberRange | undefined;
  /** In the image's own units (0..255, 0..65535 or 0..1), one value, or one for each channel. @default 0 */
  fill?: number | readonly number[] | undefined;
}

/** Rectangles in fractions of width and height. */
export type CutoutParams = {
  readonly holes: readonly {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  }[];
};

/** Covers random rectangles (DeVries & Taylor 2017); with many small ones it is coarse dropout. Masks and boxes stay, as the covered parts do not move. */
export function cutout(options: CutoutOptions = {}): Transform<CutoutParams> {
  checkOptions<CutoutOptions>('cutout', options, { holes: true, size: true, fill: true, p: true });
  const counts = checkRange('holes', options.holes ?? 1, 1, 10_000).map((n) => checkWhole('holes', n, 1)) as [
    number,
    number,
  ];
  const size = checkRange('size', options.size ?? [0.1, 0.25], 0, 1);
  const { fill = 0 } = options;
  if (typeof fill === 'string')
    throw new RangeError(`invalid fill: ${fill} (a value, or one for each channel)`);
  samplings({ fill });
  return photometric<CutoutParams>({
    name: 'cutout',
    p: options.p,
    limits: { holes: [0, 1] },
    sample: (rng) => ({
      holes: Array.from({ length: drawWholeFrom(rng, counts) }, () => {
        const [width, height] = [drawFrom(rng, size), drawFrom(rng, size)];
        return { left: rng.uniform() * (1 - width), top: rng.uniform() * (1 - height), width, height };
      }),
    }),
    apply(image, params) {
      checkFill('fill', fill, image);
      return covered(image, params, fill);
    },
  });
}

function covered(image: Image, { holes }: CutoutParams, fill: number | readonly number[]): Image {
  const source = raster(image);
  const { width, height, channels } = source;
  const values = fillValues(fill, channels);
  const out = copyOf(source.data);
  for (const hole of holes) {
    const left = Math.round(hole.left * width);
    const right = Math.min(width, Math.round((hole.left + hole.width) * width));
    const bottom = Math.min(height, Math.round((hole.top + hole.height) * height));
    for (let y = Math.round(hole.top * height); y < bottom; y++) {
      const row = y * width;
      if (channels === 1) out.fill(values[0]!, row + left, row + right);
      else for (let i = (row + left) * 3; i < (row + right) * 3; i++) out[i] = values[i % 3]!;
    }
  }
  return toImage(out, source, channels);
}
