import {
  add,
  type CumprodAttrs,
  cast,
  cumprod,
  type DepthToSpaceAttrs,
  engine,
  type GradConfig,
  gatherND,
  mul,
  type NamedAttrMap,
  range,
  reshape,
  reverse,
  type ScatterNdAttrs,
  scatterND,
  stack,
  type Tensor,
  transpose,
  unsortedSegmentSum,
  unstack,
  util,
  zerosLike,
} from '@tensorflow/tfjs-core';

/** Adds the elements of dy to those of a tensor of zeros, at `ids`: places among all its elements. */
function addAt(dy: Tensor, ids: Tensor, shape: number[]): Tensor {
  const size = util.sizeFromShape(shape);
  return reshape(unsortedSegmentSum(reshape(dy, [-1]), reshape(ids, [-1]) as never, size), shape);
}

/** Float32 holds whole numbers up to here. */
const MAX_PLACES = 2 ** 24;

/**
 * StridedSlice: each element of dy goes to the place that it was read from, found by slicing the places themselves; as float32,
 * since TensorFlow.js's wasm kernel returns no other type.
 */
const stridedSliceGradient: GradConfig = {
  kernelName: 'StridedSlice',
  inputsToSave: ['x'],
  gradFunc: (dy, saved, attrs) => {
    const { shape, size } = saved[0]!;
    if (size > MAX_PLACES) {
      throw new RangeError(`the gradient of StridedSlice takes up to ${MAX_PLACES} elements: [${shape}]`);
    }
    return {
      x: () => {
        const places = reshape(range(0, size), shape);
        const ids = engine().runKernel('StridedSlice', { x: places }, attrs as NamedAttrMap) as Tensor;
        return addAt(dy as Tensor, cast(ids, 'int32'), shape);
      },
    };
  },
};

/** TopK: each value's dy goes to the place where it was found. */
const topKGradient: GradConfig = {
  kernelName: 'TopK',
  inputsToSave: ['x'],
  outputsToSave: [false, true],
  gradFunc: (dys, saved) => {
    const [x, indices] = saved as [Tensor, Tensor];
    const [columns, k] = [x.shape.at(-1)!, indices.shape.at(-1)!];
    return {
      x: () => {
        const starts = range(0, x.size, columns, 'int32');
        const ids = add(reshape(indices, [-1, k]), reshape(starts, [-1, 1]));
        return addAt((dys as Tensor[])[0]!, ids, x.shape);
      },
    };
  },
};

/** Rows of `indices` as a matrix, which scatterND takes for single indices too. */
function indexRows(indices: Tensor): Tensor {
  return reshape(indices, [-1, indices.shape.at(-1)!]);
}

/** GatherNd: dy is added where it was read. */
const gatherNdGradient: GradConfig = {
  kernelName: 'GatherNd',
  inputsToSave: ['params', 'indices'],
  gradFunc: (dy, saved) => {
    const [params, indices] = saved as [Tensor, Tensor];
    const inner = params.shape.slice(indices.shape.at(-1)!);
    return {
      params: () =>
        scatterND(indexRows(indices), reshape(dy as Tensor, [-1, ...inner]), params.shape as never),
    };
  },
};

/** ScatterNd: each update gets the dy of the place that it was added to. */
const scatterNdGradient: GradConfig = {
  kernelName: 'ScatterNd',
  inputsToSave: ['indices', 'updates'],
  gradFunc: (dy, saved, attrs) => {
    const [indices, updates] = saved as [Tensor, Tensor];
    const { shape } = attrs as unknown as ScatterNdAttrs;
    return { updates: () => reshape(gatherND(reshape(dy as Tensor, shape), indices), updates.shape) };
  },
};

/** DepthToSpace: the blocks of dy become channels again. */
const depthToSpaceGradient: GradConfig = {
  kernelName: 'DepthToSpace',
  inputsToSave: ['x'],
  gradFunc: (dy, saved, attrs) => {
    const { blockSize, dataFormat } = attrs as unknown as DepthToSpaceAttrs;
    if (dataFormat !== 'NHWC') throw new RangeError(`the gradient of DepthToSpace takes NHWC: ${dataFormat}`);
    const [n, height, width, channels] = saved[0]!.shape as [number, number, number, number];
    const blocks = [n, height, blockSize, width, blockSize, channels / blockSize ** 2];
    return {
      x: () =>
        reshape(transpose(reshape(dy as Tensor, blocks), [0, 1, 3, 2, 4, 5]), [n, height, width, channels]),
    };
  },
};

/** FlipLeftRight: dy, flipped. */
const flipGradient: GradConfig = {
  kernelName: 'FlipLeftRight',
  gradFunc: (dy) => ({ image: () => reverse(dy as Tensor, 2) }),
};

/** Cumprod: dx[j] = (product before j) s[j], s[j] = dy[j] + x[j + 1] s[j + 1]. Nothing is divided, so zeros are no problem. */
const cumprodGradient: GradConfig = {
  kernelName: 'Cumprod',
  inputsToSave: ['x'],
  gradFunc: (dy, saved, attrs) => {
    const settings = attrs as unknown as CumprodAttrs;
    const x = saved[0]!;
    const axis = util.parseAxisParam(settings.axis, x.shape)[0]!;
    const turned = (t: Tensor) => (settings.reverse ? reverse(t, axis) : t);
    return {
      x: () => {
        const factors = unstack(turned(x), axis);
        const slopes = unstack(turned(dy as Tensor), axis);
        // Without its own factor, each product is that of the element before.
        if (settings.exclusive) slopes.push(zerosLike(slopes.shift()!));
        for (let j = slopes.length - 2; j >= 0; j--) {
          slopes[j] = add(slopes[j]!, mul(factors[j + 1]!, slopes[j + 1]!));
        }
        return mul(cumprod(x, axis, true, settings.reverse), turned(stack(slopes, axis)));
      },
    };
  },
};

/** Gradients that TensorFlow.js lacks, of operations that move elements, and of Cumprod. */
export const moveGradients: readonly GradConfig[] = [
  stridedSliceGradient,
  topKGradient,
  gatherNdGradient,
  scatterNdGradient,
  depthToSpaceGradient,
  flipGradient,
  cumprodGradient,
];
