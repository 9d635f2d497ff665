import { type MaxPoolWithArgmaxAttrs, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Given, Kernel } from './kernel.js';
import type { Memory } from './plain.js';
import { argMax, pool2d } from './pool.js';
import { eachWindow } from './windows.js';

/**
 * MaxPoolWithArgmax: each window's maximum, and its index in the image (or in the batch), counted with the channels. Stock wasm
 * gives 1.2e-38 where all values of a window are negative; stock cpu leaves NaN out.
 */
export function maxPoolWithArgmax<Backend>(memory: Memory<Backend>): Kernel {
  return {
    name: 'MaxPoolWithArgmax',
    run: ({ inputs, attrs, backend: current }): TensorInfo[] => {
      const backend = current as Backend;
      const { x } = inputs as Given<{ x: TensorInfo }>;
      const { includeBatchInIndex, ...rest } = attrs as unknown as MaxPoolWithArgmaxAttrs;
      if (x.dtype !== 'float32') throw new RangeError(`maxPoolWithArgmax takes float32 only: ${x.dtype}`);
      const { windows, channels, shape } = pool2d(x, rest);
      const pooled = memory.make(backend, shape, 'float32');
      const indexes = memory.make(backend, shape, 'int32');
      const [values, maxima, places] = [x, pooled, indexes].map((tensor) => memory.values(backend, tensor));
      const image = util.sizeFromShape(x.shape.slice(1));
      eachWindow(windows, (position, pixels, _, count) => {
        for (let c = 0; c < channels; c++) {
          const at = count > 0 ? argMax(values!, channels, c, pixels, count) : -1;
          maxima![position * channels + c] = at < 0 ? -Infinity : values![at]!;
          places![position * channels + c] = includeBatchInIndex || at < 0 ? Math.max(at, 0) : at % image;
        }
      });
      return [pooled, indexes];
    },
  };
}
