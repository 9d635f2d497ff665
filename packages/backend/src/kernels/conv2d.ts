import { backend_util, type Conv2DAttrs, type Conv2DInputs, type TensorInfo } from '@tensorflow/tfjs-core';
import { forward, geometry } from './convolution.js';
import { type Given, type KernelMaker, nhwc } from './kernel.js';
import { pointer } from './kernel-context.js';

/** Conv2D: y [n, oh, ow, co] from x [n, h, w, ci] and filter [kh, kw, ci, co]. */
export const conv2d: KernelMaker = (context) => ({
  name: 'Conv2D',
  run: ({ inputs, attrs }): TensorInfo | undefined => {
    const { x, filter } = inputs as Given<Conv2DInputs>;
    const { strides, pad, dataFormat, dilations, dimRoundingMode } = attrs as unknown as Conv2DAttrs;
    if (!nhwc(dataFormat, x, filter)) return undefined;
    const info = backend_util.computeConv2DInfo(
      x.shape as [number, number, number, number],
      filter.shape as [number, number, number, number],
      strides,
      dilations,
      pad,
      dimRoundingMode,
    );
    const { backend } = context;
    const y = backend.makeOutput(info.outShape, 'float32');
    forward(context, geometry(info), pointer(backend, x), pointer(backend, filter), pointer(backend, y));
    return y;
  },
});
