import { backend_util, type SumAttrs, type SumInputs, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Pointer } from '../simd/module.js';
import { elementParts, overColumns, overElements } from '../threads/split.js';
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
  context: KernelContext,
  { inputs, attrs }: KernelArguments,
  mean: boolean,
): TensorInfo | undefined {
  const { backend } = context;
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
  if (outer * inner === 1) {
    const total = sumOfAll(context, pointer(backend, x), size);
    new Float32Array(backend.wasm.HEAPU8.buffer, pointer(backend, y), 1)[0] = mean ? total / size : total;
    return y;
  }
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

/** The sum of `count` floats, in double precision. */
function sumOfAll(context: KernelContext, x: Pointer, count: number): number {
  const parts = elementParts(context, count).length;
  const sums = context.scratch.floats('sums', 2 * parts);
  overElements(context, count, ({ simd }, offset, size, i) => simd.sumDouble(x + offset, sums + i * 8, size));
  return new Float64Array(context.backend.wasm.HEAPU8.buffer, sums, parts).reduce((a, b) => a + b);
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
  // One column is a block of neighbours.
  if (channels === 1) return undefined;
  const rows = util.sizeFromShape(x.shape) / channels;
  const { backend } = context;
  const shape = keepDims ? backend_util.expandShapeToKeepDim([channels], axes) : [channels];
  const y = backend.makeOutput(shape, 'float32');
  const [from, at] = [pointer(backend, x), pointer(backend, y)];
  overColumns(context, rows, channels, ({ simd, scratch }, offset, count) => {
    const space = scratch.floats('columns', count);
    simd.columnSum(from + offset, at + offset, space, rows, count, channels);
    if (mean) simd.scale(at + offset, at + offset, 1 / rows, count);
  });
  return y;
}

export const columnSum: KernelMaker = reduction('Sum');
export const columnMean: KernelMaker = reduction('Mean');
