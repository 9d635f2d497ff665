import {
  add,
  type CumsumAttrs,
  cast,
  cumprod,
  cumsum,
  type GatherV2Attrs,
  type GradConfig,
  mul,
  type ProdAttrs,
  range,
  reshape,
  type Tensor,
  transpose,
  unsortedSegmentSum,
  util,
} from '@tensorflow/tfjs-core';

/** Cumsum: the cumulative sums of dy from the other end. TensorFlow.js's own is transposed unless the axis is the last. */
const cumsumGradient: GradConfig = {
  kernelName: 'Cumsum',
  gradFunc: (dy, _, attrs) => {
    const { axis, exclusive, reverse } = attrs as unknown as CumsumAttrs;
    return { x: () => cumsum(dy as Tensor, axis, exclusive, !reverse) };
  },
};

/** Prod: dy times the product of all other elements. It multiplies those before and after each, so zeros are no problem. */
const prodGradient: GradConfig = {
  kernelName: 'Prod',
  inputsToSave: ['x'],
  gradFunc: (dy, saved, attrs) => {
    const x = saved[0]!;
    const axes = util.parseAxisParam((attrs as unknown as ProdAttrs).axis ?? [], x.shape);
    const reduced = axes.length > 0 ? axes : x.shape.map((_, axis) => axis);
    const kept = x.shape.map((_, axis) => axis).filter((axis) => !reduced.includes(axis));
    const order = [...kept, ...reduced];
    return {
      x: () => {
        const columns = reduced.reduce((size, axis) => size * x.shape[axis]!, 1);
        const lines = reshape(transpose(x, order), [-1, columns]);
        const others = mul(cumprod(lines, 1, true, false), cumprod(lines, 1, true, true));
        const gradient = mul(others, reshape(dy as Tensor, [-1, 1]));
        const moved = reshape(
          gradient,
          order.map((axis) => x.shape[axis]!),
        );
        return transpose(moved, inverse(order));
      },
    };
  },
};

/**
 * GatherV2: each row of dy is added to the row of x that it was taken from. With batch axes, each batch has its own rows.
 */
const gatherGradient: GradConfig = {
  kernelName: 'GatherV2',
  inputsToSave: ['x', 'indices'],
  gradFunc: (dy, saved, attrs) => {
    const [x, indices] = saved as [Tensor, Tensor];
    const { axis, batchDims = 0 } = attrs as unknown as GatherV2Attrs;
    return { x: () => scatter(dy as Tensor, x, indices, util.parseAxisParam(axis, x.shape)[0]!, batchDims) };
  },
};

function scatter(dy: Tensor, x: Tensor, indices: Tensor, axis: number, batchDims: number): Tensor {
  const size = (shape: number[]) => util.sizeFromShape(shape);
  const batch = x.shape.slice(0, batchDims);
  const outer = x.shape.slice(batchDims, axis);
  const inner = x.shape.slice(axis + 1);
  const count = size(indices.shape.slice(batchDims));
  const [batches, rows] = [size(batch), x.shape[axis]!];
  const lines = transpose(reshape(dy, [batches, size(outer), count, size(inner)]), [0, 2, 1, 3]);
  const offsets = mul(reshape(range(0, batches, 1, 'int32'), [batches, 1]), rows);
  const ids = reshape(add(cast(reshape(indices, [batches, count]), 'int32'), cast(offsets, 'int32')), [
    batches * count,
  ]);
  const flat = reshape(lines, [batches * count, size(outer) * size(inner)]);
  const sums = unsortedSegmentSum(flat, ids as never, batches * rows);
  const whole = transpose(reshape(sums, [batches, rows, size(outer), size(inner)]), [0, 2, 1, 3]);
  return reshape(whole, x.shape);
}

/** The permutation that undoes `order`. */
function inverse(order: number[]): number[] {
  const places = new Array<number>(order.length);
  order.forEach((axis, place) => {
    places[axis] = place;
  });
  return places;
}

export const axisGradients: readonly GradConfig[] = [cumsumGradient, prodGradient, gatherGradient];
