import {
  backend_util,
  type Conv3DBackpropFilterV2Attrs,
  type Conv3DBackpropInputV2Attrs,
  type DepthwiseConv2dNativeBackpropFilterAttrs,
  type DepthwiseConv2dNativeBackpropInputAttrs,
} from '@tensorflow/tfjs-core';
import { assertGradientShape, type PlainKernel } from './plain.js';
import { eachWindow, windows2d, windows3d } from './windows.js';

type Four = [number, number, number, number];
type Five = [number, number, number, number, number];

/** An attribute of our own, which TensorFlow.js's gradients do not have. */
interface Dilated {
  dilations?: Five | [number, number, number] | number | undefined;
}

const conv3dInput: PlainKernel = {
  name: 'Conv3DBackpropInputV2',
  inputs: ['dy', 'filter'],
  plan: ({ dy, filter }, attrs: Conv3DBackpropInputV2Attrs & Dilated) => {
    const { strides, pad, inputShape, dilations = 1 } = attrs;
    const info = backend_util.computeConv3DInfo(
      inputShape,
      filter!.shape as Five,
      strides,
      dilations as number,
      pad,
    );
    assertGradientShape(conv3dInput.name, dy!, info.outShape);
    const { inChannels, outChannels } = info;
    return {
      shape: info.inShape,
      fill: (dx, dy, filter) =>
        eachWindow(windows3d(info), (position, pixels, taps, count) => {
          for (let k = 0; k < count; k++) {
            for (let ci = 0; ci < inChannels; ci++) {
              const row = (taps[k]! * inChannels + ci) * outChannels;
              const at = pixels[k]! * inChannels + ci;
              let sum = dx[at]!;
              for (let co = 0; co < outChannels; co++)
                sum += dy[position * outChannels + co]! * filter[row + co]!;
              dx[at] = sum;
            }
          }
        }),
    };
  },
};

const conv3dFilter: PlainKernel = {
  name: 'Conv3DBackpropFilterV2',
  inputs: ['x', 'dy'],
  plan: ({ x, dy }, attrs: Conv3DBackpropFilterV2Attrs & Dilated) => {
    const { strides, pad, filterShape, dilations = 1 } = attrs;
    const info = backend_util.computeConv3DInfo(
      x!.shape as Five,
      filterShape,
      strides,
      dilations as number,
      pad,
    );
    assertGradientShape(conv3dFilter.name, dy!, info.outShape);
    const { inChannels, outChannels } = info;
    return {
      shape: filterShape,
      fill: (dfilter, x, dy) => {
        const sums = new Float64Array(dfilter.length);
        eachWindow(windows3d(info), (position, pixels, taps, count) => {
          for (let k = 0; k < count; k++) {
            for (let ci = 0; ci < inChannels; ci++) {
              const row = (taps[k]! * inChannels + ci) * outChannels;
              const value = x[pixels[k]! * inChannels + ci]!;
              for (let co = 0; co < outChannels; co++)
                sums[row + co]! += value * dy[position * outChannels + co]!;
            }
          }
        });
        dfilter.set(sums);
      },
    };
  },
};

/** The geometry of a depthwise convolution; a filter `[kh, kw, c, m]` gives c · m channels. */
function depthwiseInfo(
  inputShape: Four,
  filterShape: Four,
  attrs: Pick<DepthwiseConv2dNativeBackpropInputAttrs, 'strides' | 'pad' | 'dimRoundingMode' | 'dilations'>,
): backend_util.Conv2DInfo {
  const { strides, dilations, pad, dimRoundingMode } = attrs;
  return backend_util.computeConv2DInfo(
    inputShape,
    filterShape,
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    true,
  );
}

const depthwiseInput: PlainKernel = {
  name: 'DepthwiseConv2dNativeBackpropInput',
  inputs: ['dy', 'filter'],
  plan: ({ dy, filter }, attrs: DepthwiseConv2dNativeBackpropInputAttrs) => {
    const info = depthwiseInfo(attrs.inputShape, filter!.shape as Four, attrs);
    assertGradientShape(depthwiseInput.name, dy!, info.outShape);
    const channels = info.inChannels;
    const each = info.outChannels / channels;
    return {
      shape: info.inShape,
      fill: (dx, dy, filter) =>
        eachWindow(windows2d(info), (position, pixels, taps, count) => {
          for (let k = 0; k < count; k++) {
            const to = pixels[k]! * channels;
            let from = position * channels * each;
            let tap = taps[k]! * channels * each;
            for (let c = 0; c < channels; c++) {
              let sum = dx[to + c]!;
              for (let q = 0; q < each; q++) sum += dy[from++]! * filter[tap++]!;
              dx[to + c] = sum;
            }
          }
        }),
    };
  },
};

const depthwiseFilter: PlainKernel = {
  name: 'DepthwiseConv2dNativeBackpropFilter',
  inputs: ['x', 'dy'],
  plan: ({ x, dy }, attrs: DepthwiseConv2dNativeBackpropFilterAttrs) => {
    const info = depthwiseInfo(x!.shape as Four, attrs.filterShape, attrs);
    assertGradientShape(depthwiseFilter.name, dy!, info.outShape);
    const channels = info.inChannels;
    const each = info.outChannels / channels;
    return {
      shape: attrs.filterShape,
      fill: (dfilter, x, dy) => {
        const sums = new Float64Array(dfilter.length);
        eachWindow(windows2d(info), (position, pixels, taps, count) => {
          for (let k = 0; k < count; k++) {
            const pixel = pixels[k]! * channels;
            let from = position * channels * each;
            let tap = taps[k]! * channels * each;
            for (let c = 0; c < channels; c++) {
              const value = x[pixel + c]!;
              for (let q = 0; q < each; q++) sums[tap++]! += value * dy[from++]!;
            }
          }
        });
        dfilter.set(sums);
      },
    };
  },
};

/**
 * Gradients of 3-D convolutions, wrong in stock wasm, and of depthwise convolutions, missing there. Sums over positions are
 * in double precision.
 */
export const CONV_GRADIENTS: readonly PlainKernel[] = [
  conv3dInput,
  conv3dFilter,
  depthwiseInput,
  depthwiseFilter,
];
