import { type Image, imageSize, type Size } from '../image.js';
import { checkRange, checkWhole, drawFrom, type NumberRange } from '../options.js';
import { geometric, type Transform, type TransformOptions } from '../transform.js';
import { elasticField, elasticMap } from '../warp/elastic-map.js';
import { type SamplingOptions, samplings } from '../warp/sampling.js';
import { warp } from '../warp/warp.js';

export interface ElasticOptions extends TransformOptions, SamplingOptions {
  /** Root mean square of the displacement along each axis, as a fraction of the shorter side. @default [0, 0.02] */
  displacement?: NumberRange;
  /** Control points along each side; more are finer. @default 4 */
  grid?: number;
}

export type ElasticParams = {
  readonly displacement: number;
  readonly grid: number;
  /** Of the displacements of the control points. */
  readonly seed: number;
};

/**
 * Bends the image smoothly: normal displacements at a coarse grid of control points, between them cubic B-splines, as in
 * Ronneberger et al. (U-Net, 2015, section 3.1). Keep displacement × grid under about 0.2, lest the image fold over.
 */
export function elastic(options: ElasticOptions = {}): Transform<ElasticParams> {
  const displacement = checkRange('displacement', options.displacement ?? [0, 0.02], 0, 1);
  const grid = checkWhole('grid', options.grid ?? 4, 1, 64);
  const sampling = samplings(options);
  return geometric({
    name: 'elastic',
    p: options.p,
    sample: (rng) => ({ displacement: drawFrom(rng, displacement), grid, seed: rng.uint32() }),
    move(image: Image, params, isMask) {
      const size = imageSize(image);
      const map = elasticMap(elasticField(params, size), size);
      return warp(image, map, size, isMask ? sampling.mask : sampling.image);
    },
    point: moved,
  });
}

/** The map looks back from output to source; where a source point went is found by going back and forth. */
function moved(x: number, y: number, params: ElasticParams, size: Size): [number, number] {
  const field = elasticField(params, size);
  let [u, v] = [x, y];
  for (let i = 0; i < 10; i++) {
    const [dx, dy] = field.at(u, v);
    [u, v] = [x - dx, y - dy];
  }
  return [u, v];
}
