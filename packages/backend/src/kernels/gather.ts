import { type GatherV2Attrs, util } from '@tensorflow/tfjs-core';
import type { PlainKernel } from './plain.js';

/** GatherV2 with batch axes: stock wasm uses the rows of the first batch for all batches. */
export const gatherInBatches: PlainKernel = {
  name: 'GatherV2',
  inputs: ['x', 'indices'],
  plan: ({ x, indices }, { axis, batchDims = 0 }: GatherV2Attrs) => {
    if (batchDims === 0 || x!.dtype !== 'float32') return undefined;
    const at = util.parseAxisParam(axis, x!.shape)[0]!;
    const size = (shape: number[]) => util.sizeFromShape(shape);
    const batches = size(x!.shape.slice(0, batchDims));
    const outer = size(x!.shape.slice(batchDims, at));
    const rows = x!.shape[at]!;
    const inner = size(x!.shape.slice(at + 1));
    const each = indices!.shape.slice(batchDims);
    const count = size(each);
    return {
      shape: [...x!.shape.slice(0, at), ...each, ...x!.shape.slice(at + 1)],
      fill: (y, x, indices) => {
        let to = 0;
        for (let b = 0; b < batches; b++) {
          for (let o = 0; o < outer; o++) {
            for (let i = 0; i < count; i++) {
              const row = indices![b * count + i]!;
              if (row < 0 || row >= rows)
                throw new RangeError(`gather: index ${row} is not in 0..${rows - 1}`);
              const from = ((b * outer + o) * rows + row) * inner;
              y.set(x!.subarray(from, from + inner), to);
              to += inner;
            }
          }
        }
      },
    };
  },
};
