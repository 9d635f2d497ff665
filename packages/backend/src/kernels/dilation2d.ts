import { backend_util, type Dilation2DAttrs, type TensorInfo } from '@tensorflow/tfjs-core';
import { assertGradientShape, type PlainKernel } from './plain.js';
import { eachWindow, windows2d } from './windows.js';

function infoOf(x: TensorInfo, filter: TensorInfo, attrs: Dilation2DAttrs): backend_util.Conv2DInfo {
  const { strides, pad, dilations } = attrs;
  return backend_util.computeDilation2DInfo(
    x.shape as [number, number, number, number],
    filter.shape as [number, number, number],
    strides,
    pad,
    'NHWC',
    dilations,
  );
}

/** The index of the window's pixel with the largest x + filter in channel c; the first on ties. */
function winner(
  x: Float32Array,
  filter: Float32Array,
  channels: number,
  c: number,
  pixels: Int32Array,
  taps: Int32Array,
  count: number,
): number {
  let best = 0;
  let max = -Infinity;
  for (let k = 0; k < count; k++) {
    const value = x[pixels[k]! * channels + c]! + filter[taps[k]! * channels + c]!;
    if (value > max) {
      max = value;
      best = k;
    }
  }
  return best;
}

const forward: PlainKernel = {
  name: 'Dilation2D',
  inputs: ['x', 'filter'],
  plan: ({ x, filter }, attrs: Dilation2DAttrs) => {
    if (x!.dtype !== 'float32') return undefined;
    const info = infoOf(x!, filter!, attrs);
    const channels = info.inChannels;
    return {
      shape: info.outShape,
      fill: (y, x, filter) =>
        eachWindow(windows2d(info), (position, pixels, taps, count) => {
          for (let c = 0; c < channels; c++) {
            const k = winner(x, filter, channels, c, pixels, taps, count);
            y[position * channels + c] = x[pixels[k]! * channels + c]! + filter[taps[k]! * channels + c]!;
          }
        }),
    };
  },
};

/** dy goes to the pixel and the filter's tap that had the largest sum. */
function gradient(name: string, of: 'x' | 'filter'): PlainKernel {
  return {
    name,
    inputs: ['x', 'filter', 'dy'],
    plan: ({ x, filter, dy }, attrs: Dilation2DAttrs) => {
      const info = infoOf(x!, filter!, attrs);
      assertGradientShape(name, dy!, info.outShape);
      const channels = info.inChannels;
      return {
        shape: of === 'x' ? x!.shape : filter!.shape,
        fill: (out, x, filter, dy) => {
          const sums = new Float64Array(out.length);
          eachWindow(windows2d(info), (position, pixels, taps, count) => {
            for (let c = 0; c < channels && count > 0; c++) {
              const k = winner(x!, filter!, channels, c, pixels, taps, count);
              const at = of === 'x' ? pixels[k]! : taps[k]!;
              sums[at * channels + c]! += dy![position * channels + c]!;
            }
          });
          out.set(sums);
        },
      };
    },
  };
}

/** Grey-scale dilation and its gradients: wrong in stock wasm with padding and with dilations above 1. */
export const DILATION_2D: readonly PlainKernel[] = [
  forward,
  gradient('Dilation2DBackpropInput', 'x'),
  gradient('Dilation2DBackpropFilter', 'filter'),
];
