import { type UnsortedSegmentSumAttrs, util } from '@tensorflow/tfjs-core';
import type { PlainKernel } from './plain.js';

/** Maximum number of double-precision sums in memory. */
const SUMS = 1 << 20;

/**
 * UnsortedSegmentSum: row i of x is added to row segmentIds[i] of the output; rows with an id out of range are left out. It is
 * the gradient of gather, and so of embeddings. Missing in stock wasm.
 */
export const segmentSum: PlainKernel = {
  name: 'UnsortedSegmentSum',
  inputs: ['x', 'segmentIds'],
  plan: ({ x, segmentIds }, { numSegments }: UnsortedSegmentSumAttrs) => {
    if (x!.dtype !== 'float32') return undefined;
    const inner = x!.shape.slice(segmentIds!.shape.length);
    const columns = util.sizeFromShape(inner);
    return {
      shape: [numSegments, ...inner],
      fill: (out, x, ids) => {
        const block = Math.max(1, Math.floor(SUMS / Math.max(1, numSegments)));
        for (let first = 0; first < columns; first += block) {
          const width = Math.min(block, columns - first);
          const sums = new Float64Array(numSegments * width);
          ids!.forEach((id, row) => {
            if (id < 0 || id >= numSegments) return;
            for (let c = 0; c < width; c++) sums[id * width + c]! += x![row * columns + first + c]!;
          });
          for (let i = 0; i < sums.length; i++) {
            out[Math.floor(i / width) * columns + first + (i % width)] = sums[i]!;
          }
        }
      },
    };
  },
};
