import type { Size } from '../image.js';
import { checkOptions, checkWhole } from '../options.js';
import { resample } from '../pixels/resample.js';
import {
  geometric,
  type NoParams,
  scaledPoints,
  type Transform,
  type TransformOptions,
} from '../transform.js';
import { type Interpolation, samplings } from '../warp/sampling.js';

/** Options of `resize`. */
export interface ResizeOptions extends TransformOptions {
  /** Pixels, from 1 on. */
  height: number;
  /** Pixels, from 1 on. */
  width: number;
  /** @default 'bilinear' */
  interpolation?: Interpolation | undefined;
}

/** Resizes the image to this size; the aspect ratio is not kept. Equals Pillow's `Image.resize`, which averages when shrinking. */
export function resize(options: ResizeOptions): Transform<NoParams> {
  checkOptions<ResizeOptions>('resize', options, { height: true, width: true, interpolation: true, p: true });
  const size: Size = {
    height: checkWhole('height', options.height, 1),
    width: checkWhole('width', options.width, 1),
  };
  return geometric({
    name: 'resize',
    p: options.p,
    sampling: samplings({ interpolation: options.interpolation }),
    limits: {},
    sample: () => ({}),
    move: (image, _, { interpolation }) => resample(image, size, interpolation),
    points: (_, from) => scaledPoints({ left: 0, top: 0, ...from }, size),
    outputSize: () => size,
  });
}
