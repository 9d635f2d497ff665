import {
  add,
  type CumsumAttrs,
  cast,
  cumprod,
  cumsum,
  type GatherV2Attrs,
  type GradConfig,
  type MirrorPadAttrs,
  mul,
  type ProdAttrs,
  pad,
  range,
  reshape,
  reverse,
  slice,
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
    const [at] = util.parseAxisParam(axis, (dy as Tensor).shape);
    return { x: () => cumsum(dy as Tensor, at, exclusive, !reverse) };
  },
};

/** MirrorPad: each mirrored part of dy is added to the elements it was copied from. TensorFlow.js's own leaves these parts out. */
const mirrorPadGradient: GradConfig = {
  kernelName: 'MirrorPad',
  inputsToSave: ['x'],
  gradFunc: (dy, saved, attrs) => {
    const { paddings, mode } = attrs as unknown as MirrorPadAttrs;
    const edge = mode === 'reflect' ? 1 : 0;
    return {
      x: () =>
        paddings.reduce(
          (folded, [before, after], axis) =>
            before + after > 0
              ? foldMirror(folded, axis, { before, size: saved[0]!.shape[axis]!, after, edge })
              : folded,
          dy as Tensor,
        ),
    };
  },
};

/** Adds both mirrored parts along one axis to the middle; `edge` is 1 where the elements at the edges were not repeated. */
function foldMirror(
  dy: Tensor,
  axis: number,
  { before, size, after, edge }: { before: number; size: number; after: number; edge: number },
): Tensor {
  const part = (begin: number, count: number) =>
    slice(
      dy,
      dy.shape.map((_, d) => (d === axis ? begin : 0)),
      dy.shape.map((all, d) => (d === axis ? count : all)),
    );
  const mirrored = (begin: number, count: number, place: number) =>
    pad(
      reverse(part(begin, count), axis),
      dy.shape.map((_, d) => (d === axis ? [place, size - place - count] : [0, 0])),
    );
  let sum = part(before, size);
  if (before > 0) sum = add(sum, mirrored(0, before, edge));
  if (after > 0) sum = add(sum, mirrored(before + size, after, size - edge - after));
  return sum;
}

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

export const axisGradients: readonly GradConfig[] = [
  cumsumGradient,
  mirrorPadGradient,
  prodGradient,
  gatherGradient,
];
