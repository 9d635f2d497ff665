import { type Image, imageSize, type Size } from '../image.js';
import { roundHalfEven } from '../round.js';
import { type AffineMatrix, affineMap, IDENTITY } from './affine-map.js';
import { checkFill, type Sampling } from './sampling.js';
import { warp } from './warp.js';

/** The parts of an affine transform about the image's centre. */
export interface AffineParts {
  /** Counter-clockwise, degrees. @default 0 */
  readonly degrees?: number | undefined;
  /** Right and down, fractions of width and height; rounded to whole pixels, as torchvision does. @default [0, 0] */
  readonly translate?: readonly [x: number, y: number] | undefined;
  /** 2 is twice as large. @default 1 */
  readonly scale?: number | undefined;
  /** Degrees, along x and along y. @default [0, 0] */
  readonly shear?: readonly [x: number, y: number] | undefined;
}

/**
 * The matrix for the parts: first shear, then scale and rotation, about the centre, then translation. torchvision's
 * `_get_inverse_affine_matrix`, whose angle is clockwise, step by step.
 */
export function affineMatrix(parts: AffineParts, size: Size): AffineMatrix {
  const { degrees = 0, translate = [0, 0], scale = 1, shear = [0, 0] } = parts;
  const angle = radians(-degrees);
  const [sx, sy] = [radians(shear[0]), radians(shear[1])];
  const [cx, cy] = [size.width * 0.5, size.height * 0.5];
  const [tx, ty] = translate.map((part, i) => roundHalfEven(part * (i === 0 ? size.width : size.height))) as [
    number,
    number,
  ];
  const cos = Math.cos(angle - sy) / Math.cos(sy);
  const sin = Math.sin(angle - sy) / Math.cos(sy);
  const p = cos;
  const q = -cos * Math.tan(sx) - Math.sin(angle);
  const r = sin;
  const s = -sin * Math.tan(sx) + Math.cos(angle);
  const [a, b, d, e] = [s / scale, -q / scale, -r / scale, p / scale];
  return [a, b, a * (-cx - tx) + b * (-cy - ty) + cx, d, e, d * (-cx - tx) + e * (-cy - ty) + cy];
}

/** The matrix of Pillow's `Image.rotate`: counter-clockwise about the centre, cosine and sine to 15 decimals. */
export function rotationMatrix(degrees: number, { width, height }: Size): AffineMatrix {
  const angle = -radians(degrees);
  const cos = round15(Math.cos(angle));
  const sin = round15(Math.sin(angle));
  const [cx, cy] = [width / 2, height / 2];
  return [cos, sin, cos * -cx + sin * -cy + cx, -sin, cos, -sin * -cx + cos * -cy + cy];
}

/**
 * Warps an image, which keeps its size, by the matrix from output to source positions.
 * @throws RangeError for a fill that the image's type cannot hold.
 */
export function warpAffine(image: Image, matrix: AffineMatrix, sampling: Sampling): Image {
  checkFill('fill', sampling.fill, image);
  return warpByMatrix(image, matrix, sampling);
}

/** The same without the check of the fill, for images and masks. */
export function warpByMatrix(image: Image, matrix: AffineMatrix, sampling: Sampling): Image {
  if (matrix.every((value, i) => value === IDENTITY[i])) return image;
  const size = imageSize(image);
  return warp(image, affineMap(matrix, size, image.data, sampling.interpolation), size, sampling);
}

function radians(degrees: number): number {
  return degrees * (Math.PI / 180);
}

function round15(value: number): number {
  return Number(value.toFixed(15));
}
