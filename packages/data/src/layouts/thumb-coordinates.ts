import { alongPrincipalAxes } from './principal-axes.js';
import { thumbMoments } from './thumb-moments.js';

/** Thumbnails' width and height, that of the coarse grid, and waves kept in each direction. */
const THUMB = 32;
const COARSE = 16;
const WAVES = 8;
/** Coordinates kept. */
export const COORDINATES = 12;

/**
 * Thumbnails of mean 0 and length 1 as points of 12 coordinates, `[n, 12]`: their slowest waves (a cosine transform),
 * rotated to their principal axes. Each step only rotates or leaves out coordinates, so points are never farther from each
 * other than the thumbnails, whose squared distance is 2 − 2 × their correlation. One of a single brightness is the origin.
 */
export function thumbCoordinates(thumbs: readonly Uint8Array[]): Float32Array {
  const size = WAVES * WAVES;
  const points = new Float32Array(thumbs.length * size);
  for (const [i, thumb] of thumbs.entries()) points.set(waves(thumb), i * size);
  return alongPrincipalAxes(points, size, COORDINATES);
}

const COSINES = Float64Array.from({ length: WAVES * COARSE }, (_, i) => {
  const [wave, at] = [Math.floor(i / COARSE), i % COARSE];
  return Math.cos(((at + 0.5) * wave * Math.PI) / COARSE) * Math.sqrt((wave === 0 ? 1 : 2) / COARSE);
});

function waves(thumb: Uint8Array): Float64Array {
  const { mean, length } = thumbMoments(thumb);
  const rows = new Float64Array(COARSE * WAVES);
  const result = new Float64Array(WAVES * WAVES);
  if (!(length > 0)) return result;
  for (let y = 0; y < COARSE; y++) {
    for (let x = 0; x < COARSE; x++) {
      const at = 2 * y * THUMB + 2 * x;
      const four = thumb[at]! + thumb[at + 1]! + thumb[at + THUMB]! + thumb[at + THUMB + 1]!;
      // Half the sum of four is their part along a vector of length 1.
      const value = (four - 4 * mean) / (2 * length);
      for (let wave = 0; wave < WAVES; wave++) rows[y * WAVES + wave]! += value * COSINES[wave * COARSE + x]!;
    }
  }
  for (let down = 0; down < WAVES; down++) {
    for (let y = 0; y < COARSE; y++) {
      const factor = COSINES[down * COARSE + y]!;
      for (let wave = 0; wave < WAVES; wave++)
        result[down * WAVES + wave]! += factor * rows[y * WAVES + wave]!;
    }
  }
  return result;
}
