import type { NdArray } from 'ndarray';
import { checkSize, dimensions, type Image, pixels } from '../image.js';
import { ndarray } from '../ndarray.js';

const { fround } = Math;

/**
 * Resizes as torch's `interpolate(mode='bilinear', align_corners=False)` does, in single precision: from two source pixels in
 * each direction, also when shrinking (no antialiasing). pytorch-fid resizes in this way inside its network.
 * @returns Float32 `[height, width, c]` in the range of the source.
 * @throws RangeError for a size that is not positive whole numbers; TypeError if it is no image.
 */
export function resizeBilinearTorch(source: Image, width: number, height: number): NdArray<Float32Array> {
  checkSize(width, height);
  const [fromHeight, fromWidth, channels] = dimensions(source);
  const data = pixels(source);
  const rows = neighbours(fromHeight, height);
  const columns = neighbours(fromWidth, width);
  const out = new Float32Array(height * width * channels);
  let at = 0;
  for (let y = 0; y < height; y++) {
    const above = rows.first[y]! * fromWidth;
    const below = rows.second[y]! * fromWidth;
    const down = rows.weight[y]!;
    const up = fround(1 - down);
    for (let x = 0; x < width; x++) {
      const left = columns.first[x]!;
      const right = columns.second[x]!;
      const far = columns.weight[x]!;
      const near = fround(1 - far);
      for (let c = 0; c < channels; c++) {
        const top = near * data[(above + left) * channels + c]! + far * data[(above + right) * channels + c]!;
        const bottom =
          near * data[(below + left) * channels + c]! + far * data[(below + right) * channels + c]!;
        out[at++] = up * top + down * bottom;
      }
    }
  }
  return ndarray(out, [height, width, channels]);
}

/** The two source samples of each output, and the weight of the second. As in torch, only scale and weight are in single precision. */
function neighbours(
  from: number,
  to: number,
): { first: Int32Array; second: Int32Array; weight: Float32Array } {
  const first = new Int32Array(to);
  const second = new Int32Array(to);
  const weight = new Float32Array(to);
  const scale = fround(from / to);
  for (let i = 0; i < to; i++) {
    const position = Math.max(0, scale * (i + 0.5) - 0.5);
    const index = Math.min(from - 1, Math.trunc(position));
    first[i] = index;
    second[i] = Math.min(from - 1, index + 1);
    weight[i] = Math.min(1, Math.max(0, fround(position - index)));
  }
  return { first, second, weight };
}
