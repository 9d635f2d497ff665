import {
  type Conv2DAttrs,
  type Conv2DBackpropFilterAttrs,
  type Conv2DBackpropInputAttrs,
  engine,
  type GradConfig,
  type NamedAttrMap,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import { takesDilations } from '../kernel.js';

/**
 * The gradient of Conv2D, dilations included where the backend's kernels take them.
 * TensorFlow.js's own stops at dilation 1, and forgets how the output size was rounded.
 */
export const conv2dGradient: GradConfig = {
  kernelName: 'Conv2D',
  inputsToSave: ['x', 'filter'],
  gradFunc: (dy, saved, attrs) => {
    const [x, filter] = saved as [Tensor4D, Tensor4D];
    const { strides, pad, dataFormat, dimRoundingMode, dilations } = attrs as unknown as Conv2DAttrs;
    if ([dilations].flat().some((rate) => rate !== 1) && !takesDilations()) {
      throw new RangeError(`this backend has no gradient of conv2d with dilations ${dilations}`);
    }
    const shared = { strides, pad, dataFormat, dimRoundingMode, dilations };
    const run = (kernel: string, inputs: Record<string, Tensor4D>, rest: object): Tensor4D =>
      engine().runKernel(kernel, inputs, { ...shared, ...rest } as unknown as NamedAttrMap) as Tensor4D;
    const inputAttrs: Pick<Conv2DBackpropInputAttrs, 'inputShape'> = { inputShape: x.shape };
    const filterAttrs: Pick<Conv2DBackpropFilterAttrs, 'filterShape'> = { filterShape: filter.shape };
    return {
      x: () => run('Conv2DBackpropInput', { dy: dy as Tensor4D, filter }, inputAttrs),
      filter: () => run('Conv2DBackpropFilter', { x, dy: dy as Tensor4D }, filterAttrs),
    };
  },
};
