import { type CumsumAttrs, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Given, Kernel } from './kernel.js';

/** @throws RangeError unless `axis` is an axis of a tensor of this shape, where −1 is the last. */
function fromStart(operation: string, axis: number, shape: number[]): number {
  const rank = shape.length;
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new RangeError(`${operation}: axis must be an axis of [${shape}]: ${axis}`);
  }
  return util.parseAxisParam(axis, shape)[0]!;
}

function cumulative(name: string): Kernel {
  return {
    name,
    run: (args, stock) => {
      const { x } = args.inputs as Given<{ x: TensorInfo }>;
      const { axis } = args.attrs as unknown as CumsumAttrs;
      const attrs = { ...args.attrs, axis: fromStart(name.toLowerCase(), axis, x.shape) };
      return stock?.({ ...args, attrs });
    },
  };
}

/** Cumsum and Cumprod, whose stock kernels write past the end or transpose the result where the axis is counted from the end. */
export const CUMULATIVE: readonly Kernel[] = [cumulative('Cumsum'), cumulative('Cumprod')];
