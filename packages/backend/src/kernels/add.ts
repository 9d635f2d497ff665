import { type AddInputs, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { overElements, overRows } from '../threads/split.js';
import type { Given, KernelMaker } from './kernel.js';
import { type KernelContext, pointer } from './kernel-context.js';

/** Add, for tensors of the same shape and for a bias: gradients that add up, and convolutions. Other shapes go to the stock kernel. */
export const add: KernelMaker = (context) => ({
  name: 'Add',
  run: ({ inputs }): TensorInfo | undefined => {
    const { a, b } = inputs as Given<AddInputs>;
    const same = util.arraysEqual(a.shape, b.shape);
    const bias = b.shape.length === 1 && b.shape[0] === a.shape.at(-1);
    if (a.dtype !== 'float32' || b.dtype !== 'float32' || !(same || bias)) return undefined;
    const { backend } = context;
    const sum = backend.makeOutput(a.shape, 'float32');
    if (!same) {
      addRow(context, a, b, sum);
      return sum;
    }
    const [first, second, to] = [a, b, sum].map((t) => pointer(backend, t)) as [number, number, number];
    overElements(context, util.sizeFromShape(a.shape), ({ simd }, offset, count) =>
      simd.add(first + offset, second + offset, to + offset, count),
    );
    return sum;
  },
});

/** y = x with `row` added to each of its rows; y may be x. */
export function addRow(context: KernelContext, x: TensorInfo, row: TensorInfo, y: TensorInfo): void {
  const columns = row.shape[0]!;
  if (columns === 0) return;
  const [from, bias, to] = [x, row, y].map((t) => pointer(context.backend, t)) as [number, number, number];
  overRows(context, util.sizeFromShape(x.shape) / columns, columns, ({ simd }, offset, rows) =>
    simd.addBias(from + offset, bias, to + offset, rows, columns),
  );
}
