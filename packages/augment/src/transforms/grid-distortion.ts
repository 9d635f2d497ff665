import { imageSize } from '../image.js';
import { checkOptions, checkRange, checkWhole, drawFrom, type NumberRange } from '../options.js';
import { geometric, type Transform, type TransformOptions } from '../transform.js';
import { gridMap, gridPoints } from '../warp/grid-map.js';
import { SAMPLING_OPTIONS, type SamplingOptions, samplings } from '../warp/sampling.js';
import { warp } from '../warp/warp.js';

/** Options of `gridDistortion`. */
export interface GridDistortionOptions extends TransformOptions, SamplingOptions {
  /** Number of columns and of rows, 1..64. @default 5 */
  cells?: number | undefined;
  /** Change of each column's width and each row's height, −0.95..0.95: 0.3 is 30 % more. @default [-0.3, 0.3] */
  change?: NumberRange | undefined;
}

/** What `gridDistortion` draws; units as in its options. */
export type GridDistortionParams = { readonly columns: readonly number[]; readonly rows: readonly number[] };

const CHANGE = [-0.95, 0.95] as const;
const LIMITS = { columns: CHANGE, rows: CHANGE } as const;

/**
 * Stretches some columns and rows of a grid and squeezes others; the border stays where it is, as in albumentations'
 * `GridDistortion`, whose cells begin and end in the centres of pixels: it differs by about a pixel at most.
 */
export function gridDistortion(options: GridDistortionOptions = {}): Transform<GridDistortionParams> {
  checkOptions<GridDistortionOptions>('gridDistortion', options, {
    cells: true,
    change: true,
    ...SAMPLING_OPTIONS,
    p: true,
  });
  const length = checkWhole('cells', options.cells ?? 5, 1, 64);
  const change = checkRange('change', options.change ?? [-0.3, 0.3], ...CHANGE);
  return geometric<GridDistortionParams>({
    name: 'gridDistortion',
    p: options.p,
    sampling: samplings(options),
    limits: LIMITS,
    sample(rng) {
      const draw = () => Array.from({ length }, () => drawFrom(rng, change));
      return { columns: draw(), rows: draw() };
    },
    move(image, params, sampling) {
      const size = imageSize(image);
      return warp(image, gridMap(params.columns, params.rows, size), size, sampling);
    },
    points: (params, size) => gridPoints(params.columns, params.rows, size),
  });
}
