import type { MaxPoolWithArgmaxAttrs, TensorInfo } from '@tensorflow/tfjs-core';
import type { Given, KernelMaker } from './kernel.js';
import { pointer } from './kernel-context.js';
import { argMax, pool2d } from './pool.js';
import { eachWindow } from './windows.js';

/**
 * MaxPoolWithArgmax: each window's maximum, and its index in the image (or in the batch), counted with the channels. Stock wasm
 * gives 1.2e-38 where all values of a window are negative.
 */
export const maxPoolWithArgmax: KernelMaker = ({ backend }) => ({
  name: 'MaxPoolWithArgmax',
  run: ({ inputs, attrs }): TensorInfo[] => {
    const { x } = inputs as Given<{ x: TensorInfo }>;
    const { includeBatchInIndex, ...rest } = attrs as unknown as MaxPoolWithArgmaxAttrs;
    if (x.dtype !== 'float32') throw new RangeError(`maxPoolWithArgmax takes float32 only: ${x.dtype}`);
    const { windows, channels, shape } = pool2d(x, rest);
    const [pooled, indexes] = [backend.makeOutput(shape, 'float32'), backend.makeOutput(shape, 'int32')];
    const memory = backend.wasm.HEAPU8.buffer;
    const size = (of: number[]) => of.reduce((all, axis) => all * axis, 1);
    const values = new Float32Array(memory, pointer(backend, x), size(x.shape));
    const maxima = new Float32Array(memory, pointer(backend, pooled), size(shape));
    const places = new Int32Array(memory, pointer(backend, indexes), size(shape));
    const image = size(x.shape.slice(1));
    eachWindow(windows, (position, pixels, _, count) => {
      for (let c = 0; c < channels; c++) {
        const at = count > 0 ? argMax(values, channels, c, pixels, count) : -1;
        maxima[position * channels + c] = at < 0 ? -Infinity : values[at]!;
        places[position * channels + c] = includeBatchInIndex || at < 0 ? Math.max(at, 0) : at % image;
      }
    });
    return [pooled, indexes];
  },
});
