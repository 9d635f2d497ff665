import { type Image, imageSize } from '../image.js';
import { checkOptions, checkRange, drawFrom, type NumberRange } from '../options.js';
import { turn } from '../pixels/flip.js';
import { geometric, type Transform, type TransformOptions } from '../transform.js';
import { invertAffine, transformPoint } from '../warp/affine-map.js';
import { rotationMatrix, warpByMatrix } from '../warp/affine-matrix.js';
import { SAMPLING_OPTIONS, type Sampling, type SamplingOptions, samplings } from '../warp/sampling.js';

/** Options of `rotate`. */
export interface RotateOptions extends TransformOptions, SamplingOptions {
  /** Degrees, counter-clockwise. */
  degrees: NumberRange;
}

/** What `rotate` draws; units as in its options. */
export type RotateParams = { readonly degrees: number };

const LIMITS = { degrees: [-Infinity, Infinity] } as const;

/** Rotates the image about its centre; the size stays. Equals Pillow's `Image.rotate` bit for bit. */
export function rotate(options: RotateOptions): Transform<RotateParams> {
  checkOptions<RotateOptions>('rotate', options, { degrees: true, ...SAMPLING_OPTIONS, p: true });
  const degrees = checkRange('degrees', options.degrees, ...LIMITS.degrees);
  return geometric({
    name: 'rotate',
    p: options.p,
    sampling: samplings(options),
    limits: LIMITS,
    sample: (rng) => ({ degrees: drawFrom(rng, degrees) }),
    move: (image, params, sampling) => rotated(image, params.degrees, sampling),
    point: (x, y, params, size) => transformPoint(invertAffine(rotationMatrix(params.degrees, size)), x, y),
  });
}

function rotated(image: Image, degrees: number, sampling: Sampling): Image {
  const { height, width } = imageSize(image);
  const angle = ((degrees % 360) + 360) % 360;
  if (angle === 0) return image;
  // Quarter turns move whole pixels.
  if (angle === 180 || (angle % 90 === 0 && width === height)) return turn(image, angle / 90);
  return warpByMatrix(image, rotationMatrix(angle, { height, width }), sampling);
}
