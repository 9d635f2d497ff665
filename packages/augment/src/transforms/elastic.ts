import { SEED_LIMITS } from '../check-params.js';
import { imageSize } from '../image.js';
import { checkOptions, checkRange, checkWhole, drawFrom, type NumberRange } from '../options.js';
import { geometric, type PointMap, type Transform, type TransformOptions } from '../transform.js';
import { type ElasticField, elasticField, elasticMap } from '../warp/elastic-map.js';
import { SAMPLING_OPTIONS, type SamplingOptions, samplings } from '../warp/sampling.js';
import { warp } from '../warp/warp.js';

/** Options of `elastic`. */
export interface ElasticOptions extends TransformOptions, SamplingOptions {
  /** Root mean square of the displacement along each axis, a fraction of the shorter side, 0..1. @default [0, 0.02] */
  displacement?: NumberRange | undefined;
  /** Number of spans between control points along each side, 1..64. More bend in finer detail. @default 4 */
  grid?: number | undefined;
}

/** What `elastic` draws; units as in its options. */
export type ElasticParams = {
  readonly displacement: number;
  readonly grid: number;
  /** Seed of the displacements of the control points. */
  readonly seed: number;
};

const LIMITS = { displacement: [0, 1], grid: [1, 64, 'whole'], seed: SEED_LIMITS } as const;

/**
 * Bends the image smoothly: random normal displacements at a coarse grid of control points, interpolated by cubic B-splines, as in
 * Ronneberger et al. (U-Net, 2015, section 3.1). Keep displacement × grid below about 0.2; above it the image folds over itself.
 */
export function elastic(options: ElasticOptions = {}): Transform<ElasticParams> {
  checkOptions<ElasticOptions>('elastic', options, {
    displacement: true,
    grid: true,
    ...SAMPLING_OPTIONS,
    p: true,
  });
  const displacement = checkRange('displacement', options.displacement ?? [0, 0.02], ...LIMITS.displacement);
  const [min, max] = LIMITS.grid;
  const grid = checkWhole('grid', options.grid ?? 4, min, max);
  return geometric({
    name: 'elastic',
    p: options.p,
    sampling: samplings(options),
    bends: true,
    limits: LIMITS,
    sample: (rng) => ({ displacement: drawFrom(rng, displacement), grid, seed: rng.uint32() }),
    move(image, params, sampling) {
      const size = imageSize(image);
      return warp(image, elasticMap(elasticField(params, size), size), size, sampling);
    },
    points: (params, size) => elasticPoints(elasticField(params, size)),
  });
}

/** The field gives the source of an output point. Its inverse, where a source point moves to, is found by fixed-point iteration. */
function elasticPoints(field: ElasticField): PointMap {
  return {
    forward(x, y) {
      let [u, v] = [x, y];
      for (let i = 0; i < 10; i++) {
        const [dx, dy] = field.at(u, v);
        [u, v] = [x - dx, y - dy];
      }
      return [u, v];
    },
    back(x, y) {
      const [dx, dy] = field.at(x, y);
      return [x + dx, y + dy];
    },
  };
}
