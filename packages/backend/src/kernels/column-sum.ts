import { backend_util, type SumAttrs, type SumInputs, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Given, Kernel, KernelArguments, KernelMaker } from './kernel.js';
import { type KernelContext, pointer } from './kernel-context.js';

/**
 * Sum and Mean over all axes except the last, for bias gradients and batch norm: down the columns of a matrix. The stock
 * wasm kernels transpose the whole tensor first. Over other neighbouring axes the sums are in double precision: the stock
 * kernels lose 4 % of the sum of four million equal values.
 */
function reduction(name: 'Sum' | 'Mean'): KernelMaker {
  return (context: KernelContext): Kernel => ({
    name,
    run: (args) => columns(context, args, name === 'Mean') ?? block(context, args, name === 'Mean'),
  });
}

/** Sums over neighbouring axes; undefined for other axes, which the stock kernel takes. */
function block(
  { backend }: KernelContext,
  { inputs, attrs }: KernelArguments,
  mean: boolean,
): TensorInfo | undefined {
  const { x } = inputs as Given<SumInputs>;
  const { axis, keepDims } = attrs as unknown as SumAttrs;
  if (x.dtype !== 'float32' || util.sizeFromShape(x.shape) === 0) return undefined;
  const axes = [...util.parseAxisParam(axis, x.shape)].sort((a, b) => a - b);
  if (axes.length === 0 || axes.some((a, i) => a !== axes[0]! + i)) return undefined;
  const before = x.shape.slice(0, axes[0]!);
  const after = x.shape.slice(axes.at(-1)! + 1);
  const size = util.sizeFromShape(x.shape.slice(axes[0]!, axes.at(-1)! + 1));
  const [outer, inner] = [util.sizeFromShape(before), util.sizeFromShape(after)];
  const shape = keepDims
    ? backend_util.expandShapeToKeepDim([...before, ...after], axes)
    : [...before, ...after];
  const y = backend.makeOutput(shape, 'float32');
  const view = (t: TensorInfo, count: number): Float32Array =>
    new Float32Array(backend.wasm.HEAPU8.buffer, pointer(backend, t), count);
  const from = view(x, outer * size * inner);
  const to = view(y, outer * inner);
  const sums = new Float64Array(inner);
  for (let o = 0; o < outer; o++) {
    sums.fill(0);
    let at = o * size * inner;
    if (inner === 1) for (const end = at + size; at < end; at++) sums[0]! += from[at]!;
    else for (let i = 0; i < size; i++) for (let c = 0; c < inner; c++) sums[c]! += from[at++]!;
    for (let c = 0; c < inner; c++) to[o * inner + c] = mean ? sums[c]! / size : sums[c]!;
  }
  return y;
}

function columns(
  context: KernelContext,
  { inputs, attrs }: KernelArguments,
  mean: boolean,
): TensorInfo | undefined {
  const { x } = inputs as Given<SumInputs>;
  const { axis, keepDims } = attrs as unknown as SumAttrs;
  const axes = util.parseAxisParam(axis, x.shape);
  const rank = x.shape.length;
  const leading = new Set(axes).size === rank - 1 && axes.every((a) => a < rank - 1);
  if (rank < 2 || !leading || x.dtype !== 'float32' || util.sizeFromShape(x.shape) === 0) return undefined;
  const channels = x.shape.at(-1)!;
  const rows = util.sizeFromShape(x.shape) / channels;
  const { backend, simd, scratch } = context;
  const shape = keepDims ? backend_util.expandShapeToKeepDim([channels], axes) : [channels];
  const y = backend.makeOutput(shape, 'float32');
  const at = pointer(backend, y);
  simd.columnSum(pointer(backend, x), at, scratch.floats('columns', channels), rows, channels);
  if (mean) simd.scale(at, at, 1 / rows, channels);
  return y;
}

export const columnSum: KernelMaker = reduction('Sum');
export const columnMean: KernelMaker = reduction('Mean');
