import {
  backend_util,
  type Conv2DBackpropInputAttrs,
  type Conv2DBackpropInputInputs,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { geometry, inputGradient } from './convolution.js';
import { type Given, type KernelMaker, nhwc } from './kernel.js';
import { pointer } from './kernel-context.js';
import { assertGradientShape } from './plain.js';

/** Conv2DBackpropInput: dx [n, h, w, ci] from dy [n, oh, ow, co] and filter [kh, kw, ci, co]. Takes dilations. */
export const conv2dBackpropInput: KernelMaker = (context) => ({
  name: 'Conv2DBackpropInput',
  run: ({ inputs, attrs }): TensorInfo | undefined => {
    const { dy, filter } = inputs as Given<Conv2DBackpropInputInputs>;
    const { strides, pad, dataFormat, dimRoundingMode, inputShape, dilations } =
      attrs as unknown as Conv2DBackpropInputAttrs & { dilations?: number | [number, number] };
    if (!nhwc(dataFormat, dy, filter)) return undefined;
    const info = backend_util.computeConv2DInfo(
      inputShape,
      filter.shape as [number, number, number, number],
      strides,
      dilations ?? 1,
      pad,
      dimRoundingMode,
    );
    assertGradientShape('Conv2DBackpropInput', dy, info.outShape);
    const { backend } = context;
    const dx = backend.makeOutput(info.inShape, 'float32');
    inputGradient(
      context,
      geometry(info),
      pointer(backend, dy),
      pointer(backend, filter),
      pointer(backend, dx),
    );
    return dx;
  },
});
