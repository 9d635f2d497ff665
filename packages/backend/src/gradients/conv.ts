import {
  type Conv3DAttrs,
  type Conv3DBackpropInputV2Attrs,
  type DepthwiseConv2dNativeAttrs,
  engine,
  type GradConfig,
  type NamedAttrMap,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { isOurs } from '../kernels/kernel.js';

function run(kernel: string, inputs: Record<string, Tensor>, attrs: object): Tensor {
  return engine().runKernel(kernel, inputs, attrs as NamedAttrMap) as Tensor;
}

/** @throws RangeError for dilations where the gradient kernel is not ours: other kernels ignore them. */
function assertDilations(kernel: string, gradient: string, dilations: unknown): void {
  if ([dilations ?? 1].flat().every((rate) => rate === 1) || isOurs(gradient)) return;
  throw new RangeError(`the gradient of ${kernel} takes no dilations on this backend: ${dilations}`);
}

/** The gradient of DepthwiseConv2dNative, with dilations where the kernels are ours. */
export const depthwiseGradient: GradConfig = {
  kernelName: 'DepthwiseConv2dNative',
  inputsToSave: ['x', 'filter'],
  gradFunc: (dy, saved, attrs) => {
    const [x, filter] = saved as [Tensor, Tensor];
    const { strides, pad, dilations, dimRoundingMode } = attrs as unknown as DepthwiseConv2dNativeAttrs;
    const [forInput, forFilter] = [
      'DepthwiseConv2dNativeBackpropInput',
      'DepthwiseConv2dNativeBackpropFilter',
    ] as const;
    assertDilations('DepthwiseConv2dNative', forInput, dilations);
    const shared = { strides, pad, dilations, dimRoundingMode };
    return {
      x: () => run(forInput, { dy: dy as Tensor, filter }, { ...shared, inputShape: x.shape }),
      filter: () => run(forFilter, { x, dy: dy as Tensor }, { ...shared, filterShape: filter.shape }),
    };
  },
};

/** The gradient of Conv3D, with dilations where the kernels are ours. */
export const conv3dGradient: GradConfig = {
  kernelName: 'Conv3D',
  inputsToSave: ['x', 'filter'],
  gradFunc: (dy, saved, attrs) => {
    const [x, filter] = saved as [Tensor, Tensor];
    const { strides, pad, dilations } = attrs as unknown as Conv3DAttrs;
    const [forInput, forFilter] = ['Conv3DBackpropInputV2', 'Conv3DBackpropFilterV2'] as const;
    assertDilations('Conv3D', forInput, dilations);
    const shared = { strides, pad, ...(isOurs(forInput) && { dilations }) };
    return {
      x: () => run(forInput, { dy: dy as Tensor, filter }, { ...shared, inputShape: x.shape }),
      filter: () => run(forFilter, { x, dy: dy as Tensor }, { ...shared, filterShape: filter.shape }),
    };
  },
};

/** The gradient of a transposed Conv3D, missing in TensorFlow.js: a convolution, and a filter gradient. */
export const conv3dTransposeGradient: GradConfig = {
  kernelName: 'Conv3DBackpropInputV2',
  inputsToSave: ['dy', 'filter'],
  gradFunc: (ddx, saved, attrs) => {
    const [dy, filter] = saved as [Tensor, Tensor];
    const { strides, pad } = attrs as unknown as Conv3DBackpropInputV2Attrs;
    const { dilations = 1 } = attrs as { dilations?: number };
    const shared = { strides, pad, dilations };
    return {
      dy: () => run('Conv3D', { x: ddx as Tensor, filter }, { ...shared, dataFormat: 'NDHWC' }),
      filter: () =>
        run('Conv3DBackpropFilterV2', { x: ddx as Tensor, dy }, { ...shared, filterShape: filter.shape }),
    };
  },
};
