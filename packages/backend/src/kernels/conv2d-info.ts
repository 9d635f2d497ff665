import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import { assertGradientShape } from './plain.js';

/** The shape of an image batch or of a filter. */
type Four = [number, number, number, number];

/** The attributes that Conv2D and its gradients have in common; `dilations` of the gradients is our own addition. */
export interface Conv2DSettings {
  strides: [number, number] | number;
  pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  dataFormat: 'NHWC' | 'NCHW';
  dimRoundingMode?: 'floor' | 'round' | 'ceil' | undefined;
  dilations?: [number, number] | number | undefined;
}

/** The geometry of a convolution of images of `inputShape` with a filter `[kh, kw, ci, co]`. */
export function conv2dInfo(
  inputShape: number[],
  filterShape: number[],
  { strides, pad, dataFormat, dimRoundingMode, dilations = 1 }: Conv2DSettings,
): backend_util.Conv2DInfo {
  return backend_util.computeConv2DInfo(
    inputShape as Four,
    filterShape as Four,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    false,
    backend_util.convertConv2DDataFormat(dataFormat),
  );
}

/** The geometry for Conv2DBackpropInput: dy `[n, oh, ow, co]` and filter give a gradient of `attrs.inputShape`. */
export function inputGradientInfo(
  dy: TensorInfo,
  filter: TensorInfo,
  attrs: Conv2DSettings & { inputShape: number[] },
): backend_util.Conv2DInfo {
  const info = conv2dInfo(attrs.inputShape, filter.shape, attrs);
  assertGradientShape('Conv2DBackpropInput', dy, info.outShape);
  return info;
}

/** The geometry for Conv2DBackpropFilter: x `[n, h, w, ci]` and dy give a gradient of `attrs.filterShape`. */
export function filterGradientInfo(
  x: TensorInfo,
  dy: TensorInfo,
  attrs: Conv2DSettings & { filterShape: number[] },
): backend_util.Conv2DInfo {
  const info = conv2dInfo(x.shape, attrs.filterShape, attrs);
  assertGradientShape('Conv2DBackpropFilter', dy, info.outShape);
  return info;
}
