import { describeValue } from '@cxr/image';
import { type Image, imageSize, type Size } from '../image.js';
import { checkOptions, checkRange, drawFrom, type NumberRange } from '../options.js';
import { turn } from '../pixels/flip.js';
import { geometric, type Transform, type TransformOptions } from '../transform.js';
import { type AffineMatrix, affineMap, affinePoints, transformPoint } from '../warp/affine-map.js';
import { rotationMatrix } from '../warp/affine-matrix.js';
import { SAMPLING_OPTIONS, type Sampling, type SamplingOptions, samplings } from '../warp/sampling.js';
import { warp } from '../warp/warp.js';

/** Options of `rotate`. */
export interface RotateOptions extends TransformOptions, SamplingOptions {
  /** Degrees, counter-clockwise. */
  degrees: NumberRange;
  /** Whether the result grows to hold the whole rotated image. @default false, the size stays */
  expand?: boolean | undefined;
}

/** What `rotate` draws; units as in its options. */
export type RotateParams = { readonly degrees: number };

const LIMITS = { degrees: [-Infinity, Infinity] } as const;

/** Rotates the image about its centre. Equals Pillow's `Image.rotate` bit for bit, also with `expand`. */
export function rotate(options: RotateOptions): Transform<RotateParams> {
  checkOptions<RotateOptions>('rotate', options, {
    degrees: true,
    expand: true,
    ...SAMPLING_OPTIONS,
    p: true,
  });
  const { expand = false } = options;
  if (typeof expand !== 'boolean') throw new TypeError(`invalid expand: ${describeValue(expand)}`);
  const degrees = checkRange('degrees', options.degrees, ...LIMITS.degrees);
  return geometric({
    name: 'rotate',
    p: options.p,
    sampling: samplings(options),
    limits: LIMITS,
    sample: (rng) => ({ degrees: drawFrom(rng, degrees) }),
    move: (image, params, sampling) => rotated(image, params.degrees, expand, sampling),
    points: (params, size) => affinePoints(rotation(params.degrees, size, expand).matrix),
    outputSize: (size, params) => rotation(params.degrees, size, expand).size,
  });
}

function rotated(image: Image, degrees: number, expand: boolean, sampling: Sampling): Image {
  const { height, width } = imageSize(image);
  const angle = within360(degrees);
  if (angle === 0) return image;
  // Quarter turns move whole pixels.
  if (angle === 180 || (angle % 90 === 0 && (expand || width === height))) return turn(image, angle / 90);
  const { matrix, size } = rotation(angle, { height, width }, expand);
  return warp(image, affineMap(matrix, size, image.data, sampling.interpolation), size, sampling);
}

/** The matrix from result to image, and the size of the result. */
function rotation(degrees: number, size: Size, expand: boolean): { matrix: AffineMatrix; size: Size } {
  const angle = within360(degrees);
  const matrix = rotationMatrix(angle, size);
  if (!expand) return { matrix, size };
  const { width, height } = size;
  // A quarter turn moves whole pixels, so it is not rounded outwards.
  if (angle % 180 === 0) return { matrix, size };
  const grown = angle % 90 === 0 ? { width: height, height: width } : bounds(matrix, size);
  const [a, b, , d, e] = matrix;
  const [c, f] = transformPoint(matrix, (width - grown.width) / 2, (height - grown.height) / 2);
  return { matrix: [a, b, c, d, e, f], size: grown };
}

/** The size that holds the rotated corners. As Pillow does, they are moved by the matrix, whose mirror image the inverse is. */
function bounds(matrix: AffineMatrix, { width, height }: Size): Size {
  const corners = [
    [0, 0],
    [width, 0],
    [width, height],
    [0, height],
  ].map(([x, y]) => transformPoint(matrix, x!, y!));
  const span = (values: number[]) => Math.ceil(Math.max(...values)) - Math.floor(Math.min(...values));
  return { width: span(corners.map(([x]) => x)), height: span(corners.map(([, y]) => y)) };
}

function within360(degrees: number): number {
  return ((degrees % 360) + 360) % 360;
}
