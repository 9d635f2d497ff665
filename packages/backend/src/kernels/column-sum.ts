import { backend_util, type SumAttrs, type SumInputs, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Given, Kernel, KernelArguments, KernelMaker } from './kernel.js';
import { pointer, type Tools } from './tools.js';

/**
 * Sum and Mean over all axes but the last, as bias gradients and batch norm need them: down the columns of a
 * matrix. The stock wasm kernels transpose the whole tensor first.
 */
function reduction(name: 'Sum' | 'Mean'): KernelMaker {
  return (tools: Tools): Kernel => ({ name, run: (args) => columns(tools, args, name === 'Mean') });
}

function columns(tools: Tools, { inputs, attrs }: KernelArguments, mean: boolean): TensorInfo | undefined {
  const { x } = inputs as Given<SumInputs>;
  const { axis, keepDims } = attrs as unknown as SumAttrs;
  const axes = util.parseAxisParam(axis, x.shape);
  const rank = x.shape.length;
  const leading = new Set(axes).size === rank - 1 && axes.every((a) => a < rank - 1);
  if (rank < 2 || !leading || x.dtype !== 'float32' || util.sizeFromShape(x.shape) === 0) return undefined;
  const channels = x.shape.at(-1)!;
  const rows = util.sizeFromShape(x.shape) / channels;
  const { backend, simd, scratch } = tools;
  const shape = keepDims ? backend_util.expandShapeToKeepDim([channels], axes) : [channels];
  const y = backend.makeOutput(shape, 'float32');
  const at = pointer(backend, y);
  simd.columnSum(pointer(backend, x), at, scratch.floats('columns', channels), rows, channels);
  if (mean) simd.scale(at, at, 1 / rows, channels);
  return y;
}

export const columnSum: KernelMaker = reduction('Sum');
export const columnMean: KernelMaker = reduction('Mean');
