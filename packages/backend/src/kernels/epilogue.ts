import { getKernel, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { overElements } from '../threads/split.js';
import { addRow } from './add.js';
import type { Given, KernelArguments } from './kernel.js';
import { type KernelContext, pointer } from './kernel-context.js';

/** The attributes of a fused kernel for what follows the product. */
interface FusedAttrs {
  activation?: string | undefined;
  leakyreluAlpha?: number | undefined;
}

/** Activations that another kernel computes. */
const KERNELS: Record<string, string> = { elu: 'Elu', sigmoid: 'Sigmoid', prelu: 'Prelu' };

/** activation(y + bias), computed in the memory of y, or y is disposed of. */
export function finish(
  context: KernelContext,
  y: TensorInfo,
  { inputs, attrs }: KernelArguments,
): TensorInfo {
  const { bias, preluActivationWeights: alpha } = inputs as Partial<Given<Record<string, TensorInfo>>>;
  const { activation = 'linear', leakyreluAlpha = 0.2 } = attrs as FusedAttrs;
  const sum = bias ? addBias(context, y, bias) : y;
  if (activation === 'linear') return sum;
  if (activation === 'relu' || activation === 'relu6' || activation === 'leakyrelu') {
    const at = pointer(context.backend, sum);
    const size = util.sizeFromShape(sum.shape);
    const high = activation === 'relu6' ? 6 : Number.POSITIVE_INFINITY;
    overElements(context, size, ({ simd }, offset, count) => {
      const place = at + offset;
      if (activation === 'leakyrelu') simd.leakyRelu(place, place, leakyreluAlpha, count);
      else simd.clip(place, place, 0, high, count);
    });
    return sum;
  }
  const kernel = KERNELS[activation];
  if (!kernel) throw new RangeError(`unknown activation: ${activation}`);
  return replace(context, sum, kernel, alpha ? { x: sum, alpha } : { x: sum });
}

function addBias(context: KernelContext, y: TensorInfo, bias: TensorInfo): TensorInfo {
  const columns = y.shape.at(-1)!;
  const perColumn = bias.dtype === 'float32' && bias.shape.length === 1 && bias.shape[0] === columns;
  if (!perColumn) return replace(context, y, 'Add', { a: y, b: bias });
  addRow(context, y, bias, y);
  return y;
}

/** The result of another kernel; y is disposed of. */
function replace(
  context: KernelContext,
  y: TensorInfo,
  kernel: string,
  inputs: Record<string, TensorInfo>,
): TensorInfo {
  const run = getKernel(kernel, 'wasm').kernelFunc;
  const result = run({ inputs, attrs: {}, backend: context.backend }) as TensorInfo;
  context.backend.disposeData(y.dataId);
  return result;
}
