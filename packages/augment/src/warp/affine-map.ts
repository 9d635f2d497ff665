import type { Pixels, Size } from '../image.js';
import type { PointMap } from '../transform.js';
import type { Interpolation } from './sampling.js';
import type { SourceMap } from './source-map.js';

/**
 * `[a, b, c, d, e, f]`: the output position (x, y) shows the source at (ax + by + c, dx + ey + f). Pixels, the centre of the
 * first pixel at 0.5: the matrix that Pillow's `Image.transform` takes.
 */
export type AffineMatrix = readonly [number, number, number, number, number, number];

/** The matrix that changes nothing. */
export const IDENTITY: AffineMatrix = [1, 0, 0, 0, 1, 0];

/** The matrix of `first`, then `second`: warping once with it equals warping with one after the other. */
export function multiplyAffine(first: AffineMatrix, second: AffineMatrix): AffineMatrix {
  // An output pixel looks back through the second, then through the first.
  const [a, b, c, d, e, f] = first;
  const [g, h, i, j, k, l] = second;
  return [a * g + b * j, a * h + b * k, a * i + b * l + c, d * g + e * j, d * h + e * k, d * i + e * l + f];
}

/** The inverse of a matrix. @throws RangeError for one that has none, which flattens the image. */
export function invertAffine([a, b, c, d, e, f]: AffineMatrix): AffineMatrix {
  const determinant = a * e - b * d;
  if (!Number.isFinite(1 / determinant)) throw new RangeError(`invalid matrix: [${[a, b, c, d, e, f]}]`);
  const [p, q, r, s] = [e / determinant, -b / determinant, -d / determinant, a / determinant];
  return [p, q, -(p * c + q * f), r, s, -(r * c + s * f)];
}

/** Applies a matrix to a point in pixels. */
export function transformPoint([a, b, c, d, e, f]: AffineMatrix, x: number, y: number): [number, number] {
  return [a * x + b * y + c, d * x + e * y + f];
}

/** Moves points as `warpAffine` moves pixels by this matrix. */
export function affinePoints(matrix: AffineMatrix): PointMap {
  const inverse = invertAffine(matrix);
  return {
    forward: (x, y) => transformPoint(inverse, x, y),
    back: (x, y) => transformPoint(matrix, x, y),
  };
}

/** The source positions of an affine transform, rounded as Pillow rounds them. */
export function affineMap(
  matrix: AffineMatrix,
  size: Size,
  data: Pixels,
  interpolation: Interpolation,
): SourceMap {
  // For 16 bits Pillow finds the nearest neighbour in double precision too.
  if (interpolation !== 'nearest' || data instanceof Uint16Array) return exactMap(matrix, size);
  return matrix[1] === 0 && matrix[3] === 0 ? scaleMap(matrix, size) : fixedPointMap(matrix, size);
}

function exactMap([a, b, c, d, e, f]: AffineMatrix, { width }: Size): SourceMap {
  const ax = Float64Array.from({ length: width }, (_, x) => a * (x + 0.5));
  const dx = Float64Array.from({ length: width }, (_, x) => d * (x + 0.5));
  return {
    straight: true,
    projective: [a, b, c, d, e, f, 0, 0],
    simd: {
      scratch: 16 * (width + 1),
      prepare({ kernels, bytes }, xs, ys, scratch) {
        const second = scratch + 8 * (width + 1);
        new Float64Array(bytes.buffer, scratch, width).set(ax);
        new Float64Array(bytes.buffer, second, width).set(dx);
        return (y) => kernels.affineRow(xs, ys, scratch, second, b * (y + 0.5), c, e * (y + 0.5), f, width);
      },
    },
    row(y, xs, ys) {
      const by = b * (y + 0.5);
      const ey = e * (y + 0.5);
      for (let x = 0; x < width; x++) {
        xs[x] = ax[x]! + by + c;
        ys[x] = dx[x]! + ey + f;
      }
    },
  };
}

/** Nearest neighbour in Pillow: 16 fractional bits, added up along the row. */
function fixedPointMap([a, b, c, d, e, f]: AffineMatrix, { width }: Size): SourceMap {
  const fixed = (value: number) => Math.floor(value * 65536 + 0.5);
  const [fa, fb, fd, fe] = [fixed(a), fixed(b), fixed(d), fixed(e)];
  const fc = fixed(c + a * 0.5 + b * 0.5);
  const ff = fixed(f + d * 0.5 + e * 0.5);
  return {
    straight: true,
    row(y, xs, ys) {
      for (let x = 0; x < width; x++) {
        xs[x] = (fc + fb * y + fa * x) / 65536;
        ys[x] = (ff + fe * y + fd * x) / 65536;
      }
    },
  };
}

/** Nearest neighbour without rotation or shear in Pillow: columns and rows each by repeated addition. */
function scaleMap([a, , c, , e, f]: AffineMatrix, { width, height }: Size): SourceMap {
  const steps = (start: number, step: number, length: number) => {
    const positions = new Float64Array(length);
    let position = start + step * 0.5;
    for (let i = 0; i < length; i++, position += step) positions[i] = position;
    return positions;
  };
  const columns = steps(c, a, width);
  const rows = steps(f, e, height);
  return {
    straight: true,
    row(y, xs, ys) {
      xs.set(columns);
      ys.fill(rows[y]!);
    },
  };
}
