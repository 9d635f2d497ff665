import { type ClipByValueAttrs, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { overElements } from '../threads/split.js';
import type { Given, KernelArguments, KernelMaker } from './kernel.js';
import { pointer } from './kernel-context.js';

type Bounds = (attrs: KernelArguments['attrs']) => [min: number, max: number];

function clip(name: string, bounds: Bounds): KernelMaker {
  return (context) => ({
    name,
    run: ({ inputs, attrs }): TensorInfo | undefined => {
      const { x } = inputs as Given<{ x: TensorInfo }>;
      if (x.dtype !== 'float32') return undefined;
      const { backend } = context;
      const y = backend.makeOutput(x.shape, 'float32');
      const [from, to] = [pointer(backend, x), pointer(backend, y)];
      overElements(context, util.sizeFromShape(x.shape), ({ simd }, offset, count) =>
        simd.clip(from + offset, to + offset, ...bounds(attrs), count),
      );
      return y;
    },
  });
}

/** Relu, Relu6 and ClipByValue. The stock wasm kernels turn NaN into a bound, which hides that training has diverged. */
export const CLIPS: readonly KernelMaker[] = [
  clip('Relu', () => [0, Number.POSITIVE_INFINITY]),
  clip('Relu6', () => [0, 6]),
  clip('ClipByValue', (attrs) => {
    const { clipValueMin, clipValueMax } = attrs as unknown as ClipByValueAttrs;
    return [clipValueMin, clipValueMax];
  }),
];
