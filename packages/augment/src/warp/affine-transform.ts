import type { Rng } from '@cxr/image';
import type { Limits } from '../check-params.js';
import { imageSize } from '../image.js';
import type { Json } from '../json.js';
import { geometric, type Transform, type TransformOptions } from '../transform.js';
import { affinePoints } from './affine-map.js';
import { type AffineParts, affineMatrix, warpByMatrix } from './affine-matrix.js';
import { type SamplingOptions, samplings } from './sampling.js';

/** Makes a transform whose parameters are parts of an affine transform. */
export function affineTransform<P extends AffineParts & Json>(
  name: string,
  options: TransformOptions & SamplingOptions,
  limits: Limits<P>,
  sample: (rng: Rng) => P,
): Transform<P> {
  return geometric<P>({
    name,
    p: options.p,
    sampling: samplings(options),
    limits,
    sample,
    move: (image, params, sampling) => warpByMatrix(image, affineMatrix(params, imageSize(image)), sampling),
    points: (params, size) => affinePoints(affineMatrix(params, size)),
  });
}
