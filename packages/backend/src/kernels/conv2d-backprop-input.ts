import type { Conv2DBackpropInputAttrs, Conv2DBackpropInputInputs, TensorInfo } from '@tensorflow/tfjs-core';
import { inputGradientInfo } from './conv2d-info.js';
import { inputGradient } from './convolution.js';
import { geometry } from './geometry.js';
import { type Given, type KernelMaker, nhwc } from './kernel.js';
import { pointer } from './kernel-context.js';

/** Conv2DBackpropInput: dx [n, h, w, ci] from dy [n, oh, ow, co] and filter [kh, kw, ci, co]. Takes dilations. */
export const conv2dBackpropInput: KernelMaker = (context) => ({
  name: 'Conv2DBackpropInput',
  run: ({ inputs, attrs: given }): TensorInfo | undefined => {
    const { dy, filter } = inputs as Given<Conv2DBackpropInputInputs>;
    const attrs = given as unknown as Conv2DBackpropInputAttrs;
    if (!nhwc(attrs.dataFormat, dy, filter)) return undefined;
    const info = inputGradientInfo(dy, filter, attrs);
    const { backend } = context;
    const dx = backend.makeOutput(info.inShape, 'float32');
    inputGradient(context, geometry(info), pointer(backend, dy), filter, pointer(backend, dx));
    return dx;
  },
});
