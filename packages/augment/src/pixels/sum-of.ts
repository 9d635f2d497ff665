import type { Pixels } from '../image.js';
import { readBytes } from '../simd/on-bytes.js';

/** The sum of all samples. */
export function sumOf(data: Pixels): number {
  let sum = 0;
  const summed = readBytes(data, 0, (kernels, { src, count }, { bytes }) => {
    bytes.fill(0, src + count, src + count + 15);
    sum += kernels.sumBytes(src, count);
  });
  if (!summed) for (let i = 0; i < data.length; i++) sum += data[i]!;
  return sum;
}
